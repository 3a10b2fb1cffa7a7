"""Which tasks a plan has, and which tasks each of them waits for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter

from kubetui.engine.events import TaskId
from kubetui.engine.step import Step
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan


def tasks_of(steps: Iterable[Step], plan: Plan) -> tuple[TaskId, ...]:
    """Return every task of a plan, in the order of the steps."""
    return tuple(
        TaskId(step.name, machine.name) for step in steps for machine in plan.everyone if step.runs_on(machine, plan)
    )


def dependencies(steps: Iterable[Step], plan: Plan) -> Mapping[TaskId, frozenset[TaskId]]:
    """Return the tasks that each task waits for.

    A task waits for the needed steps on its own machine only. If a needed step does not run there, the task waits
    for it on every machine where it runs, which is none if the plan does not have it; but for a step of another package
    family it waits nowhere. A step that runs `in_turn` also
    waits for itself on the machine before; with `several`, on the machine so many before as have their turn at a time.
    One that `gathers` waits for the needed steps on every machine.
    Raises graphlib.CycleError when steps need each other.
    """
    found: dict[TaskId, frozenset[TaskId]] = {}
    for step in steps:
        earlier: list[TaskId] = []
        width = plan.at_once if step.several else 1
        for machine in plan.everyone:
            if step.runs_on(machine, plan):
                needed = {task for need in step.needs for task in _places(need, machine, plan, everywhere=step.gathers)}
                task = TaskId(step.name, machine.name)
                if step.in_turn and len(earlier) >= width:
                    needed.add(earlier[-width])
                found[task] = frozenset(needed)
                earlier.append(task)
    TopologicalSorter(found).prepare()
    return found


def _places(step: Step, machine: Machine, plan: Plan, *, everywhere: bool) -> tuple[TaskId, ...]:
    if step.runs_on(machine, plan) and not everywhere:
        return (TaskId(step.name, machine.name),)
    if step.family and not everywhere:
        return ()
    return tuple(TaskId(step.name, other.name) for other in plan.everyone if step.runs_on(other, plan))
