"""The order of tasks: which there are, and what each waits for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

from kubetui.engine.events import TaskId
from kubetui.profile.plan import Machine, Plan

if TYPE_CHECKING:
    pass
from kubetui.engine.step import Step


def tasks_of(steps: Iterable[Step], plan: Plan) -> tuple[TaskId, ...]:
    """Return every task of a plan, in the order of the table of contents."""
    return tuple(
        TaskId(step.name, machine.name) for step in steps for machine in plan.machines if step.where.holds(machine)
    )


def dependencies(steps: Iterable[Step], plan: Plan) -> Mapping[TaskId, frozenset[TaskId]]:
    """Return what each task waits for.

    A task waits for what it needs on its own machine and for nothing else; where the needed step does
    not run on that machine, it waits for it on every machine where it does. A step in turn waits for itself
    on the machine before.
    Raises graphlib.CycleError when steps need each other.
    """
    found: dict[TaskId, frozenset[TaskId]] = {}
    for step in steps:
        before: TaskId | None = None
        for machine in plan.machines:
            if step.where.holds(machine):
                needed = {task for need in step.needs for task in _places(need, machine, plan)}
                task = TaskId(step.name, machine.name)
                found[task] = frozenset(needed | {before} if before else needed)
                before = task if step.in_turn else None
    TopologicalSorter(found).prepare()
    return found


def _places(step: Step, machine: Machine, plan: Plan) -> tuple[TaskId, ...]:
    if step.where.holds(machine):
        return (TaskId(step.name, machine.name),)
    return tuple(TaskId(step.name, other.name) for other in plan.machines if step.where.holds(other))
