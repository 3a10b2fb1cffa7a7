"""The state of a run, folded from its events."""

from kubetui.engine.events import Line, NodesTable, Outcome, RunFinished, RunStarted, TaskFinished, TaskId, TaskStarted
from kubetui.engine.progress import Progress

FIRST, SECOND = TaskId("hosts", "kubmaster"), TaskId("hosts", "kubnode1")


def started(task: TaskId) -> TaskStarted:
    return TaskStarted(1.0, task, "Name the nodes", "Why.", "Source")


def test_progress_follows_a_run() -> None:
    progress = Progress()
    progress.apply(RunStarted(0.5, "lab", ("kubmaster", "kubnode1"), (FIRST, SECOND)))
    assert (progress.cluster, progress.began, progress.done) == ("lab", 0.5, 0)
    assert progress.of_machine("kubmaster") == (0, 1)
    assert progress.current("kubmaster") is None
    progress.apply(started(FIRST))
    progress.apply(started(SECOND))
    progress.apply(Line(1.5, "kubmaster", "hosts", "wrote /etc/hosts"))
    current = progress.current("kubmaster")
    assert current is not None
    assert current.task == FIRST
    progress.apply(TaskFinished(2.0, FIRST, Outcome.UNCHANGED, 1.0))
    failed = TaskFinished(2.0, SECOND, Outcome.FAILED, 1.0, "broken")
    progress.apply(failed)
    assert progress.running == {}
    assert progress.done == 1
    assert progress.failures == (failed,)
    assert (progress.of_machine("kubmaster"), progress.of_machine("kubnode1")) == ((1, 1), (0, 1))
    progress.apply(NodesTable(3.0, "NAME"))
    finished = RunFinished(3.0, "lab", 2.5, ok=False, changed=0, failed=1, blocked=0)
    progress.apply(finished)
    assert progress.table == "NAME"
    assert progress.finished is finished


def test_a_blocked_task_counts_as_neither_done_nor_failed() -> None:
    progress = Progress()
    progress.apply(RunStarted(0.0, "lab", ("kubmaster",), (FIRST,)))
    progress.apply(TaskFinished(2.0, FIRST, Outcome.BLOCKED, 0.0))
    assert (progress.done, progress.failures, progress.of_machine("kubmaster")) == (0, (), (0, 1))
