"""`kubetui upgrade` as a person types it: what is shown before, what is asked, and what is refused."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kubetui.base.errors import ExitCode, RunError
from kubetui.cli.main import main
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import Operation, RunFinished, Sink
from kubetui.operations.maintain import upgrade
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import DRAIN_SECONDS, Leaving
from kubetui.profile.schema.profile import Profile
from kubetui.profile.versions import upgraded

REALLY = upgrade.losses
LOST = "kubnode1: the pod default/web loses what it keeps in an emptyDir"


def kubetui(*words: str) -> Result:
    return CliRunner().invoke(main, ["upgrade", *words])


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    cluster = Cluster("lab")
    cluster.create()
    built = Profile.model_validate({"name": "lab", "provider": "lxc", "kubernetes": {"version": "1.36"}})
    cluster.profile.write_text(profilefile.dump(built))
    return cluster


@pytest.fixture
def begun(lab: Cluster, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Return how upgrades were begun, none of which does anything."""
    found: list[dict[str, Any]] = []

    async def losses(*_: object) -> tuple[str, ...]:
        return (LOST,)

    async def run(cluster: Cluster, wanted: Profile, sink: Sink, *_: object, **how: Any) -> RunFinished:
        found.append({"cluster": cluster.name, "version": wanted.kubernetes.version, **how})
        finished = RunFinished(time.time(), "lab", 1.0, True, 3, 0, 0, operation=Operation.UPGRADE)  # noqa: FBT003
        sink(finished)
        return finished

    monkeypatch.setattr(upgrade, "losses", losses)
    monkeypatch.setattr(upgrade, "upgrade", run)
    return found


def test_what_will_happen_is_shown_and_agreed_to_before(begun: list[dict[str, Any]]) -> None:
    said = kubetui("lab")
    assert said.exit_code == ExitCode.USAGE
    assert begun == []
    first, *lines = said.stderr.splitlines()
    assert first == "lab goes from Kubernetes 1.36 to 1.37."
    assert lines[0] == "  kubmaster: etcd is saved, then kubeadm upgrade apply"
    assert f"  {LOST}" in lines
    assert "Add --yes to agree." in said.stderr


def test_it_goes_as_the_person_says(begun: list[dict[str, Any]]) -> None:
    said = kubetui("lab", "--to", "1.37.2", "--at-once", "2", "--timeout", "60", "--force", "--yes")
    assert said.exit_code == ExitCode.OK
    assert "it has the new version" in said.stderr
    how = {"at_once": 2, "leaving": Leaving(patience=60, forced=True)}
    assert begun == [{"cluster": "lab", "version": "1.37.2", **how}]
    kubetui("lab", "--yes")
    assert begun[1] == {"cluster": "lab", "version": "1.37", "at_once": 1, "leaving": Leaving(patience=DRAIN_SECONDS)}


@pytest.mark.parametrize(
    ("to", "why"),
    [("1.35", "cannot go back to 1.35"), ("1.38", "kubeadm skips no minor version"), ("1.36", "1.36 already")],
)
def test_where_a_cluster_cannot_go_is_refused_with_the_reason(begun: list[dict[str, Any]], to: str, why: str) -> None:
    said = kubetui("lab", "--to", to, "--yes")
    assert (said.exit_code, begun) == (ExitCode.USAGE, [])
    assert why in said.stderr


def test_one_that_goes_on_needs_no_machine_that_answers(
    lab: Cluster, begun: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> tuple[str, ...]:
        raise RunError("kubmaster is stopped.")

    monkeypatch.setattr(upgrade, "losses", REALLY)
    monkeypatch.setattr(upgrade, "of_nodes", away)
    assert kubetui("lab", "--yes").exit_code == ExitCode.RUN
    assert begun == []
    lab.upgrade.write_text(profilefile.dump(upgraded(profilefile.load_built(lab), "1.37")))
    said = kubetui("lab", "--yes")
    assert said.stderr.startswith("lab goes on from Kubernetes 1.36 to 1.37.")
    assert [each["version"] for each in begun] == ["1.37"]


@pytest.mark.parametrize("command", ["up", "start", "mend", "check"])
def test_other_commands_say_that_it_has_to_be_finished(lab: Cluster, command: str, tmp_path: Path) -> None:
    lab.upgrade.write_text(profilefile.dump(upgraded(profilefile.load_built(lab), "1.37")))
    name = "lab"
    if command == "up":
        (tmp_path / "lab.yaml").write_text(lab.profile.read_text())
        name = str(tmp_path / "lab.yaml")
    said = CliRunner().invoke(main, [command, name])
    if command == "check":
        # it only looks
        assert "UPGRADE-PENDING" not in said.stderr
    else:
        assert said.exit_code == ExitCode.ERROR
        assert "Go on with: kubetui upgrade lab" in said.stderr
