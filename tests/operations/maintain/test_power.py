"""A rehearsed cluster is shut down in order, is off then, and a stop that failed or was cut off goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubetui.base.errors import BusyError, RunError, UsageError
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import Event, Operation, RunFinished, RunStarted, TaskFinished, TaskStarted
from kubetui.engine.stop import Stop
from kubetui.machines.rehearsal import stage
from kubetui.machines.rehearsal.options import FASTEST, with_options
from kubetui.machines.rehearsal.provider import RehearsalProvider
from kubetui.operations.maintain.power import refuse_hosts, shut_down
from kubetui.operations.state import State, glance, look
from kubetui.operations.up import up
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.record import journal, lastrun
from kubetui.steps.machine.halt import HALT_FIRST, HALT_WORKER, HALTING
from tests.fakes import Bench
from tests.plans import plan

ENDPOINT = {"control_plane_endpoint": "192.168.56.5"}


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """Return a rehearsed cluster of two machines."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    profile = Profile.model_validate({"name": "lab", "provider": "rehearsal", "machines": {"workers": 1}})
    asyncio.run(up(with_options(profile, speed=FASTEST), lambda _event: None, Stop()))
    yield Cluster("lab")
    for folder in list(stage._stages):
        asyncio.run(stage.leave(folder))


def stopping(lab: Cluster, stop: Stop | None = None) -> tuple[RunFinished, list[Event]]:
    events: list[Event] = []
    return asyncio.run(shut_down(lab, events.append, stop or Stop())), events


def test_a_cluster_is_off_after_it_was_shut_down(lab: Cluster) -> None:
    built = glance(lab)
    finished, events = stopping(lab)
    assert (finished.ok, finished.changed, finished.operation) == (True, 2, Operation.STOP)
    assert isinstance(events[0], RunStarted)
    assert events[0].operation is Operation.STOP
    ends = [str(event.task) for event in events if isinstance(event, TaskFinished)]
    assert ends == [f"kubnode1/{HALT_WORKER.name}", f"kubmaster/{HALT_FIRST.name}"]
    seen = asyncio.run(look(lab))
    assert (seen.state, seen.detail) == (State.OFF, "its machines are halted")
    # how long the build took is not what the stop took
    assert seen.built_seconds == built.built_seconds
    assert stopping(lab)[0].changed == 0


def test_the_build_before_it_still_counts(lab: Cluster) -> None:
    before = journal.read(lab.journal)
    stopping(lab)
    assert before
    assert before.ok
    assert journal.read(lab.journal) == before
    last = lastrun.read(lab)
    assert last
    # but the page of the last run shows what was done last
    assert {each.task.step for each in last.ran} == {HALT_WORKER.name, HALT_FIRST.name}


def test_while_it_is_shut_down_it_is_busy(lab: Cluster) -> None:
    seen: list[str] = []

    def sink(event: Event) -> None:
        if isinstance(event, TaskStarted | RunStarted):
            seen.append(glance(lab).said)

    asyncio.run(shut_down(lab, sink, Stop()))
    assert seen[0] == "busy: its machines are being halted, 0 of 2"
    assert seen[-1] == "busy: its machines are being halted, 1 of 2"


def test_a_stop_that_fails_is_said_and_goes_on(lab: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    async def stuck(*_: object) -> None:
        raise RunError("kubmaster does not end.")

    with monkeypatch.context() as patch:
        patch.setattr(stage.Stage, "halt", stuck)
        finished, _events = stopping(lab)
    assert (finished.ok, finished.failed, finished.blocked) == (False, 1, 1)
    assert glance(lab).said == "failed: kubnode1: Shut the worker down: kubmaster does not end."
    assert stopping(lab)[0].ok
    assert asyncio.run(look(lab)).state is State.OFF


def test_a_stop_that_was_stopped_goes_on(lab: Cluster) -> None:
    stop = Stop()

    def sink(event: Event) -> None:
        if isinstance(event, TaskStarted):
            stop.request()

    finished = asyncio.run(shut_down(lab, sink, stop))
    assert finished.stopped
    assert glance(lab).state is State.STOPPED
    assert stopping(lab)[0].ok


def test_a_started_cluster_is_ready_again(lab: Cluster) -> None:
    stopping(lab)
    profile = Profile.model_validate({"name": "lab", "provider": "rehearsal", "machines": {"workers": 1}})
    asyncio.run(up(with_options(profile, speed=FASTEST), lambda _event: None, Stop()))
    assert asyncio.run(look(lab)).state is State.READY


def test_two_at_once_are_refused(lab: Cluster) -> None:
    with lab.lock("certificates"), pytest.raises(BusyError, match="is working on lab"):
        stopping(lab)
    with lab.lock("certificates"):
        assert glance(lab).said == "busy: its certificates are being renewed"


def test_machines_of_somebody_are_not_shut_down() -> None:
    hosts = [{"name": "kubmaster", "role": "control plane", "address": "192.0.2.1"}]
    made = Plan(Profile.model_validate({"name": "lab", "provider": "hosts", "hosts": hosts}))
    with pytest.raises(UsageError, match="The machines of lab are yours"):
        refuse_hosts(made)


async def test_control_planes_go_one_after_the_other_and_the_first_one_last() -> None:
    made = plan(workers=2, machines={"control_planes": 3}, network=ENDPOINT)
    bench = Bench(made, HALTING)
    assert (await bench.execute()).ok
    assert set(bench.provider.halted[:2]) == {"kubnode1", "kubnode2"}
    assert bench.provider.halted[2:] == ["kubmaster2", "kubmaster3", "kubmaster"]


async def test_a_machine_that_does_not_end_keeps_the_control_plane_up() -> None:
    bench = Bench(plan(workers=2), HALTING)
    bench.provider.stuck = frozenset({"kubnode2"})
    assert not (await bench.execute()).ok
    assert "kubmaster" not in bench.provider.halted
    assert bench.failure().error_id == "HALT"


async def test_a_rehearsed_machine_that_is_off_is_not_played(lab: Cluster) -> None:
    made = Plan(Profile.model_validate({"name": "lab", "provider": "rehearsal", "machines": {"workers": 1}}))
    provider = RehearsalProvider(made, lab.folder)
    await provider.halt(made.machines[1], lambda _line: None)
    with pytest.raises(RunError, match="halted"):
        await provider.endpoint(made.machines[1])
