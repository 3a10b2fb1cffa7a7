"""`kubetui check`: its lines, its JSON and its exit code."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kubetui.base.check import Check
from kubetui.base.errors import BusyError, ExitCode
from kubetui.cli import clusters as command
from kubetui.cli.language.formats import Form
from kubetui.cluster.folder import Cluster
from kubetui.operations.check import check as operation
from kubetui.record import checks as record

DNS = Check("dns", "ok", "it answers")
PORT = Check("nodeport", "failed", "kubnode1 is silent", "Look there.\nThen here.")
WEB = Check("trouble", "warning", "shop/web waits", "Describe it.")


@pytest.fixture(autouse=True)
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    made = Cluster("lab")
    made.create()
    made.profile.write_text("schema: 1\nname: lab\n")
    return made


def finds(monkeypatch: pytest.MonkeyPatch, *checks: Check) -> None:
    async def found(
        _cluster: Cluster, tell: Callable[[Check], None], _log: object, _access: object
    ) -> tuple[Check, ...]:
        for each in checks:
            tell(each)
        return checks

    monkeypatch.setattr("kubetui.operations.check.check", found)


def test_each_check_is_a_line_and_a_failed_one_has_an_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    finds(monkeypatch, DNS, PORT)
    assert command.check("lab", Form.TEXT) == ExitCode.UNHEALTHY
    assert capsys.readouterr().out.splitlines() == [
        "ok          dns: it answers",
        "failed      nodeport: kubnode1 is silent",
        "            Look there.",
        "            Then here.",
    ]


def test_a_warning_is_no_failure(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    finds(monkeypatch, DNS, WEB)
    assert command.check("lab", Form.JSON) == ExitCode.OK
    assert json.loads(capsys.readouterr().out) == {
        "cluster": "lab",
        "rehearsal": False,
        "ok": True,
        "checks": [
            {"name": "dns", "status": "ok", "message": "it answers", "fix": ""},
            {"name": "trouble", "status": "warning", "message": "shop/web waits", "fix": "Describe it."},
        ],
    }


async def test_a_cluster_without_machines_is_told_so(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kubetui.machines.vagrant.commandline.executable", lambda _system: "false")
    made = await operation(cluster, lambda _check: None)
    told = {check.name: check for check in made}
    assert told["api"].status == told["nodes"].status == "failed"
    assert "kubmaster, the control plane, is absent" in told["nodes"].message
    assert told["nodes"].fix == "Start it, or run: kubetui start lab"
    assert {each.status for name, each in told.items() if name not in {"api", "nodes"}} == {"not checked"}
    kept = record.read(cluster)
    assert kept is not None
    assert kept.checks == made


async def test_a_cluster_that_is_being_built_is_not_checked(cluster: Cluster) -> None:
    with cluster.lock(), pytest.raises(BusyError):
        await operation(cluster, lambda _check: None)
