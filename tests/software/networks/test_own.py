"""Your own pod network manifest, by path or by URL and checksum."""

import hashlib
import http.server
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubetui.base.check import blocking
from kubetui.base.errors import ProfileError
from kubetui.engine.stop import Stop
from kubetui.host.doctor import examine
from kubetui.operations.plan import step_texts
from kubetui.operations.up import up
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.software.networks import own
from tests.plans import plan

TEXT = "kind: Namespace\n"
SUM = hashlib.sha256(TEXT.encode()).hexdigest()


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/odd":
            self.wfile.write(b"this is no HTTP\n")
            return
        self.send_response(200 if self.path == "/network.yaml" else 404)
        self.end_headers()
        self.wfile.write(TEXT.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def web() -> Iterator[str]:
    with http.server.HTTPServer(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def manifest(**options: str) -> str:
    made = plan(network={"pod_network": "manifest", "manifest": options})
    assert own.images(made.cluster_network) == ()
    return own.manifest(made.cluster_network)


def test_a_manifest_is_read_by_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "network.yaml").write_text(TEXT)
    assert manifest(path="~/network.yaml") == TEXT.rstrip("\n")
    assert manifest(path=str(tmp_path / "network.yaml"), sha256=SUM) == TEXT.rstrip("\n")


def test_a_manifest_is_fetched_by_url(web: str) -> None:
    assert manifest(url=f"{web}/network.yaml", sha256=SUM) == TEXT.rstrip("\n")


def test_a_manifest_with_another_checksum_is_refused(web: str) -> None:
    with pytest.raises(ProfileError, match=f"has the SHA-256 {SUM}, and the profile says {'0' * 64}"):
        manifest(url=f"{web}/network.yaml", sha256="0" * 64)


@pytest.mark.parametrize("path", ["missing", "odd"])
def test_a_manifest_that_cannot_be_fetched_is_named(web: str, path: str) -> None:
    with pytest.raises(ProfileError, match="cannot be fetched"):
        manifest(url=f"{web}/{path}", sha256=SUM)


def test_a_manifest_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(ProfileError, match=str(path)):
            manifest(path=str(path))


def test_a_profile_without_a_manifest_is_refused() -> None:
    with pytest.raises(ProfileError, match="is missing"):
        own.manifest(plan().cluster_network)


GONE = {"pod_network": "manifest", "manifest": {"path": "/nowhere/network.yaml"}}
WHY = "/nowhere/network.yaml: No such file or directory."


async def test_a_missing_manifest_is_reported_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    made = Plan(Profile.model_validate({"provider": "rehearsal", "network": GONE}))
    assert [check.message for check in blocking(await examine(made))] == [WHY]
    with pytest.raises(ProfileError, match=re.escape(WHY)):
        await up(made.profile, lambda _event: None, Stop())
    assert not (tmp_path / "state").exists()


def test_the_plan_says_that_the_manifest_is_missing() -> None:
    (network,) = (text for text in step_texts(plan(network=GONE)) if text.name == "network")
    assert network.commands.startswith(f"# {WHY}\n")
