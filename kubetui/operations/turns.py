"""The tasks that a person can do by hand: which there are, which were chosen, and the hints for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from kubetui.base.errors import UsageError
from kubetui.base.text import did_you_mean
from kubetui.engine.events import TaskId
from kubetui.engine.step import Step, Turn
from kubetui.operations.plan import taught_commands
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.steps.build import STEPS

REHEARSED: Final = "In a rehearsal no step can be yours: its machines replay a recording."
_BY_NAME: Final = {step.name: step for step in STEPS}


@dataclass(frozen=True, slots=True)
class Offer:
    """A task that a person can do by hand. `hint` is a word to begin with, `commands` are one right way."""

    task: TaskId
    title: str
    goal: str
    hint: str
    commands: tuple[str, ...]


def offers(plan: Plan) -> tuple[Offer, ...]:
    """Return every task of a plan that a person can do by hand, in the order of the steps."""
    return tuple(
        Offer(
            TaskId(step.name, machine.name),
            step.title,
            turn.goal(plan, machine),
            turn.hint,
            _way(step, turn, plan, machine),
        )
        for step in STEPS
        if (turn := step.turn) is not None and step.offers_turn(plan)
        for machine in plan.machines
        if step.runs_on(machine, plan)
    )


def _way(step: Step, turn: Turn, plan: Plan, machine: Machine) -> tuple[str, ...]:
    """Return one right way: the turn's own, or what the step teaches."""
    return turn.commands(plan, machine) if turn.commands else taught_commands(step, plan, machine)


def chosen(plan: Plan, texts: Iterable[str]) -> frozenset[TaskId]:
    """Return the tasks that texts such as `swap` or `kubnode1/join` name.

    A step without a machine is meant on the first machine that it runs on. Raises UsageError for another text.
    """
    offered = [each.task for each in offers(plan)]
    return frozenset(_chosen(plan, offered, text) for text in texts)


def _chosen(plan: Plan, offered: list[TaskId], text: str) -> TaskId:
    if plan.provider.rehearsal:
        raise UsageError(
            REHEARSED,
            fix="Leave --your-turn out, or build a real cluster.",
        )
    machine, _, step = text.rpartition("/")
    found = next((task for task in offered if task.step == step and machine in {"", task.machine}), None)
    if found is not None:
        return found
    names = list(dict.fromkeys(task.step for task in offered))
    if step in _BY_NAME and step not in names:
        problem = f"{_BY_NAME[step].title} ({step}) cannot be done by hand."
    elif step in names:
        problem = f"{machine} does not have the step {step}."
    else:
        problem = f"There is no step {text}. {did_you_mean(step, names, otherwise='')}".strip()
    raise UsageError(problem, fix=f"These can be yours: {', '.join(names)}; with a machine: kubnode1/{names[0]}.")
