"""Estimates of a run's remaining time, simulated from this host's earlier runs of the same kind."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from kubetui.engine.events import Event, Outcome, TaskFinished, TaskId
from kubetui.engine.order import dependencies, tasks_of
from kubetui.engine.progress import Progress
from kubetui.profile.plan import Plan
from kubetui.record import timings
from kubetui.record.estimate import Remaining, estimate
from kubetui.steps.build import STEPS
from tests.plans import plan
from tests.record.played import BEGAN, recorded, run

SECONDS = {"start": 10.0, "images": 20.0, "init": 30.0, "join": 5.0, "check": 4.0}
"""How many seconds steps take in these tests; other steps take one second."""


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def played(plan: Plan, factor: float = 1.0) -> Mapping[TaskId, tuple[float, float]]:
    """Return when each task runs if all can run in parallel; each start waits for the one before."""
    needs = dependencies(STEPS, plan)
    found: dict[TaskId, tuple[float, float]] = {}
    for task in tasks_of(STEPS, plan):
        if task.step == "start":
            before = sum(each.step == "start" for each in found) * 10.0 * factor
            found[task] = (0.0, before + 10.0 * factor)
            continue
        begin = max((found[need][1] for need in needs[task]), default=0.0)
        found[task] = (begin, begin + SECONDS.get(task.step, 1.0) * factor)
    return dict(sorted(found.items(), key=lambda item: item[1]))


def lived(plan: Plan, factor: float = 1.0) -> float:
    """Record a run of a plan in the history, and return its duration."""
    found = recorded(plan, played(plan, factor))
    timings.remember(found, plan)
    return found.seconds


def test_without_a_history_there_is_no_estimate() -> None:
    assert estimate(plan()) is None
    assert Remaining(plan())(Progress()) is None


def test_the_same_plan_is_estimated_to_take_as_long_as_before() -> None:
    seconds = lived(plan())
    assert estimate(plan()) == pytest.approx(seconds)


def test_runs_of_another_provider_or_box_do_not_count() -> None:
    lived(plan())
    assert estimate(Plan(plan().profile.model_copy(update={"provider": "libvirt"}))) is None


def test_parallel_machines_are_not_summed() -> None:
    lived(plan(workers=1))
    one, nine = estimate(plan(workers=1)), estimate(plan(workers=9))
    assert one is not None
    assert nine is not None
    last_start = 10 * 10.0
    # starts are one by one; after the last start only one worker's own chain remains
    assert one < nine < last_start + 60


def test_one_slow_run_does_not_change_the_median() -> None:
    usual = lived(plan())
    lived(plan())
    lived(plan(), factor=10)
    assert estimate(plan()) == pytest.approx(usual)


def test_skipped_steps_do_not_count_as_work() -> None:
    usual = lived(plan())
    again = dict.fromkeys(tasks_of(STEPS, plan()), (0.0, 0.1))
    events: list[Event] = []
    for event in run(plan(), again):
        if isinstance(event, TaskFinished):
            events.append(replace(event, outcome=Outcome.UNCHANGED))
        else:
            events.append(event)
    recorder = timings.Recorder(plan(), STEPS)
    for event in events:
        recorder(event)
    found = recorder.timings()
    assert found is not None
    for _ in range(3):
        timings.remember(found, plan())
    assert estimate(plan()) == pytest.approx(usual)


def test_the_estimate_shrinks_during_a_run() -> None:
    lived(plan())
    tell = Remaining(plan())
    progress = Progress()
    happened = sorted(run(plan(), played(plan())), key=lambda event: event.at)
    end = happened[-1].at
    for event in happened[:-1]:
        progress.apply(event)
        if event.at < end:
            left = tell(progress, event.at)
            assert left == pytest.approx(end - event.at, abs=0.01)
    progress.apply(happened[-1])
    assert tell(progress, end) == 0.0


def test_the_machine_that_the_end_waits_for_is_the_one_with_the_open_part_of_the_critical_path() -> None:
    lived(plan())
    tell = Remaining(plan())
    assert Remaining(Plan(plan().profile.model_copy(update={"provider": "libvirt"}))).critical(Progress()) == ""
    progress = Progress()
    found = {}
    for event in sorted(run(plan(), played(plan())), key=lambda event: event.at):
        progress.apply(event)
        found[type(event).__name__, str(getattr(event, "task", ""))] = tell.critical(progress, event.at)
    control = plan().control_plane.name
    assert found["TaskStarted", f"{control}/init"] == control
    last = plan().machines[-1].name
    assert found["TaskStarted", f"{last}/join"] == last
    assert found["RunFinished", ""] == ""


def test_a_task_that_takes_longer_than_ever_counts_as_nearly_done() -> None:
    lived(plan(workers=0))
    progress = Progress()
    for event in list(run(plan(workers=0), played(plan(workers=0))))[:2]:
        progress.apply(event)
    left = Remaining(plan(workers=0))(progress, BEGAN + 1000)
    whole = estimate(plan(workers=0))
    assert whole is not None
    assert left == pytest.approx(whole - 10.0)
