"""What can be done to a cluster from its home: offered where it can be, told before it is done, and shown."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from kubetui.base.errors import RunError
from kubetui.engine.events import Line, Operation, RunFinished, Sink
from kubetui.engine.stop import Stop
from kubetui.operations.maintain import backup, certs, power
from kubetui.operations.state import ClusterState, State
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from screens.cluster.doing.actions import possible
from screens.cluster.doing.power import halting
from screens.cluster.doing.renewing import renewing
from screens.cluster.doing.working import WorkScreen
from screens.cluster.screen import ClusterScreen
from screens.widgets.choose import Choose
from screens.widgets.lists import RowList
from screens.widgets.navigation import StartRun
from screens.widgets.textline import TextLine
from tests.screens.apps import SIZE, drawn, shown, until
from tests.screens.cluster.home import Cluster, filled, leave

Snap = Callable[..., bool]
HOSTS = [{"name": "kubmaster", "role": "control plane", "address": "192.0.2.1"}]


def plan(**fields: Any) -> Plan:
    return Plan(Profile.model_validate({"name": "lab", "provider": "lxc", **fields}))


def offered(state: State, **fields: Any) -> list[str]:
    return [action.answer[0] for action in possible(ClusterState("lab", state, plan=plan(**fields)))]


def test_only_what_can_be_done_is_offered() -> None:
    assert offered(State.READY) == ["stop", "add", "remove", "mend", "renew", "backup", "snapshots"]
    assert offered(State.READY, machines={"workers": 1}) == ["stop", "add", "mend", "renew", "backup", "snapshots"]
    assert offered(State.READY, machines={"workers": 0}) == ["stop", "mend", "renew", "backup", "snapshots"]
    former = {"version": "1.36"}
    assert offered(State.READY, kubernetes=former) == [
        "stop",
        "add",
        "remove",
        "upgrade",
        "mend",
        "renew",
        "backup",
        "snapshots",
    ]
    assert offered(State.DEGRADED, provider="rehearsal", kubernetes=former) == ["stop", "add", "remove", "mend"]
    assert offered(State.DEGRADED, provider="rehearsal") == ["stop", "add", "remove", "mend"]
    assert offered(State.READY, provider="hosts", hosts=HOSTS) == ["mend", "renew", "backup"]
    for state in (State.OFF, State.BUILDING, State.BUSY, State.DESTROYING):
        assert offered(state) == []
    assert possible(ClusterState("lab", State.UNKNOWN)) == ()


def test_what_will_happen_is_said_in_its_order() -> None:
    several = plan(machines={"control_planes": 3, "workers": 2}, network={"control_plane_endpoint": "192.168.56.5"})
    assert halting(several).splitlines() == [
        "Shuts its machines down, in this order:",
        "  kubnode1, kubnode2      workers",
        "  kubmaster2, kubmaster3  control planes",
        "  kubmaster               the first control plane",
        "Pods end, and come back with it. Nothing is lost.",
    ]
    assert renewing(several).startswith(
        "On kubmaster, kubmaster2, kubmaster3, one after the other: kubeadm certs renew"
    )


async def chosen(pilot: Pilot[Any], name: str) -> None:
    """Open the list, and choose an action."""
    await until(pilot, filled(pilot))
    await pilot.press("a")
    await until(pilot, lambda: isinstance(pilot.app.screen, Choose))
    assert pilot.app.screen.query_one(RowList).choose(name)
    await pilot.press("enter")
    await pilot.pause()


def finished(*, ok: bool) -> RunFinished:
    return RunFinished(time.time(), "lab", 1.0, ok, 1, 0, 0, operation=Operation.STOP)


async def test_a_cluster_is_stopped_after_a_question(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def shut_down(cluster: Any, sink: Sink, _stop: Stop) -> RunFinished:
        asked.append(cluster.name)
        sink(Line(time.time(), "kubnode1", "halt-worker", "it goes"))
        return finished(ok=True)

    monkeypatch.setattr(power, "shut_down", shut_down)
    leave()
    async with Cluster().app().run_test(size=SIZE) as pilot:
        await chosen(pilot, "stop")
        await until(pilot, lambda: "in this order" in shown(pilot, "Static"))
        # the first answer changes nothing
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ClusterScreen))
        assert asked == []
        await chosen(pilot, "stop")
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, WorkScreen))
        await until(pilot, lambda: "its machines are off" in drawn(pilot.app))
        assert asked == ["lab"]
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, ClusterScreen))


@pytest.mark.parametrize("raises", [True, False])
async def test_what_fails_is_said(monkeypatch: pytest.MonkeyPatch, raises: bool) -> None:  # noqa: FBT001
    async def renew(*_: object) -> RunFinished:
        if raises:
            raise RunError("kubmaster is stopped.", fix="Start it with: kubetui start lab")
        return finished(ok=False)

    monkeypatch.setattr(certs, "renew", renew)
    leave()
    async with Cluster().app().run_test(size=SIZE) as pilot:
        await chosen(pilot, "renew")
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, WorkScreen))
        await until(pilot, lambda: "some are as old as before" in drawn(pilot.app))


async def test_a_backup_is_made_where_a_new_file_can_be(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[Path] = []

    async def save(_cluster: Any, target: Path, *_: object) -> RunFinished:
        asked.append(target)
        return finished(ok=True)

    monkeypatch.setattr(backup, "save", save)
    leave()
    async with Cluster().app().run_test(size=SIZE) as pilot:
        await chosen(pilot, "backup")
        await until(pilot, lambda: "as secret as the cluster" in drawn(pilot.app))
        line = pilot.app.screen.query_one(TextLine)
        assert re.fullmatch(r"~/lab-\d{4}-\d\d-\d\d-\d{4}\.tar", line.value)
        line.value = str(tmp_path)
        await pilot.press("enter")
        await until(pilot, lambda: "overwrites no backup" in drawn(pilot.app))
        line.value = str(tmp_path / "lab.tar")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, WorkScreen))
        await until(pilot, lambda: "it is saved in" in drawn(pilot.app))
        assert asked == [tmp_path / "lab.tar"]


@pytest.mark.parametrize(
    ("action", "said", "machines"),
    [
        (
            "add",
            "kubnode3, a worker: 192.168.56.104, 2048 MiB, 2 CPUs.",
            ["kubmaster", "kubnode1", "kubnode2", "kubnode3"],
        ),
        ("remove", "Remove a machine", ["kubmaster", "kubnode2"]),
    ],
)
async def test_a_worker_more_or_less_is_a_run_like_any_other(action: str, said: str, machines: list[str]) -> None:
    asked: list[StartRun] = []

    def note(message: object) -> None:
        if isinstance(message, StartRun):
            asked.append(message)
            message.stop()
            message.prevent_default()

    leave()
    async with Cluster().app().run_test(size=SIZE, message_hook=note) as pilot:
        await chosen(pilot, action)
        await until(pilot, lambda: said in drawn(pilot.app))
        # the first answer changes nothing
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ClusterScreen))
        await chosen(pilot, action)
        await pilot.press("down", "enter")
        await until(pilot, lambda: asked)
    assert [machine.name for machine in asked[0].plan.machines] == machines


def test_the_list(snap_compare: Snap) -> None:
    leave()

    async def before(pilot: Pilot[None]) -> None:
        await until(pilot, filled(pilot))
        await pilot.press("a")
        await until(pilot, lambda: isinstance(pilot.app.screen, Choose))

    assert snap_compare(Cluster().app(), terminal_size=SIZE, run_before=before)


@pytest.mark.parametrize("action", ["add", "remove"])
def test_more_and_fewer_machines(snap_compare: Snap, action: str) -> None:
    leave()

    async def before(pilot: Pilot[None]) -> None:
        await chosen(pilot, action)

    assert snap_compare(Cluster().app(), terminal_size=SIZE, run_before=before)


def test_the_question(snap_compare: Snap) -> None:
    leave()

    async def before(pilot: Pilot[None]) -> None:
        await chosen(pilot, "stop")

    assert snap_compare(Cluster().app(), terminal_size=SIZE, run_before=before)
