"""What one step on one machine teaches: its commands, what it changes, why, and the concepts behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kubetui.engine.step import Step
from kubetui.operations.plan import taught_commands
from kubetui.profile.plan import Plan
from kubetui.steps.build import ALL

BY_NAME: Final[Mapping[str, Step]] = {step.name: step for step in ALL}


@dataclass(frozen=True, slots=True)
class Lesson:
    """A step on a machine, with that machine's values."""

    machine: str
    step: str
    title: str
    why: str
    source: str
    commands: tuple[str, ...]
    changes: tuple[str, ...]
    concepts: tuple[str, ...]
    none: str = ""
    """Why there are no commands."""


def lesson(plan: Plan, machine: str, step: str) -> Lesson | None:
    """Return what a step teaches; None for a step or machine that the plan does not have."""
    found = BY_NAME.get(step)
    where = next((each for each in plan.everyone if each.name == machine), None)
    if found is None or where is None:
        return None
    teaches = found.teaches
    return Lesson(
        machine,
        step,
        found.title,
        found.why,
        found.source,
        taught_commands(found, plan, where),
        teaches.changes(plan, where),
        teaches.concepts,
        teaches.none,
    )
