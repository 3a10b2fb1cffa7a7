"""Steps and how they depend on each other: data, known before any machine exists."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

from kubetui.engine.events import Outcome, TaskId
from kubetui.profile.plan import Machine, Plan, Role
from kubetui.remote.command import Command

if TYPE_CHECKING:
    from kubetui.engine.recipe import Task


class Where(Enum):
    """Which machines a step runs on."""

    EVERY = "on every machine"
    EXISTING = "on every machine that existed before"
    FIRST = "on the first control plane"
    OTHERS = "on every other control plane"
    WORKERS = "on every worker"

    def holds(self, machine: Machine) -> bool:
        """Tell whether a machine is among them."""
        match self:
            case Where.EVERY:
                return True
            case Where.EXISTING:
                return machine.host is not None
            case Where.FIRST:
                return machine.first
            case Where.OTHERS:
                return machine.role is Role.CONTROL_PLANE and not machine.first
            case Where.WORKERS:
                return machine.role is Role.WORKER


class State(Enum):
    """What a probe finds. The values are the exit codes of probe scripts (see `command.PRELUDE`)."""

    DONE = 0
    ABSENT = 10
    PARTIAL = 11
    FOREIGN = 12


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a step does on one machine.

    `probe` looks whether the work is done and changes nothing; `apply` does it, and may be run again
    after it was cut short. The probe is run after `apply` too, to see that it worked.
    """

    apply: Command | None = None
    probe: Command | None = None


@dataclass(frozen=True)
class Step:
    """One thing that is done, on every machine where it belongs.

    `why` is the sentence that a learner reads, `source` the page that the rule comes from. `recipe`
    renders the commands from the plan alone; `run` carries them out, which most steps leave to
    `task.follow_recipe`. With `in_turn`, one machine begins when the one before it in the plan is done.
    `instead` only looks: it runs where the step itself cannot because other machines failed. As long as no step
    that `installs` has begun, a machine is as its box made it, or as its owner has it.
    """

    name: str
    title: str
    why: str
    source: str
    where: Where
    needs: tuple[Step, ...]
    recipe: Callable[[Plan, Machine], Recipe] = field(compare=False)
    run: Callable[[Task], Awaitable[Outcome]] = field(compare=False)
    in_turn: bool = False
    installs: bool = True
    instead: Callable[[Task], Awaitable[None]] | None = field(default=None, compare=False)


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
