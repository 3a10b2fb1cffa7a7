"""`kubetui stop`, `start`, `restart` and `certs` as a person types them, on a rehearsal and on existing machines."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kubetui.base.errors import ExitCode
from kubetui.cli import hosts
from kubetui.cli.main import main
from kubetui.cluster.certificates import Certificate
from kubetui.cluster.folder import Cluster
from kubetui.operations.maintain import certs
from kubetui.operations.maintain.certs import Found
from kubetui.profile.files import file as profilefile
from kubetui.profile.schema.profile import Profile

HOSTS = [{"name": "kubmaster", "role": "control plane", "address": "192.0.2.1"}]
NOW = 1_800_000_000.0


def kubetui(*words: str) -> Result:
    return CliRunner().invoke(main, [*words])


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def rehearsed(tmp_path: Path) -> None:
    path = tmp_path / "lab.yaml"
    path.write_text(profilefile.dump(Profile.model_validate({"name": "lab", "provider": "rehearsal"})))
    done = kubetui("up", str(path), "--yes", "--speed", "1000")
    assert done.exit_code == 0, done.output


def made(**profile: object) -> Cluster:
    cluster = Cluster("lab")
    cluster.create()
    cluster.profile.write_text(profilefile.dump(Profile.model_validate({"name": "lab", **profile})))
    return cluster


@pytest.mark.usefixtures("rehearsed")
def test_a_rehearsal_is_stopped_and_started() -> None:
    said = kubetui("stop", "lab")
    assert said.exit_code == 0
    assert re.search(r"\nThe rehearsal of lab: its machines are off, after \d:\d\d\.\n", said.output)
    assert "Start it again with: kubetui start lab\n" in said.output
    assert "off: its machines are halted" in kubetui("status", "lab").output
    assert "there was nothing to do" in kubetui("stop", "lab").output
    started = kubetui("start", "lab", "--plain")
    assert started.exit_code == 0, started.output
    assert "The rehearsal of lab is complete" in started.output
    assert "rehearsal, ready" in kubetui("status", "lab").output


@pytest.mark.usefixtures("rehearsed")
def test_a_restart_is_both() -> None:
    done = kubetui("restart", "lab", "--json")
    assert done.exit_code == 0
    events = [json.loads(line) for line in done.output.splitlines()]
    assert [each["operation"] for each in events if each["event"] == "RunFinished"] == ["stop", "build"]


@pytest.mark.parametrize("command", ["stop", "start", "restart", "certs"])
def test_an_unknown_cluster_is_named(command: str) -> None:
    done = kubetui(command, "lab")
    assert done.exit_code == ExitCode.USAGE
    assert "There is no cluster lab." in done.output


def test_existing_machines_are_not_shut_down() -> None:
    made(provider="hosts", hosts=HOSTS)
    done = kubetui("stop", "lab")
    assert done.exit_code == ExitCode.USAGE
    assert "The machines of lab are yours, and kubetui does not shut them down." in done.output
    assert "kubetui start lab" in done.output


@pytest.mark.usefixtures("rehearsed")
@pytest.mark.parametrize("words", [(), ("--renew",), ("--json",)])
def test_a_rehearsal_has_no_certificates(words: tuple[str, ...]) -> None:
    done = kubetui("certs", "lab", *words)
    assert done.exit_code == ExitCode.USAGE
    assert "lab is a rehearsal, and has no certificates." in done.output


FOUND = {
    "kubmaster": Found(
        NOW,
        (
            Certificate("/etc/kubernetes/pki/ca.crt", NOW - 1, NOW + 3650 * 86400, authority=True),
            Certificate("/etc/kubernetes/pki/apiserver.crt", NOW - 365 * 86400, NOW - 90),
        ),
    ),
    "kubnode1": Found(trouble="kubnode1, a worker, is stopped."),
}


def shown(monkeypatch: pytest.MonkeyPatch, found: Mapping[str, Found], *words: str) -> Result:
    async def read(*_: object) -> Mapping[str, Found]:
        return found

    monkeypatch.setattr(hosts, "meet", lambda *_, **__: None)
    monkeypatch.setattr(certs, "read", read)
    made(provider="lxc")
    return CliRunner().invoke(main, ["certs", "lab", *words])


def test_certificates_are_listed_the_first_to_expire_first(monkeypatch: pytest.MonkeyPatch) -> None:
    done = shown(monkeypatch, FOUND)
    assert done.exit_code == ExitCode.UNHEALTHY
    _, api, authority = done.stdout.splitlines()
    assert re.fullmatch(r"/etc/kubernetes/pki/apiserver\.crt  kubmaster  \S+ \S+  expired 1:30 ago", api)
    assert re.fullmatch(r"/etc/kubernetes/pki/ca\.crt         kubmaster  \S+ \S+  expires in 3650 days", authority)
    assert "kubnode1: kubnode1, a worker, is stopped." in done.stderr
    assert "kubetui start lab" in done.stderr


def test_certificates_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    document = json.loads(shown(monkeypatch, FOUND, "--json").stdout)
    api = document["certificates"][1]
    assert (api["machine"], api["expires"], api["expired"], api["due"]) == ("kubmaster", NOW - 90, True, True)
    assert document["unread"] == {"kubnode1": "kubnode1, a worker, is stopped."}


def test_certificates_that_hold_are_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    certificates = (Certificate("/etc/kubernetes/pki/apiserver.crt", NOW, NOW + 86400),)
    assert shown(monkeypatch, {"kubmaster": Found(NOW, certificates)}).exit_code == 0
