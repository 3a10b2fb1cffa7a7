"""Asking servers for boxes: every answer, no answer, and logins that no one else can read."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psutil
import pytest

from kubetui.base.errors import HostError
from kubetui.base.redaction import Secret
from kubetui.machines.vagrant.catalogue import web
from kubetui.machines.vagrant.catalogue.web import Answer
from kubetui.profile.credentials import Logins
from tests.boxserver import LOGIN, METADATA, Server


async def test_the_catalogue_is_asked_as_vagrant_asks_it(server: Server) -> None:
    assert await web.has_box("me/there") == Answer(found=True)
    assert await web.has_box("me/gone") == Answer(found=False)
    assert server.asked == ["HEAD /me/there", "HEAD /me/gone"]


async def test_a_page_for_people_is_no_catalogue(server: Server) -> None:
    answer = await web.has_box("me/page")
    assert answer.found is False
    assert "not as a catalogue does" in answer.why


@pytest.mark.parametrize("code", [401, 403, 500, 503])
async def test_a_server_that_does_not_say_is_no_no(server: Server, code: int) -> None:
    answer = await web.head(f"{server.url}/code/{code}", Logins())
    assert answer == Answer(None, f"it answers with HTTP status {code}")


async def test_a_server_that_hangs_is_left(server: Server) -> None:
    answer = await web.head(f"{server.url}/hang/there.box", Logins())
    assert answer.found is None
    assert "timed out" in answer.why


async def test_a_refused_connection_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAGRANT_SERVER_URL", "http://127.0.0.1:9")
    answer = await web.has_box("me/there")
    assert answer.found is None
    assert "onnect" in answer.why


async def test_a_dead_proxy_is_named(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    assert (await web.has_box("me/there")).found is None
    assert server.asked == []


async def test_without_curl_nothing_is_asked(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(web, "_INSTALLED", str(tmp_path / "curl"))
    assert await web.has_box("me/there") == Answer(None, "curl is not on this host")
    assert server.asked == []


async def test_a_cancelled_question_leaves_no_process(server: Server) -> None:
    asking = asyncio.create_task(web.head(f"{server.url}/hang/cancelled.box", Logins()))
    assert await asyncio.to_thread(server.hanging.wait, 60)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    words = [" ".join(each.info["cmdline"] or []) for each in psutil.process_iter(["cmdline"])]
    assert not [each for each in words if "/hang/cancelled.box" in each]


async def test_a_login_is_in_a_private_file_only(server: Server, tmp_path: Path) -> None:
    url = f"{server.url.replace('//', '//me@')}/private/there.box"
    logins = Logins({url.rpartition("/private")[0]: Secret(LOGIN[1])})
    assert (await web.head(url, Logins())).why == "it answers with HTTP status 401"
    assert await web.head(url, logins) == Answer(found=True)
    with web.login_file(tmp_path / "netrc", url, logins) as netrc:
        assert netrc is not None
        assert netrc.stat().st_mode & 0o777 == 0o600
        assert netrc.read_text() == 'machine 127.0.0.1 login me password "c4nary \\"p@ss"\n'
    assert not netrc.exists()


def test_without_a_user_there_is_no_login(tmp_path: Path) -> None:
    with web.login_file(tmp_path / "netrc", "https://example.org/x.box", Logins()) as netrc:
        assert netrc is None
    assert not list(tmp_path.iterdir())


async def test_metadata_is_fetched_and_named(server: Server) -> None:
    text = await web.fetch(f"{server.url}/described.json", Logins())
    assert text == METADATA
    assert web.metadata_name(text) == "me/described"
    with pytest.raises(HostError, match="there is nothing at this URL"):
        await web.fetch(f"{server.url}/gone.json", Logins())


@pytest.mark.parametrize("text", [b"", b"[1]", b"{}", b'{"name": 1}', b'{"name": "a b"}', b"\xff\xfe", b'{"name": ""}'])
def test_what_is_no_metadata_has_no_name(text: bytes) -> None:
    assert web.metadata_name(text) is None
