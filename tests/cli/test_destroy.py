"""`kubetui destroy` resets existing machines only when each of them was named."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from kubetui.base.errors import ExitCode
from kubetui.cli import hosts
from kubetui.cli.main import main
from kubetui.cluster.folder import Cluster
from kubetui.operations import destroy as operation

PROFILE = """schema: 1
name: lab
provider: hosts
hosts:
  - {name: kubmaster, role: control plane, address: 192.0.2.1}
  - {name: kubnode1, role: worker, address: 192.0.2.2}
"""


@pytest.fixture
def reached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Make a cluster of existing machines; return what a destroy does to them, in its order."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    cluster = Cluster("lab")
    cluster.create()
    cluster.profile.write_text(PROFILE)
    done: list[str] = []

    async def reset(*_: object) -> None:
        done.append("reset")

    def meet(*_: object, **__: object) -> None:
        done.append("meet")

    monkeypatch.setattr(operation, "destroy", reset)
    monkeypatch.setattr(hosts, "meet", meet)
    return done


@pytest.mark.parametrize(
    "named", ["kubmaster", "kubnode1", "kubmaster,kubnode2", "kubmaster,kubnode1,kubnode2", "kubmaster,kubmaster", ""]
)
def test_other_names_than_the_clusters_reset_nothing(reached: list[str], named: str) -> None:
    done = CliRunner().invoke(main, ["destroy", "lab", "--yes", "--hosts", named])
    assert done.exit_code == ExitCode.USAGE
    assert f"--hosts {named} does not match the hosts of lab." in done.output
    assert "kubetui destroy lab --hosts kubmaster,kubnode1" in done.output
    assert reached == []


def test_yes_alone_resets_no_existing_machine(reached: list[str]) -> None:
    done = CliRunner().invoke(main, ["destroy", "lab", "--yes"])
    assert done.exit_code == ExitCode.USAGE
    assert "kubetui destroy lab --hosts kubmaster,kubnode1" in done.output
    assert reached == []


def test_the_clusters_own_names_in_any_order_reset_it(reached: list[str]) -> None:
    done = CliRunner().invoke(main, ["destroy", "lab", "--hosts", "kubnode1,kubmaster"])
    assert (done.exit_code, done.output) == (ExitCode.OK, "lab is gone.\n")
    assert reached == ["meet", "reset"]
