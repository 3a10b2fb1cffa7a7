"""Timings of a run: the critical path, the history on disk, the table and the chart."""

import stat
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from kubetui.cluster.folder import Cluster
from kubetui.engine.events import Outcome, TaskFinished, TaskId
from kubetui.record import gantt, timings
from kubetui.record.timings import Recorder, Span, Timings, critical_path
from kubetui.steps.build import STEPS
from tests.plans import plan
from tests.record.played import BEGAN, recorded, run

A, B, C, D = (TaskId(name, "m") for name in "abcd")


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "kubetui"


def drawn(found: Timings) -> ET.Element:
    return ET.fromstring(gantt.svg(found))  # noqa: S314 - our own text


def span(task: TaskId, start: float, end: float) -> Span:
    return Span(task, start, end, Outcome.DONE)


SMALL = {
    TaskId("start", "kubmaster"): (0.0, 10.0),
    TaskId("start", "kubnode1"): (0.0, 30.0),
    TaskId("connect", "kubmaster"): (10.0, 11.0),
    TaskId("connect", "kubnode1"): (30.0, 34.0),
    TaskId("facts", "kubmaster"): (11.0, 12.0),
}


def test_the_critical_path_follows_the_last_dependency() -> None:
    spans = {A: span(A, 0, 5), B: span(B, 0, 9), C: span(C, 9, 12), D: span(D, 5, 30)}
    needs = {C: frozenset({A, B}), D: frozenset({A})}
    assert critical_path(spans, needs) == (A, D)
    assert critical_path({**spans, D: span(D, 5, 6)}, needs) == (B, C)


def test_without_tasks_the_critical_path_is_empty() -> None:
    assert critical_path({}, {}) == ()


def test_a_dependency_that_never_ran_ends_the_critical_path() -> None:
    assert critical_path({C: span(C, 9, 12)}, {C: frozenset({A})}) == (C,)


def test_the_shares_of_a_run_add_up_to_its_duration() -> None:
    found = recorded(plan(workers=1), SMALL, seconds=35.0)
    assert [str(each.task) for each in found.path] == ["kubnode1/start", "kubnode1/connect"]
    assert found.critical == pytest.approx(34.0)
    assert found.share == pytest.approx(34 / 35)
    assert found.overhead == pytest.approx(1.0)


def test_there_are_no_timings_before_the_end() -> None:
    recorder = Recorder(plan(workers=1), STEPS)
    for event in list(run(plan(workers=1), SMALL))[:-1]:
        recorder(event)
    assert recorder.timings() is None


def test_timings_survive_a_round_trip_to_disk() -> None:
    cluster = Cluster("lab")
    cluster.create()
    found = recorded(plan(workers=1), SMALL)
    timings.write(cluster, found)
    assert timings.read(cluster) == found
    assert stat.S_IMODE(timings.file_of(cluster).stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": 99}', '{"format": 1, "cluster": "x"}'])
def test_an_invalid_timings_file_counts_as_missing(text: str) -> None:
    cluster = Cluster("lab")
    cluster.create()
    assert timings.read(cluster) is None
    timings.file_of(cluster).write_text(text)
    assert timings.read(cluster) is None


def test_the_history_is_private_and_bounded(state: Path) -> None:
    small = plan(workers=1)
    for _ in range(timings.RUNS_KEPT + 5):
        timings.remember(recorded(small, SMALL), small)
    assert len(timings.history(timings.kind_of(small))) == timings.RUNS_KEPT
    assert stat.S_IMODE((state / "history.jsonl").stat().st_mode) == 0o600


def test_the_history_skips_unreadable_lines(state: Path) -> None:
    small = plan(workers=1)
    timings.remember(recorded(small, SMALL), small)
    with timings.history_file().open("a") as file:
        file.write("nonsense\n[1]\n" + '{"format": 1, "kind": "virtualbox bento/ubuntu-24.04", "tasks": [[1]]}\n')
    assert len(timings.history(timings.kind_of(small))) == 1
    assert timings.history("another kind") == ()


def test_the_history_excludes_waits_between_starts() -> None:
    small = plan(workers=1)
    timings.remember(recorded(small, SMALL), small)
    (past,) = timings.history(timings.kind_of(small))
    assert [seconds for step, _, _, seconds in past.tasks if step == "start"] == [10.0, 20.0]


def test_what_a_person_did_tells_nothing_about_the_next_run() -> None:
    small = plan(workers=1)
    recorder = Recorder(small, STEPS)
    for event in run(small, SMALL):
        if isinstance(event, TaskFinished) and event.task == TaskId("facts", "kubmaster"):
            recorder(replace(event, by_hand=True))
        else:
            recorder(event)
    found = recorder.timings()
    assert found is not None
    timings.remember(found, small)
    (past,) = timings.history(timings.kind_of(small))
    assert [step for step, *_ in past.tasks] == ["start", "start", "connect", "connect"]


def test_a_full_disk_does_not_fail_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(timings, "write_private", full)
    recorder = Recorder(plan(workers=1), STEPS)
    for event in run(plan(workers=1), SMALL):
        recorder(event)
    cluster = Cluster("lab")
    cluster.create()
    recorder.keep(cluster)


def test_a_rehearsal_does_not_enter_the_history() -> None:
    small, cluster = plan(workers=1), Cluster("lab")
    cluster.create()
    for rehearsal, runs in ((True, 0), (False, 1)):
        recorder = Recorder(small, STEPS)
        for event in run(small, SMALL, rehearsal=rehearsal):
            recorder(event)
        recorder.keep(cluster)
        assert timings.read(cluster) is not None
        assert len(timings.history(timings.kind_of(small))) == runs


def test_the_table_marks_the_critical_path_and_its_share() -> None:
    text = gantt.table(recorded(plan(workers=1), SMALL, seconds=35.0))
    assert "*    0:00    0:30     30.0  kubnode1   start" in text
    assert "     0:00    0:10     10.0  kubmaster  start" in text
    assert "* 0:35 in all, 34.0 s of it (97.1%) on the critical path, 1.0 s beside it" in text


def test_the_table_of_a_run_that_has_not_ended_knows_no_critical_path() -> None:
    text = gantt.table(Timings("lab", "", 0.0, 35.0, ok=False, spans=(span(TaskId("init", "kubmaster"), 0.0, 35.0),)))
    assert text.endswith("\n0:35 are written down; what a run waited for is known once it has ended")
    assert "*" not in text


def test_the_chart_is_svg_with_one_bar_per_task() -> None:
    found = recorded(plan(workers=1), SMALL)
    root = drawn(found)
    titles = [title.text or "" for title in root.iter("{http://www.w3.org/2000/svg}title")]
    assert len(titles) == len(SMALL)
    assert "kubnode1/start: 30.0 s, 0:00 to 0:30, done" in titles
    assert sum(each.get("class") == "critical" for each in root.iter()) == 2 + 1  # the legend has one, too


def test_overlapping_bars_get_separate_rows() -> None:
    ends = {TaskId("swap", "kubmaster"): (0.0, 5.0), TaskId("kernel", "kubmaster"): (1.0, 4.0)}
    root = drawn(recorded(plan(workers=0), ends))
    rows = {rect.get("y") for rect in root.iter() if rect.find("{http://www.w3.org/2000/svg}title") is not None}
    assert len(rows) == 2


def test_a_chart_without_tasks_is_valid() -> None:
    empty = Timings("lab", "kind", BEGAN, 0.0, ok=True, spans=())
    assert drawn(empty).tag.endswith("svg")
