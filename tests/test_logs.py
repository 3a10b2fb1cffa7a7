"""A run's log on disk."""

import re
import stat
from contextlib import closing
from pathlib import Path

import pytest

from kubetui.errors import KubetuiError
from kubetui.events import Line, Outcome, RunFinished, RunStarted, TaskFinished, TaskId, TaskStarted
from kubetui.logs import Logs

TASK = TaskId("hosts", "kubmaster")


def read(path: Path) -> list[str]:
    return [re.sub(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d ", "", line) for line in path.read_text().splitlines()]


def test_each_machine_has_a_log_with_reasons_lines_and_ends(tmp_path: Path) -> None:
    with closing(Logs(tmp_path)) as logs:
        logs(RunStarted(0.0, "lab", ("kubmaster",), (TASK,)))
        logs(TaskStarted(0.0, TASK, "Name the nodes", "Every node must find every other.", "the tutorial"))
        logs(Line(0.0, "kubmaster", "hosts", "wrote /etc/hosts ✓"))
        logs(Line(0.0, "kubnode1", "hosts", "elsewhere"))
        logs(TaskFinished(0.0, TASK, Outcome.FAILED, 1.5, "it broke", "X", "mend it"))
        # what is written is there at once: a run that is killed leaves it
        assert read(tmp_path / "kubmaster.log") == [
            "hosts: == Name the nodes. Every node must find every other. [the tutorial]",
            "hosts: wrote /etc/hosts ✓",
            "hosts: == failed after 1.5 s",
            "hosts: it broke",
            "hosts: mend it",
        ]
        logs(RunFinished(0.0, "lab", 1.0, ok=False, changed=0, failed=1, blocked=0))
    assert read(tmp_path / "kubnode1.log") == ["hosts: elsewhere"]
    assert stat.S_IMODE((tmp_path / "kubmaster.log").stat().st_mode) == 0o600


def test_a_second_run_appends(tmp_path: Path) -> None:
    for text in ("first", "second"):
        with closing(Logs(tmp_path)) as logs:
            logs(Line(0.0, "kubmaster", "hosts", text))
    assert read(tmp_path / "kubmaster.log") == ["hosts: first", "hosts: second"]


def test_nothing_is_written_through_a_symbolic_link(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text("")
    (tmp_path / "kubmaster.log").symlink_to("theirs")
    with closing(Logs(tmp_path)) as logs, pytest.raises(KubetuiError, match="symbolic link"):
        logs(Line(0.0, "kubmaster", "hosts", "text"))
    assert (tmp_path / "theirs").read_text() == ""
