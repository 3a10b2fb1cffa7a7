"""Builds runs with given task times, as events and as timings."""

from collections.abc import Iterator, Mapping

from kubetui.engine.events import Event, Outcome, RunFinished, RunStarted, TaskFinished, TaskId, TaskStarted
from kubetui.profile.plan import Plan
from kubetui.record.timings import Recorder, Timings
from kubetui.steps.build import STEPS

BEGAN = 1_800_000_000.0


def run(
    plan: Plan, ends: Mapping[TaskId, tuple[float, float]], *, seconds: float = 0.0, rehearsal: bool = False
) -> Iterator[Event]:
    """Yield the events of a run, given when each task starts and ends."""
    names = tuple(machine.name for machine in plan.machines)
    yield RunStarted(BEGAN, plan.profile.name, names, tuple(ends), rehearsal=rehearsal)
    for task, (start, end) in ends.items():
        yield TaskStarted(BEGAN + start, task, task.step, "", "")
        yield TaskFinished(BEGAN + end, task, Outcome.DONE, end - start)
    total = seconds or max(end for _, end in ends.values())
    yield RunFinished(BEGAN + total, plan.profile.name, total, ok=True, changed=len(ends), failed=0, blocked=0)


def recorded(plan: Plan, ends: Mapping[TaskId, tuple[float, float]], *, seconds: float = 0.0) -> Timings:
    recorder = Recorder(plan, STEPS)
    for event in run(plan, ends, seconds=seconds):
        recorder(event)
    found = recorder.timings()
    assert found is not None
    return found
