"""A run's logs on disk: complete after a kill, limited in size."""

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubetui.base.errors import KubetuiError
from kubetui.engine.events import Line, Outcome, RunFinished, RunStarted, TaskFinished, TaskId, TaskStarted
from kubetui.record import tail
from kubetui.record.logs import Logs

TASK = TaskId("hosts", "kubmaster")


def read(path: Path) -> list[str]:
    return [re.sub(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d ", "", line) for line in path.read_text().splitlines()]


def test_each_machine_has_a_log_with_reasons_output_and_outcomes(tmp_path: Path) -> None:
    with closing(Logs(tmp_path)) as logs:
        logs(RunStarted(0.0, "lab", ("kubmaster",), (TASK,)))
        logs(TaskStarted(0.0, TASK, "Name the nodes", "Every node must find every other.", "the tutorial"))
        logs(Line(0.0, "kubmaster", "hosts", "wrote /etc/hosts ✓"))
        logs(Line(0.0, "kubnode1", "hosts", "elsewhere"))
        logs(TaskFinished(0.0, TASK, Outcome.FAILED, 1.5, "it broke", "X", "mend it\nand again"))
        # each line is on disk at once, so a killed run still leaves it
        assert read(tmp_path / "kubmaster.log") == [
            "hosts: == Name the nodes. Every node must find every other. [the tutorial]",
            "hosts: wrote /etc/hosts ✓",
            "hosts: == failed after 1.5 s",
            "hosts: it broke",
            "hosts: mend it",
            "hosts: and again",
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


# the limit on one step's output

DONE = TaskFinished(0.0, TASK, Outcome.DONE, 1.0)
STAMP = len("2026-01-01 00:00:00 ")


def say(logs: Logs, numbers: range, task: TaskId = TASK) -> None:
    for number in numbers:
        logs(Line(0.0, task.machine, task.step, f"line {number}"))


def numbers(lines: list[str], step: str = "hosts") -> list[int]:
    return [int(line.split()[-1]) for line in lines if line.startswith(f"{step}: line ")]


def gap(lines: list[str]) -> int:
    """Return how many lines the log reports as left out; fail if its two reports differ."""
    ends = [line for line in lines if "these were its last lines" in line]
    said = int(ends[0].split()[-6]) if ends else 0
    assert len(ends) < 2
    here = [index for index, line in enumerate(lines) if line.endswith("lines are left out here")]
    assert [int(lines[index].split()[2]) for index in here] == ([said] if said else [])
    for index in here:
        assert numbers(lines[index + 1 : index + 2])[0] - numbers(lines[:index])[-1] == said + 1
    return said


@given(count=st.integers(1, 120), head=st.integers(40, 900), segment=st.integers(1, 900))
def test_head_tail_and_count_add_up_to_the_whole_output(
    tmp_path_factory: pytest.TempPathFactory, count: int, head: int, segment: int
) -> None:
    folder = tmp_path_factory.mktemp("logs")
    with closing(Logs(folder, head=head, segment=segment)) as logs:
        say(logs, range(count))
        logs(DONE)
        gone = logs.left_out(TASK)
    lines = read(folder / "kubmaster.log")
    kept = numbers(lines)
    assert kept == sorted(set(kept))
    assert len(kept) + gone == count
    assert (kept[0], kept[-1]) == (0, count - 1)
    assert gap(lines) == gone
    size = (folder / "kubmaster.log").stat().st_size
    assert size <= head + 2 * max(segment, 40) + 300
    assert [path.name for path in folder.iterdir()] == ["kubmaster.log"]


def test_two_parallel_steps_keep_their_own_output(tmp_path: Path) -> None:
    other = TaskId("images", "kubmaster")
    with closing(Logs(tmp_path, head=100, segment=100)) as logs:
        for number in range(50):
            say(logs, range(number, number + 1))
            say(logs, range(number, number + 1), other)
        logs(DONE)
        say(logs, range(50, 52), other)
    lines = read(tmp_path / "kubmaster.log")
    for step, last in (("hosts", 49), ("images", 51)):
        kept = numbers(lines, step)
        assert (kept[0], kept[-1]) == (0, last)
        (said,) = [line for line in lines if line.startswith(f"{step}: == these were")]
        assert int(said.split()[-6]) == last + 1 - len(kept)


def test_the_next_run_of_a_step_starts_with_a_full_head(tmp_path: Path) -> None:
    for _ in range(2):
        with closing(Logs(tmp_path, head=200, segment=100)) as logs:
            say(logs, range(50))
            logs(DONE)
    assert numbers(read(tmp_path / "kubmaster.log")).count(0) == 2


def test_a_large_log_is_moved_away(tmp_path: Path) -> None:
    for text in ("first", "second", "third"):
        with closing(Logs(tmp_path, largest=10)) as logs:
            logs(Line(0.0, "kubmaster", "hosts", text))
    assert read(tmp_path / "kubmaster.log") == [
        "== the log of earlier runs is now kubmaster.old; it replaces an older one",
        "hosts: third",
    ]
    assert read(tmp_path / "kubmaster.old") == ["== the log of earlier runs is now kubmaster.old", "hosts: second"]


# a kill at any moment


def let_go(logs: Logs) -> None:
    """Close the files that the operating system would close."""
    ends = [output.tail for output in logs._outputs.values() if output.tail]
    for file in (*logs._files.values(), *(end._file for end in ends)):
        file.close()


class KilledError(BaseException):
    """Stands in for SIGKILL: no kubetui code runs after it."""


def test_a_kill_at_any_moment_loses_no_line_and_no_count(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kills the run at each call that changes the folder in turn; the next run then completes the log."""
    calls = {Path: ("rename", "unlink"), tail: ("open_private",), os: ("fsync",), shutil: ("copyfileobj",)}
    left = 0

    def dying(real: object) -> object:
        def call(*args: object, **options: object) -> object:
            nonlocal left
            left -= 1
            if left == 0:
                raise KilledError
            return real(*args, **options)  # type: ignore[operator]  # any callable

        return call

    for owner, names in calls.items():
        for name in names:
            monkeypatch.setattr(owner, name, dying(getattr(owner, name)))
    last = 0
    while True:
        last += 1
        folder = tmp_path_factory.mktemp("killed")
        left, said = last, 0
        logs = Logs(folder, head=200, segment=200)
        try:
            for number in range(40):
                say(logs, range(number, number + 1))
                said = number + 1
            logs(DONE)
            break
        except KilledError:
            left = 0
        finally:
            let_go(logs)
        Logs(folder).close()
        lines = read(folder / "kubmaster.log")
        kept = numbers(lines)
        assert kept == sorted(set(kept))
        assert kept[-1] >= said - 1
        assert len(kept) + gap(lines) == kept[-1] + 1
        assert [path.name for path in folder.iterdir()] == ["kubmaster.log"]
    assert last > 10


def test_the_log_of_a_killed_process_is_complete(tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
from kubetui.engine.events import Line
from kubetui.record.logs import Logs
logs = Logs(Path(sys.argv[1]), head=2000, segment=2000)
for number in range(10**9):
    logs(Line(0.0, "kubmaster", "hosts", f"line {number}"))
    print(number, flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", script, tmp_path], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = -1
        while told < 5000:
            told = int(process.stdout.readline())
        os.kill(process.pid, signal.SIGKILL)
    Logs(tmp_path).close()
    lines = read(tmp_path / "kubmaster.log")
    kept = numbers(lines)
    assert kept[-1] >= told
    assert len(kept) + gap(lines) == kept[-1] + 1


def test_a_log_replaced_by_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text("private\n")
    (tmp_path / "kubmaster.log").symlink_to("theirs")
    (tmp_path / "kubmaster.hosts.tail").write_text("2026-01-01 00:00:00 hosts: line 1\n")
    with pytest.raises(KubetuiError, match="symbolic link"):
        Logs(tmp_path)
    assert (tmp_path / "theirs").read_text() == "private\n"


def test_a_tail_without_a_complete_line_is_kept(tmp_path: Path) -> None:
    (tmp_path / "kubmaster.hosts.tail").write_text("2026-01-01 00:00:00 hosts: line 1")
    Logs(tmp_path).close()
    assert read(tmp_path / "kubmaster.log")[0] == "hosts: line 1"


MEGABYTE = 1_000_000


def test_huge_output_takes_little_memory_and_disk(tmp_path: Path) -> None:
    """From a real SSH connection through the engine into the log and the screens' buffers."""
    words = [sys.executable, "-m", "tests.flood", str(tmp_path), str(100 * MEGABYTE)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=280, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert told["growth"] < 40 * MEGABYTE
    assert told["shown"] <= 20_000
    (log,) = (tmp_path / "flood" / "logs").iterdir()
    assert log.stat().st_size < 13 * MEGABYTE
    lines = read(log)
    assert lines[1] == "flood: the first line"
    assert lines[-3] == "flood: the last line"
    kept = [int(line.split()[1]) for line in lines if line.endswith("xx")]
    assert len(kept) + told["left_out"] == kept[-1]
    assert kept[-1] >= 100 * MEGABYTE // 181
    assert f"flood: == {told['left_out']} lines are left out here" in lines
