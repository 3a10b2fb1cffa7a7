"""The last run, read back from the journal and the logs that it left."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from kubetui.cluster.folder import Cluster, log_of
from kubetui.engine.events import (
    CommandStarted,
    Event,
    Line,
    Outcome,
    RunFinished,
    RunStarted,
    TaskFinished,
    TaskId,
    TaskStarted,
)
from kubetui.record import lastrun, timings
from kubetui.record.journal import Journal
from kubetui.record.logs import Logs
from kubetui.record.timings import Span, Timings

MASTER, NODE = "kubmaster", "kubnode1"
START, INIT, JOIN = TaskId("start", MASTER), TaskId("init", MASTER), TaskId("join", NODE)
BEGAN = 1_700_000_000.0
CUT = (
    RunStarted(BEGAN, "lab", (MASTER, NODE), (START, INIT, JOIN)),
    TaskStarted(BEGAN, START, "Start the machine", "Why.", "Source"),
    TaskFinished(BEGAN + 2, START, Outcome.UNCHANGED, 2.0),
    TaskStarted(BEGAN + 2, INIT, "kubeadm init", "It makes the control plane.", "kubernetes.io"),
    CommandStarted(BEGAN + 3, MASTER, "init", "kubeadm init --config=/run/kubetui-init.yaml"),
    Line(BEGAN + 4, MASTER, "init", "[certs] Generating certificates"),
)
FAILED = (
    *CUT,
    TaskFinished(BEGAN + 9, INIT, Outcome.FAILED, 7.0, "kubeadm init failed.", "STEP", "Look at the log."),
    TaskFinished(BEGAN + 9, JOIN, Outcome.BLOCKED, 0.0),
    RunFinished(BEGAN + 10, "lab", 10.0, ok=False, changed=0, failed=1, blocked=1),
)


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    made = Cluster("lab")
    made.create()
    return made


def written(cluster: Cluster, *events: Event) -> None:
    with closing(Journal(cluster.journal)) as journal, closing(Logs(cluster.logs)) as logs:
        for event in events:
            journal(event)
            logs(event)


def test_before_the_first_run_there_is_none(cluster: Cluster) -> None:
    assert lastrun.read(cluster) is None
    assert lastrun.timings_of(cluster, None) is None


def test_a_failed_run_has_every_task_with_its_outcome_and_seconds(cluster: Cluster) -> None:
    written(cluster, *FAILED)
    run = lastrun.read(cluster)
    assert run is not None
    assert (run.ended, run.ok, run.machines) == (True, False, (MASTER, NODE))
    assert [(each.task, each.seconds, each.outcome) for each in run.ran] == [
        (START, 2.0, Outcome.UNCHANGED),
        (INIT, 7.0, Outcome.FAILED),
        (JOIN, 0.0, Outcome.BLOCKED),
    ]
    assert [each.task for each in run.of(NODE)] == [JOIN]


def test_a_task_of_a_killed_run_has_no_outcome(cluster: Cluster) -> None:
    written(cluster, *CUT)
    run = lastrun.read(cluster)
    assert run is not None
    assert (run.ended, run.ok) == (False, False)
    assert (run.ran[-1].task, run.ran[-1].outcome) == (INIT, None)


def test_only_the_last_run_is_told(cluster: Cluster) -> None:
    written(cluster, *FAILED)
    again = BEGAN + 100
    written(cluster, RunStarted(again, "lab", (MASTER, NODE), ()), TaskFinished(again + 1, JOIN, Outcome.DONE, 1.0))
    run = lastrun.read(cluster)
    assert run is not None
    assert [(each.task, each.outcome) for each in run.ran] == [(JOIN, Outcome.DONE)]
    assert run.began == again


def test_an_unknown_outcome_is_told_as_none(cluster: Cluster) -> None:
    start = {"n": 1, "at": BEGAN, "event": "run", "machines": [MASTER], "tasks": 1}
    end = {"n": 2, "at": BEGAN + 1, "event": "end", "task": "kubmaster/init", "outcome": "of a later kubetui"}
    cluster.journal.write_text(f"{json.dumps(start)}\n{json.dumps(end)}\n")
    run = lastrun.read(cluster)
    assert run is not None
    assert run.ran[0].outcome is None


def test_the_times_of_a_killed_run_come_from_its_journal(cluster: Cluster) -> None:
    timings.write(cluster, Timings("lab", "lxc", BEGAN - 500, 90.0, ok=True, spans=()))
    written(cluster, *CUT, TaskStarted(BEGAN + 6, JOIN, "kubeadm join", "Why.", "Source"))
    found = lastrun.timings_of(cluster, lastrun.read(cluster))
    assert found is not None
    assert (found.began, found.seconds, found.path) == (BEGAN, 6.0, ())
    assert [(span.task, span.start, span.end) for span in found.spans][:2] == [(START, 0.0, 2.0), (INIT, 2.0, 6.0)]


def test_the_times_of_a_run_that_ended_are_those_that_were_kept(cluster: Cluster) -> None:
    written(cluster, *FAILED)
    kept = Timings("lab", "lxc", BEGAN, 10.0, ok=False, spans=(Span(INIT, 2.0, 9.0, Outcome.FAILED, critical=True),))
    timings.write(cluster, kept)
    assert lastrun.timings_of(cluster, lastrun.read(cluster)) == kept


def test_a_log_has_headings_commands_and_lines_of_the_last_run_alone(cluster: Cluster) -> None:
    before = BEGAN - 3600
    written(cluster, Line(before, MASTER, "init", "of an earlier run"))
    written(cluster, *FAILED)
    found = list(lastrun.entries(log_of(cluster.logs, MASTER), BEGAN))
    assert found[2:5] == [
        TaskStarted(BEGAN + 2, INIT, "kubeadm init", "It makes the control plane.", "kubernetes.io"),
        CommandStarted(BEGAN + 3, MASTER, "init", "kubeadm init --config=/run/kubetui-init.yaml"),
        Line(BEGAN + 4, MASTER, "init", "[certs] Generating certificates"),
    ]
    assert [each.text for each in found if isinstance(each, Line)][-3:] == [
        "failed after 7.0 s",
        "kubeadm init failed.",
        "Look at the log.",
    ]


def test_a_large_log_is_read_from_its_end(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lastrun, "MOST_BYTES", 200)
    written(cluster, *(Line(BEGAN + number, MASTER, "init", f"line {number}") for number in range(100)))
    found = [each.text for each in lastrun.entries(log_of(cluster.logs, MASTER), BEGAN) if isinstance(each, Line)]
    assert found[-1] == "line 99"
    assert 1 < len(found) < 10


def test_what_stands_in_a_log_is_harmless(cluster: Cluster) -> None:
    log_of(cluster.logs, MASTER).write_text("2030-01-01 00:00:00 init: \x1b]52;c;x\x07\nno line of a log\n")
    found = list(lastrun.entries(log_of(cluster.logs, MASTER), BEGAN))
    assert [each.text for each in found if isinstance(each, Line)] == ["␛]52;c;x␇"]
