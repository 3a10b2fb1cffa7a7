"""The engine: order, parallelism, failures, stopping, and that every task ends exactly once."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kubetui.command import Command
from kubetui.engine import Stop
from kubetui.errors import RunError, StoppedError
from kubetui.events import GOOD, NodesTable, Outcome, RunFinished, RunStarted, TaskId
from kubetui.hostkeys import HostKeys
from kubetui.node import LostTrackError, Result
from kubetui.pipeline import Recipe, Step, Where
from kubetui.providers.base import MachineState
from kubetui.steps.machine import START
from kubetui.task import Task, unit_name
from tests.fakes import Bench, FakeNode, done, step
from tests.plans import plan

RECIPE = Recipe(apply=Command("apply"), probe=Command("probe"))
ABSENT = Result(10, ("not there",))


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


async def test_a_task_waits_for_its_own_machine_alone() -> None:
    gate = asyncio.Event()

    async def slow_on_one(task: Task) -> Outcome:
        if task.machine.name == "kubnode1":
            await gate.wait()
        return Outcome.DONE

    async def opens(task: Task) -> Outcome:
        if task.machine.name == "kubnode2":
            # the other worker still waits in its first step
            gate.set()
        return Outcome.DONE

    first = step("first", run=slow_on_one)
    bench = Bench(plan(), (first, step("second", first, run=opens)))
    assert (await bench.execute()).ok
    started = bench.started()
    assert started.index("kubnode2/second") < started.index("kubnode1/second")


async def test_a_task_waits_everywhere_for_a_step_that_does_not_run_on_its_machine() -> None:
    order: list[str] = []

    async def note(task: Task) -> Outcome:
        await asyncio.sleep(0.01)
        order.append(f"{task.machine.name}/{task.step.name}")
        return Outcome.DONE

    init = step("init", where=Where.FIRST, run=note)
    join = step("join", init, where=Where.WORKERS, run=note)
    check = step("check", join, where=Where.FIRST, run=note)
    assert (await Bench(plan(workers=3), (check, join, init)).execute()).ok
    assert order[0] == "kubmaster/init"
    assert order[-1] == "kubmaster/check"
    assert sorted(order[1:4]) == ["kubnode1/join", "kubnode2/join", "kubnode3/join"]


async def test_machines_work_at_the_same_time() -> None:
    meeting = asyncio.Barrier(4)

    async def meet(_task: Task) -> Outcome:
        await meeting.wait()
        return Outcome.DONE

    assert (await Bench(plan(workers=3), (step("meet", run=meet),)).execute()).changed == 4


async def test_a_failure_blocks_what_needs_it_and_nothing_else() -> None:
    async def fails_on_one(task: Task) -> Outcome:
        if task.machine.name == "kubnode1":
            raise RunError("broken", fix="mend it", id="BROKEN")
        await asyncio.sleep(0.02)
        return Outcome.DONE

    first = step("first", run=fails_on_one)
    second = step("second", first)
    third = step("third", second, where=Where.WORKERS)
    apart = step("apart")
    bench = Bench(plan(), (first, second, third, apart))
    finished = await bench.execute()
    ended = bench.finished()
    assert {task for task, outcome in ended.items() if outcome is Outcome.BLOCKED} == {
        "kubnode1/second",
        "kubnode1/third",
    }
    assert ended["kubnode1/first"] is Outcome.FAILED
    assert ended["kubnode1/apart"] is ended["kubnode2/third"] is Outcome.DONE
    assert (finished.ok, finished.changed, finished.failed, finished.blocked) == (False, 8, 1, 2)
    failure = bench.failure()
    assert (failure.error, failure.error_id, failure.fix) == ("broken", "BROKEN", "mend it")
    assert failure.log == str(bench.run.cluster.logs / f"{failure.task.machine}.log")


async def test_the_first_and_last_event_tell_the_whole() -> None:
    first = step("first")
    bench = Bench(plan(workers=1), (first, step("second", first, where=Where.WORKERS)))
    finished = await bench.execute()
    start, *_, end = bench.events
    assert isinstance(start, RunStarted)
    assert start.tasks == (
        TaskId("first", "kubmaster"),
        TaskId("first", "kubnode1"),
        TaskId("second", "kubnode1"),
    )
    assert start.machines == ("kubmaster", "kubnode1")
    assert isinstance(end, RunFinished)
    assert end == finished
    assert set(bench.finished()) == {str(task) for task in start.tasks}


async def test_a_gentle_stop_lets_land_what_runs() -> None:
    bench: Bench

    async def stops(_task: Task) -> Outcome:
        bench.stop.request()
        await asyncio.sleep(0.01)
        return Outcome.DONE

    first = step("first", run=stops)
    bench = Bench(plan(workers=0), (first, step("second", first)))
    finished = await bench.execute()
    assert bench.finished() == {"kubmaster/first": Outcome.DONE, "kubmaster/second": Outcome.BLOCKED}
    assert (finished.ok, finished.stopped, finished.changed, finished.blocked) == (False, True, 1, 1)


async def test_a_forced_stop_cancels_what_runs_and_every_task_still_ends() -> None:
    bench: Bench
    cleaned: list[str] = []

    async def hangs(task: Task) -> Outcome:
        bench.stop.request()
        bench.stop.request()
        bench.stop.request()
        try:
            await asyncio.Event().wait()
        finally:
            # a third request must not cut this short
            bench.stop.request()
            await asyncio.sleep(0.01)
            cleaned.append(task.machine.name)
        return Outcome.DONE

    first = step("first", run=hangs, where=Where.FIRST)
    bench = Bench(plan(), (first, step("second", first)))
    finished = await bench.execute()
    assert set(bench.finished().values()) == {Outcome.BLOCKED}
    assert len(bench.finished()) == 4
    assert (finished.stopped, finished.ok, finished.blocked) == (True, False, 4)
    assert cleaned == ["kubmaster"]


async def test_a_forced_stop_ends_what_waits_outside_the_tasks() -> None:
    stop, cleaned = Stop(), asyncio.Event()

    async def waits() -> None:
        with stop.cancels_this():
            try:
                await asyncio.Event().wait()
            finally:
                stop.request()
                await asyncio.sleep(0)
                cleaned.set()

    waiting = asyncio.create_task(waits())
    await asyncio.sleep(0)
    stop.request()
    await asyncio.sleep(0)
    assert not waiting.done()
    stop.request()
    with pytest.raises(StoppedError):
        await waiting
    assert cleaned.is_set()


async def test_a_cancellation_that_is_no_stop_stays_one() -> None:
    async def waits() -> None:
        with Stop().cancels_this():
            await asyncio.Event().wait()

    waiting = asyncio.create_task(waits())
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_a_run_stopped_before_it_began_starts_nothing() -> None:
    bench = Bench(plan(), (step("first"),))
    bench.stop.request()
    bench.stop.request()
    assert not (await bench.execute()).ok
    assert bench.started() == []
    assert len(bench.finished()) == 3


async def test_an_unexpected_error_comes_through_after_the_others_landed() -> None:
    async def bug(task: Task) -> Outcome:
        if task.machine.name == "kubmaster":
            raise ZeroDivisionError("no\nsuch \x1b number")
        await asyncio.sleep(0.05)
        return Outcome.DONE

    node = FakeNode()
    first = step("first", run=bug)
    bench = Bench(plan(), (first, step("second", first)), node)
    with pytest.raises(ZeroDivisionError):
        await bench.execute()
    ended = bench.finished()
    assert ended["kubmaster/first"] is Outcome.FAILED
    assert ended["kubmaster/second"] is Outcome.BLOCKED
    assert ended["kubnode2/second"] is Outcome.DONE
    assert bench.failure().error == "ZeroDivisionError: no such ␛ number"
    assert bench.failure().error_id == "UNEXPECTED"
    assert isinstance(bench.events[-1], RunFinished)
    assert bench.events[-1].failed == 1
    assert node.closed


async def test_cancelling_the_run_cancels_its_tasks_and_closes_nodes() -> None:
    node = FakeNode()

    async def hangs(_task: Task) -> Outcome:
        started.set()
        await asyncio.Event().wait()
        return Outcome.DONE

    started = asyncio.Event()
    bench = Bench(plan(), (step("first", run=hangs),), node)
    running = asyncio.create_task(bench.execute())
    await started.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert node.closed
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_the_provider_is_asked_once() -> None:
    async def asks(task: Task) -> Outcome:
        await task.run.states(task.log)
        return Outcome.UNCHANGED

    bench = Bench(plan(), (step("first", run=asks),))
    assert (await bench.execute()).changed == 0
    assert bench.provider.asked == 1


@pytest.mark.parametrize(("state", "kept"), [(MachineState.ABSENT, False), (MachineState.STOPPED, True)])
async def test_only_a_machine_that_is_made_anew_may_show_another_host_key(state: MachineState, *, kept: bool) -> None:
    bench = Bench(plan(workers=0), (START,))
    bench.provider.known = {"kubmaster": state}
    bench.run.cluster.create()
    # as the one that connects has it since the run began
    keys = HostKeys(bench.run.cluster.host_keys)
    keys.pin("kubmaster", "ssh-ed25519 old")
    assert (await bench.execute()).changed == 1
    assert (keys.pinned("kubmaster") is not None) == kept


TOKEN = "abcdef.0123456789abcdef"  # noqa: S105


async def test_tokens_are_redacted_in_lines_errors_and_tails() -> None:
    said = (f"join --token {TOKEN}", f"error: token {TOKEN} is wrong")
    bench = Bench(plan(workers=0), (step("join", recipe=RECIPE),), FakeNode(probes=[ABSENT], applies=[Result(1, said)]))
    await bench.execute()
    failure = bench.failure()
    assert "token ******** is wrong" in failure.error
    assert len(failure.tail) == 2
    assert not [event for event in bench.events if TOKEN in repr(event)]


async def test_the_table_of_nodes_is_cleaned_line_by_line() -> None:
    async def reads(task: Task) -> Outcome:
        task.run.nodes_table = "NAME  OS\nkubmaster  \x1b[2JDebian\n"
        return Outcome.UNCHANGED

    bench = Bench(plan(workers=0), (step("check", run=reads),))
    await bench.execute()
    assert [event.text for event in bench.events if isinstance(event, NodesTable)] == [
        "NAME  OS\nkubmaster  ␛[2JDebian\n"
    ]


# how a recipe is followed


async def followed(node: FakeNode, recipe: Recipe = RECIPE) -> Bench:
    bench = Bench(plan(workers=0), (step("one", recipe=recipe),), node)
    await bench.execute()
    return bench


async def test_what_is_done_is_not_touched() -> None:
    bench = await followed(node := FakeNode())
    assert node.calls == ["run probe"]
    assert bench.finished() == {"kubmaster/one": Outcome.UNCHANGED}


async def test_what_is_absent_is_done_and_looked_at_again() -> None:
    bench = await followed(node := FakeNode(probes=[ABSENT]))
    assert node.calls == ["run probe", "carry out apply", "run probe"]
    assert bench.finished() == {"kubmaster/one": Outcome.DONE}


async def test_what_is_foreign_is_refused() -> None:
    bench = await followed(node := FakeNode(probes=[Result(12, ("it is another's",))]))
    assert node.calls == ["run probe"]
    assert bench.failure().error_id == "FOREIGN"
    assert bench.failure().error == "kubmaster: it is another's."


async def test_a_probe_that_fails_counts_as_work_to_be_done() -> None:
    assert (await followed(FakeNode(probes=[Result(127, ())]))).finished() == {"kubmaster/one": Outcome.DONE}


async def test_work_that_cannot_be_seen_afterwards_is_a_failure() -> None:
    bench = await followed(FakeNode(probes=[ABSENT, ABSENT]))
    assert bench.failure().error_id == "VERIFY"
    assert "its work is not there: not there." in bench.failure().error


async def test_a_failure_is_explained_from_what_was_printed() -> None:
    answer = Result(100, ("E: Version '1.36.99-*' for 'kubelet' was not found",))
    bench = await followed(FakeNode(probes=[ABSENT], applies=[answer]))
    assert bench.failure().error == '"One" failed on kubmaster: the repository has no kubelet 1.36.99-*.'
    assert bench.failure().error_id == "VERSION-MISSING"
    assert bench.failure().tail == answer.lines


async def test_after_a_restart_it_looks_and_repeats_only_what_is_not_there() -> None:
    lost = LostTrackError("It was restarted.")
    bench = await followed(node := FakeNode(probes=[ABSENT], applies=[lost]))
    assert node.calls == ["run probe", "carry out apply", "run probe"]
    assert bench.lines() == ["It was restarted. Looking."]
    bench = await followed(node := FakeNode(probes=[ABSENT, ABSENT], applies=[lost]))
    assert node.calls == ["run probe", "carry out apply", "run probe", "carry out apply", "run probe"]
    assert bench.finished() == {"kubmaster/one": Outcome.DONE}


def test_a_unit_is_named_by_its_work() -> None:
    bench = Bench(plan(workers=0), (one := step("one", run=done),))
    task = Task(bench.run, one, bench.plan.machines[0], print)
    names = {unit_name(task, Command(script, {"A": value})) for script in ("x", "y") for value in ("1", "2")}
    assert len(names) == 4
    assert all(name.startswith("one-") and len(name) == 12 for name in names)


# when some machines fail


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


async def test_where_a_worker_fails_the_others_are_looked_at() -> None:
    bench = with_look()
    finished = await bench.execute()
    assert bench.finished()["kubmaster/check"] is Outcome.BLOCKED
    assert [event.text for event in bench.events if isinstance(event, NodesTable)] == ["NAME  STATUS\n"]
    assert (finished.ok, finished.partly) == (False, True)
    assert (finished.nodes, finished.ready, finished.not_ready) == (3, 2, ("kubnode2",))


async def test_where_the_control_plane_fails_nothing_is_looked_at() -> None:
    async def broken(task: Task) -> Outcome:
        if task.machine.first:
            raise RunError("broken", id="BROKEN")
        return Outcome.DONE

    finished = await (bench := with_look(first=step("init", run=broken))).execute()
    assert "kubmaster/check" not in bench.started()
    assert (finished.partly, finished.nodes, finished.ready, finished.not_ready) == (False, 3, 0, ())


async def test_a_run_that_is_stopped_looks_at_nothing() -> None:
    async def stops(_task: Task) -> Outcome:
        bench.stop.request()
        return Outcome.DONE

    bench = with_look(first=step("init", run=stops))
    assert not (await bench.execute()).partly
    assert "kubmaster/check" not in bench.started()


async def test_a_look_that_fails_is_no_failure_of_its_own() -> None:
    async def fails(_task: Task) -> None:
        raise RunError("no answer", id="LOOK")

    finished = await (bench := with_look(fails)).execute()
    assert (finished.failed, finished.partly) == (1, False)
    assert bench.lines() == ["no answer"]
    assert bench.failure().error_id == "BROKEN"


async def test_a_mistake_in_a_look_comes_through() -> None:
    async def bug(_task: Task) -> None:
        raise ZeroDivisionError("no such number")

    with pytest.raises(ZeroDivisionError):
        await with_look(bug).execute()
