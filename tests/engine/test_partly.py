"""A run in which some machines fail: the working part of the cluster is checked anyway."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from kubetui.base.check import Check
from kubetui.base.errors import RunError
from kubetui.engine.events import GOOD, Checked, NodesTable, Outcome, RunFinished
from kubetui.engine.step import Step, Task, Where
from tests.fakes import Bench, step
from tests.plans import plan


async def broken_on_last(task: Task) -> Outcome:
    if task.machine.name == "kubnode2":
        raise RunError("broken", id="BROKEN")
    return Outcome.DONE


async def looks(task: Task) -> None:
    joined = {each.machine for each, outcome in task.run.outcomes.items() if each.step == "join" and outcome in GOOD}
    task.run.ready = frozenset({"kubmaster", *joined})
    task.run.nodes_table = "NAME  STATUS\n"


def with_look(look: Callable[[Task], Awaitable[None]] = looks, *, first: Step | None = None) -> Bench:
    first = first or step("init")
    join = step("join", first, where=Where.WORKERS, run=broken_on_last)
    return Bench(plan(), (first, join, replace(step("check", first, join, where=Where.FIRST), instead=look)))


async def test_the_cluster_is_checked_when_a_worker_fails() -> None:
    bench = with_look()
    finished = await bench.execute()
    assert bench.finished()["kubmaster/check"] is Outcome.BLOCKED
    assert [event.text for event in bench.events if isinstance(event, NodesTable)] == ["NAME  STATUS\n"]
    assert (finished.ok, finished.partly) == (False, True)
    assert (finished.nodes, finished.ready, finished.not_ready) == (3, 2, ("kubnode2",))


async def test_a_failed_step_that_only_looks_keeps_no_later_look_from_running() -> None:
    async def fails(_task: Task) -> Outcome:
        raise RunError("not ready", id="NOT-READY")

    init = step("init")
    check = replace(step("check", init, where=Where.FIRST, run=fails), looks=True)
    bench = Bench(plan(), (init, check, replace(step("proof", init, check, where=Where.FIRST), instead=looks)))
    finished = await bench.execute()
    assert bench.finished()["kubmaster/proof"] is Outcome.BLOCKED
    assert "kubmaster/proof" in bench.started()
    assert (finished.failed, finished.ready) == (1, 1)


async def test_every_check_of_the_cluster_is_an_event() -> None:
    made = (Check("dns", "ok", "fine"), Check("nodeport", "failed", "silent", "look there"))

    async def proves(task: Task) -> Outcome:
        task.run.checks = made
        return Outcome.UNCHANGED

    bench = Bench(plan(), (step("proof", where=Where.FIRST, run=proves),))
    await bench.execute()
    assert tuple(event.check for event in bench.events if isinstance(event, Checked)) == made
    assert isinstance(bench.events[-1], RunFinished)


async def test_nothing_is_checked_when_the_control_plane_fails() -> None:
    async def broken(task: Task) -> Outcome:
        if task.machine.first:
            raise RunError("broken", id="BROKEN")
        return Outcome.DONE

    finished = await (bench := with_look(first=step("init", run=broken))).execute()
    assert "kubmaster/check" not in bench.started()
    assert (finished.partly, finished.nodes, finished.ready, finished.not_ready) == (False, 3, 0, ())


async def test_a_stopped_run_checks_nothing() -> None:
    async def stops(_task: Task) -> Outcome:
        bench.stop.request()
        return Outcome.DONE

    bench = with_look(first=step("init", run=stops))
    assert not (await bench.execute()).partly
    assert "kubmaster/check" not in bench.started()


async def test_a_failed_check_of_a_partial_cluster_adds_no_failure() -> None:
    async def fails(_task: Task) -> None:
        raise RunError("no answer", id="LOOK")

    finished = await (bench := with_look(fails)).execute()
    assert (finished.failed, finished.partly) == (1, False)
    assert bench.lines() == ["no answer"]
    assert bench.failure().error_id == "BROKEN"


async def test_a_bug_in_a_check_of_a_partial_cluster_is_raised() -> None:
    async def bug(_task: Task) -> None:
        raise ZeroDivisionError("no such number")

    with pytest.raises(ZeroDivisionError):
        await with_look(bug).execute()
