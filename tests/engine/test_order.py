"""The order of tasks: dependencies, tasks blocked by a failure, and exactly one end per task."""

import asyncio
import errno
from dataclasses import replace

import pytest

from kubetui.base.errors import RunError
from kubetui.engine.events import NodesTable, Outcome, RunFinished, RunStarted, TaskId
from kubetui.engine.order import dependencies
from kubetui.engine.provider import MachineState
from kubetui.engine.step import Task, Where
from kubetui.profile.plan import Leaving
from kubetui.remote.host_keys import HostKeys
from kubetui.steps.build import STEPS
from kubetui.steps.machine.start import START
from tests.fakes import Bench, FakeNode, step
from tests.plans import plan


async def test_a_task_waits_only_for_its_own_machine() -> None:
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


async def test_a_task_waits_for_all_machines_when_the_needed_step_does_not_run_on_its_own() -> None:
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


async def test_machines_work_in_parallel() -> None:
    meeting = asyncio.Barrier(4)

    async def meet(_task: Task) -> Outcome:
        await meeting.wait()
        return Outcome.DONE

    assert (await Bench(plan(workers=3), (step("meet", run=meet),)).execute()).changed == 4


async def test_a_failure_blocks_only_the_tasks_that_need_it() -> None:
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


async def test_the_first_and_last_events_describe_the_whole_run() -> None:
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


async def test_an_unexpected_error_is_raised_after_the_other_tasks_finish() -> None:
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


async def test_the_provider_is_asked_for_states_once_per_run() -> None:
    async def asks(task: Task) -> Outcome:
        await task.run.states(task.log)
        return Outcome.UNCHANGED

    bench = Bench(plan(), (step("first", run=asks),))
    assert (await bench.execute()).changed == 0
    assert bench.provider.asked == 1


@pytest.mark.parametrize(("state", "kept"), [(MachineState.ABSENT, False), (MachineState.STOPPED, True)])
async def test_only_a_recreated_machine_may_show_another_host_key(state: MachineState, *, kept: bool) -> None:
    bench = Bench(plan(workers=0), (START,))
    bench.provider.known = {"kubmaster": state}
    bench.run.cluster.create()
    # loaded before the start step, like the keys of the node that connects later
    keys = HostKeys(bench.run.cluster.host_keys)
    keys.pin("kubmaster", "ssh-ed25519 old")
    assert (await bench.execute()).changed == 1
    assert (keys.pinned("kubmaster") is not None) == kept


async def test_the_table_of_nodes_is_cleaned_line_by_line() -> None:
    async def reads(task: Task) -> Outcome:
        task.run.nodes_table = "NAME  OS\nkubmaster  \x1b[2JDebian\n"
        return Outcome.UNCHANGED

    bench = Bench(plan(workers=0), (step("check", run=reads),))
    await bench.execute()
    assert [event.text for event in bench.events if isinstance(event, NodesTable)] == [
        "NAME  OS\nkubmaster  ␛[2JDebian\n"
    ]


async def test_a_file_error_of_this_host_is_not_reported_as_a_bug() -> None:
    async def refused(task: Task) -> Outcome:
        raise FileNotFoundError(errno.ENOENT, "No such file or directory", "/home/me/logs/kubmaster.log")

    bench = Bench(plan(workers=0), (step("first", run=refused),))
    with pytest.raises(FileNotFoundError):
        await bench.execute()
    assert bench.failure().error == "/home/me/logs/kubmaster.log cannot be used: No such file or directory."
    assert bench.failure().error_id == "HOST-FILE"


async def test_a_machine_that_leaves_has_only_the_steps_for_that_and_the_last_step_waits_for_it() -> None:
    went = step("went", where=Where.LEAVING)
    leaves = step("leaves", went, where=Where.LEAVING)
    check = step("check", leaves, where=Where.FIRST)
    whole = plan(workers=2)
    machines = tuple(replace(each, leaving=True) for each in whole.machines[2:])
    smaller = replace(plan(workers=1), leaving=Leaving(machines))
    bench = Bench(smaller, (step("every"), went, leaves, check))
    finished = await bench.execute()
    assert (finished.ok, finished.nodes) == (True, 2)
    started = bench.started()
    assert sorted(started[:3]) == ["kubmaster/every", "kubnode1/every", "kubnode2/went"]
    assert started[3:] == ["kubnode2/leaves", "kubmaster/check"]
    # without one that leaves, nothing waits
    bench = Bench(plan(workers=1), (step("every"), went, leaves, check))
    assert (await bench.execute()).ok
    assert sorted(bench.started()) == ["kubmaster/check", "kubmaster/every", "kubnode1/every"]


@pytest.mark.parametrize("width", [1, 2, 3])
async def test_as_many_machines_have_their_turn_at_a_time_as_the_plan_says(width: int) -> None:
    running, most = 0, 0

    async def work(_task: Task) -> Outcome:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.01)
        running -= 1
        return Outcome.DONE

    turns = replace(step("turns", where=Where.WORKERS, run=work), in_turn=True, several=True)
    assert (await Bench(replace(plan(workers=5), at_once=width), (turns,)).execute()).ok
    assert most == width


async def test_a_turn_that_failed_keeps_those_after_it_from_theirs() -> None:
    async def fails(task: Task) -> Outcome:
        if task.machine.name == "kubnode1":
            raise RunError("broken")
        return Outcome.DONE

    turns = replace(step("turns", where=Where.WORKERS, run=fails), in_turn=True, several=True)
    bench = Bench(replace(plan(workers=4), at_once=2), (turns,))
    await bench.execute()
    blocked = {name for name, outcome in bench.finished().items() if outcome is Outcome.BLOCKED}
    assert blocked == {"kubnode3/turns"}


async def test_a_step_that_gathers_waits_for_every_machine() -> None:
    ended: list[str] = []

    async def slow_on_one(task: Task) -> Outcome:
        await asyncio.sleep(0.05 if task.machine.name == "kubnode2" else 0)
        ended.append(task.machine.name)
        return Outcome.DONE

    async def all_ended(_task: Task) -> Outcome:
        assert len(ended) == 3
        return Outcome.DONE

    first = step("first", run=slow_on_one)
    gathered = replace(step("gathered", first, where=Where.FIRST, run=all_ended), gathers=True)
    assert (await Bench(plan(), (first, gathered)).execute()).ok


def test_a_machine_does_not_wait_for_a_step_of_another_package_family() -> None:
    made = plan(workers=1, machines={"by_name": {"kubnode1": {"packages": "dnf"}}})
    needed = dependencies(STEPS, made)
    assert TaskId("selinux", "kubmaster") not in needed
    assert needed[TaskId("runtime", "kubmaster")] == {TaskId("base", "kubmaster")}
    assert needed[TaskId("runtime", "kubnode1")] >= {TaskId("selinux", "kubnode1"), TaskId("firewall", "kubnode1")}
