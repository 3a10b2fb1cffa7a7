"""A snapshot after each step of a build that changes something, as steps between its steps."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from kubetui.base.errors import UsageError
from kubetui.cluster import snapshots
from kubetui.engine.events import Outcome
from kubetui.engine.provider import Provider
from kubetui.engine.step import Step, Task, Where
from kubetui.profile.plan import Plan
from kubetui.steps.machine.snapshot import SAVE, provided, save

PREFIX: Final = "after-"
"""The beginning of the labels of checkpoints, and of the names of the steps that make them."""


def refuse(plan: Plan, provider: Provider) -> None:
    """Raise UsageError where a running cluster cannot be saved between two steps."""
    found = provider.snapshots
    if found is None or found.halts:
        why = "would have to shut the machines down after each step" if found else "cannot save its machines"
        raise UsageError(
            f"--checkpoints does not work with {plan.provider.title}: kubetui {why}.",
            fix="Leave it out. Containers (provider: lxc) can be saved while they run.",
        )


def woven(steps: Sequence[Step], looking: Collection[Step] = ()) -> tuple[Step, ...]:
    """Return steps with a checkpoint after each, except those that are only `looking`.

    A checkpoint waits for its step on every machine, and every later step waits for it.
    """
    found: list[Step] = []
    before: tuple[Step, ...] = ()
    for step in steps:
        waiting = replace(step, needs=(*step.needs, *before))
        found.append(waiting)
        if step.where is not Where.LEAVING and step not in looking:
            before = (_checkpoint(waiting, before),)
            found += before
    return tuple(found)


def _checkpoint(step: Step, before: tuple[Step, ...]) -> Step:
    return replace(
        SAVE,
        name=f"{PREFIX}{step.name}",
        title=f"Checkpoint after: {step.title}",
        why="From here the next step can be tried again and again: kubetui snapshot restore, --before that step.",
        needs=(step, *before),
        run=partial(_save, step=step.name),
        looks=True,
    )


async def _save(task: Task, step: str) -> Outcome:
    ended = [outcome for done, outcome in task.run.outcomes.items() if done.step == step]
    if Outcome.DONE not in ended:
        return Outcome.UNCHANGED
    label, cluster = f"{PREFIX}{step}", task.run.cluster
    if label in snapshots.read(cluster).labels:
        # of an earlier run, which the step has now changed something after
        snapshots.give_up(cluster, label)
        await provided(task).remove(label, task.log)
        snapshots.forget(cluster, label)
    return await save(task, label, after=step)
