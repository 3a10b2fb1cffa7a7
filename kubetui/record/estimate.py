"""Estimates how long a run takes, or what is left of it, from earlier runs on this host.

Durations are medians per step and role, of runs with the same provider and box. They are not summed: the estimate
plays the plan through its dependency graph, as the engine executes it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from graphlib import TopologicalSorter
from statistics import median

from kubetui.engine.events import Outcome, TaskId
from kubetui.engine.order import dependencies
from kubetui.engine.progress import Progress
from kubetui.profile.plan import Plan
from kubetui.profile.schema.kinds import Starts
from kubetui.record.timings import START, Past, history, kind_of
from kubetui.steps.build import STEPS

_WORKED = (Outcome.DONE.value, Outcome.UNCHANGED.value)


def estimate(plan: Plan) -> float | None:
    """Return how many seconds the whole run will take; None without an earlier run on this host."""
    usual = _durations(plan)
    if not usual:
        return None
    return max(_played(dependencies(STEPS, plan), usual, _starts(plan, usual, {}, 0.0)).values(), default=0.0)


class Remaining:
    """Estimates the rest of one run; reads the history only once."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._usual = _durations(plan)
        self._needs = dependencies(STEPS, plan) if self._usual else {}

    def __call__(self, progress: Progress, now: float | None = None) -> float | None:
        """Return how many seconds the run still takes; None without an earlier run on this host, 0 once it ended."""
        ends = self._ends(progress, now)
        return None if ends is None else max(ends.values(), default=0.0)

    def critical(self, progress: Progress, now: float | None = None) -> str:
        """Return the machine that the end of the run waits for now; empty where that is not known."""
        ends = self._ends(progress, now) or {}
        open_tasks = {task for task in ends if task not in progress.ended}
        found = ""
        while open_tasks:
            last = max(open_tasks, key=lambda task: (ends[task], str(task)))
            found = last.machine
            open_tasks = {need for need in self._needs[last] if need not in progress.ended}
        return found

    def _ends(self, progress: Progress, now: float | None) -> dict[TaskId, float] | None:
        """Return when each task will have ended, in seconds from now; None without an earlier run on this host."""
        if not self._usual:
            return None
        if progress.finished is not None:
            return {}
        at = time.time() if now is None else now
        left = {**self._usual, **dict.fromkeys(progress.ended, 0.0)}
        for task, started in progress.running.items():
            # a task that takes longer than ever counts as nearly done
            left[task] = max(left.get(task, 0.0) - (at - started.at), 0.0)
        ended = {task: event.at - at for task, event in progress.ended.items() if task.step == START}
        since = (progress.began or at) - at
        return _played(self._needs, left, _starts(self._plan, self._usual, ended, since))


def _durations(plan: Plan) -> dict[TaskId, float]:
    """Return each task's usual seconds; empty without an earlier run."""
    past = history(kind_of(plan))
    if not past:
        return {}
    usual = _usual(past)
    roles = {machine.name: machine.role.value for machine in plan.machines}
    found = {}
    for step in STEPS:
        for machine in plan.machines:
            if step.runs_on(machine, plan):
                role = roles[machine.name]
                seconds = usual.get((step.name, role), usual.get((step.name, ""), 0.0))
                found[TaskId(step.name, machine.name)] = seconds
    return found


def _usual(past: tuple[Past, ...]) -> dict[tuple[str, str], float]:
    """Return the median seconds by step and role, and by step alone (role empty).

    A completed step is skipped in next to no time, which says nothing about its work, so that counts only for
    steps that never do anything else.
    """
    seen: dict[tuple[str, str], dict[bool, list[float]]] = {}
    for run in past:
        for step, role, outcome, seconds in run.tasks:
            if outcome in _WORKED:
                for key in ((step, role), (step, "")):
                    kinds = seen.setdefault(key, {True: [], False: []})
                    kinds[outcome == Outcome.DONE.value].append(seconds)
    return {key: median(kinds[True] or kinds[False]) for key, kinds in seen.items()}


def _starts(
    plan: Plan, usual: Mapping[TaskId, float], ended: Mapping[TaskId, float], since: float
) -> dict[TaskId, float]:
    """Return when each machine will have started, in seconds from now, one by one or in parallel as the provider does.

    `ended` has the finished starts, `since` the run's start; both lie in the past.
    """
    found = dict.fromkeys(ended, 0.0)
    gate = max(ended.values(), default=since)
    alone = plan.provider.starts is Starts.ONE_BY_ONE or not ended
    for machine in plan.machines:
        task = TaskId(START, machine.name)
        if task in found:
            continue
        found[task] = max(gate + usual.get(task, 0.0), 0.0)
        if alone:
            gate = found[task]
            alone = plan.provider.starts is Starts.ONE_BY_ONE
    return found


def _played(
    needs: Mapping[TaskId, frozenset[TaskId]], seconds: Mapping[TaskId, float], starts: Mapping[TaskId, float]
) -> dict[TaskId, float]:
    """Play the plan: each task begins when its dependencies have ended. Return when each one ends."""
    ends: dict[TaskId, float] = dict(starts)
    for task in TopologicalSorter(needs).static_order():
        if task not in starts:
            ends[task] = max((ends[need] for need in needs[task]), default=0.0) + seconds.get(task, 0.0)
    return ends
