"""Which machines a step runs on, and which tasks its own tasks wait for."""

from graphlib import CycleError

import pytest

from kubetui.engine.events import TaskId
from kubetui.engine.order import dependencies, tasks_of
from kubetui.engine.step import Step, Where
from tests.fakes import done, step
from tests.plans import plan


def test_tasks_are_listed_in_the_order_of_the_steps() -> None:
    steps = (step("a"), step("b", where=Where.FIRST), step("c", where=Where.WORKERS))
    assert [str(task) for task in tasks_of(steps, plan(workers=1))] == [
        "kubmaster/a",
        "kubnode1/a",
        "kubmaster/b",
        "kubnode1/c",
    ]


def test_exactly_one_machine_is_the_first_control_plane() -> None:
    machines = plan(workers=1, machines={"control_planes": 2}).machines
    assert [machine.name for machine in machines if Where.FIRST.holds(machine)] == ["kubmaster"]
    assert [machine.name for machine in machines if Where.WORKERS.holds(machine)] == ["kubnode1"]
    assert all(Where.EVERY.holds(machine) for machine in machines)


def test_a_task_waits_for_its_own_machine_if_the_needed_step_runs_there() -> None:
    base = step("base")
    init = step("init", base, where=Where.FIRST)
    join = step("join", base, init, where=Where.WORKERS)
    check = step("check", join, where=Where.FIRST)
    found = dependencies((base, init, join, check), plan())
    assert found[TaskId("join", "kubnode1")] == {TaskId("base", "kubnode1"), TaskId("init", "kubmaster")}
    assert found[TaskId("check", "kubmaster")] == {TaskId("join", "kubnode1"), TaskId("join", "kubnode2")}
    assert TaskId("init", "kubnode1") not in found


def test_without_workers_nothing_waits_for_their_steps() -> None:
    join = step("join", where=Where.WORKERS)
    check = step("check", join, where=Where.FIRST)
    assert dependencies((join, check), plan(workers=0)) == {TaskId("check", "kubmaster"): frozenset()}


def test_circular_dependencies_are_refused() -> None:
    one = step("one")
    two = step("two", one)
    again = Step("one", "One", "Why.", "Source", Where.EVERY, (two,), one.recipe, done)
    with pytest.raises(CycleError):
        dependencies((again, two), plan())
