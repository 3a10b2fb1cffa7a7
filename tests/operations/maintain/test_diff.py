"""What differs on a machine is named with what mends it, and mending runs those steps alone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubetui.base.errors import UsageError
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import Event, TaskFinished
from kubetui.engine.order import dependencies
from kubetui.engine.stop import Stop
from kubetui.machines.rehearsal import stage
from kubetui.machines.rehearsal.memory import Memory
from kubetui.machines.rehearsal.options import FASTEST, with_options
from kubetui.operations.maintain.diff import Difference, Differences, chosen, diff, mend
from kubetui.operations.state import State, glance, look
from kubetui.operations.up import up
from kubetui.profile.schema.profile import Profile
from kubetui.steps.machine.system import SWAP
from tests.plans import plan

PROFILE = Profile.model_validate({"name": "lab", "provider": "rehearsal", "machines": {"workers": 1}})


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """Return a rehearsed cluster of two machines."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    asyncio.run(up(with_options(PROFILE, speed=FASTEST), lambda _event: None, Stop()))
    yield Cluster("lab")
    leave()


def leave() -> None:
    for folder in list(stage._stages):
        asyncio.run(stage.leave(folder))


def forget(lab: Cluster, machine: str, *steps: str) -> None:
    """Undo steps on a rehearsed machine."""
    leave()
    memory = Memory.in_folder(lab.folder / "rehearsal", machine)
    for step in steps:
        del memory.done[step]
    memory.save()


def named(seen: Differences) -> list[tuple[str, str]]:
    return [(each.machine, each.step.name) for each in seen.found]


def mended(lab: Cluster, *names: str) -> list[str]:
    """Mend, and return the tasks that changed something."""
    events: list[Event] = []
    assert asyncio.run(mend(lab, names, events.append, Stop())).ok
    ends = [event for event in events if isinstance(event, TaskFinished)]
    return [str(event.task) for event in ends if event.outcome == "done"]


def test_a_fresh_cluster_differs_nowhere(lab: Cluster) -> None:
    assert asyncio.run(diff(lab)) == Differences()
    assert mended(lab) == []


def test_what_differs_is_named_in_the_plans_order_and_mended(lab: Cluster) -> None:
    forget(lab, "kubnode1", "swap", "kernel")
    forget(lab, "kubmaster", "runtime-config")
    seen = asyncio.run(diff(lab))
    assert named(seen) == [("kubmaster", "runtime-config"), ("kubnode1", "swap"), ("kubnode1", "kernel")]
    assert all(each.detail for each in seen.found)
    assert mended(lab, "swap") == ["kubnode1/swap"]
    assert sorted(mended(lab)) == ["kubmaster/runtime-config", "kubnode1/kernel"]
    assert asyncio.run(diff(lab)) == Differences()
    assert asyncio.run(look(lab)).state is State.READY


def test_what_is_not_kubetuis_is_left(lab: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    forget(lab, "kubnode1", "swap")

    async def look(*_: object) -> Differences:
        return Differences((Difference("kubnode1", SWAP, "", mendable=False),))

    monkeypatch.setattr("kubetui.operations.maintain.diff.diff", look)
    assert mended(lab) == []


def test_a_machine_that_is_off_is_named(lab: Cluster) -> None:
    leave()
    Memory.in_folder(lab.folder / "rehearsal", "kubnode1").power(on=False)
    seen = asyncio.run(diff(lab))
    assert seen.found == ()
    assert list(seen.unread) == ["kubnode1"]


def test_mending_leaves_what_the_cluster_is(lab: Cluster) -> None:
    before = glance(lab)
    mended(lab, "swap")
    assert glance(lab).state is before.state
    assert glance(lab).built_seconds == before.built_seconds


@pytest.mark.parametrize("name", ["nothing", "start", "connect"])
def test_an_unknown_step_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=f"There is no step {name} to mend"):
        chosen([name])


def test_a_chosen_step_needs_only_what_is_there() -> None:
    steps = chosen(["join", "runtime-config"])
    assert [step.name for step in steps] == ["connect", "facts", "claim", "runtime-config", "init", "join"]
    needs = {str(task): {str(each) for each in others} for task, others in dependencies(steps, plan(workers=1)).items()}
    assert needs["kubnode1/join"] == {"kubnode1/connect", "kubnode1/facts", "kubnode1/runtime-config", "kubmaster/init"}
    assert needs["kubmaster/init"] == {"kubmaster/connect", "kubmaster/facts", "kubmaster/runtime-config"}
