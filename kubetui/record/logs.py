"""The logs of a run: one file per machine, with the time and the step of each printed line.

Of each step's output, a log keeps the first `HEAD` bytes and the last one or two times `SEGMENT` bytes; a line
between them tells how many lines were left out.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from kubetui.base.files import open_private
from kubetui.base.text import PROMPT
from kubetui.cluster.folder import log_of
from kubetui.engine.events import (
    Checked,
    CommandStarted,
    Event,
    Line,
    NodesTable,
    RunFinished,
    RunStarted,
    TaskFinished,
    TaskId,
    TaskStarted,
)
from kubetui.record.tail import Tail, fold, mend, stamp

HEAD: Final = 4 * 1024 * 1024
SEGMENT: Final = 4 * 1024 * 1024
"""Bytes of one step's output that are kept at least, at its beginning and at its end."""
MAX_BYTES: Final = 32 * 1024 * 1024
"""Bytes above which the next run moves a log to `MACHINE.old`."""


@dataclass
class _Output:
    """A step's output: how many bytes still fit into the head, and the file for the rest."""

    room: int
    tail: Tail | None = None


class Logs:
    """A sink that appends to `FOLDER/MACHINE.log`. Only the holder of the cluster's lock may open it."""

    def __init__(self, folder: Path, head: int = HEAD, segment: int = SEGMENT, largest: int = MAX_BYTES) -> None:
        self._folder = folder
        self._head = head
        self._segment = segment
        self._files: dict[str, BinaryIO] = {}
        self._outputs: dict[TaskId, _Output] = {}
        self._left_out: dict[TaskId, int] = {}
        mend(folder, time.time())
        for path in folder.glob("*.log"):
            if path.lstat().st_size > largest:
                self._put_aside(path)

    def __call__(self, event: Event) -> None:
        """Log an event of a machine."""
        match event:
            case Line(at, machine, step, text):
                # a space keeps an output from passing for a command
                shown = f" {text}" if text.startswith(PROMPT) else text
                self._output(TaskId(step, machine), _line(at, f"{step}: {shown}"))
            case CommandStarted(at, machine, step, text):
                self._output(TaskId(step, machine), _line(at, f"{step}: {PROMPT}{text}"))
            case TaskStarted(at, task, title, why, source):
                self._write(task.machine, _line(at, f"{task.step}: == {title}. {why} [{source}]"))
            case TaskFinished(at, task, outcome, seconds):
                self._end(task, at)
                self._write(task.machine, _line(at, f"{task.step}: == {outcome} after {seconds:.1f} s"))
                for text in filter(None, (*event.error.split("\n"), *event.fix.split("\n"))):
                    self._write(task.machine, _line(at, f"{task.step}: {text}"))
            case RunStarted(at=at, machines=machines, rehearsal=True):
                said = _line(at, "== a rehearsal: no machine exists, the output below was recorded earlier")
                for machine in machines:
                    self._write(machine, said)
            case RunStarted() | RunFinished() | NodesTable() | Checked():
                pass

    def left_out(self, task: TaskId) -> int:
        """Return how many lines of a finished task the log left out."""
        return self._left_out.get(task, 0)

    def _output(self, task: TaskId, line: bytes) -> None:
        output = self._outputs.get(task)
        if output is None:
            output = self._outputs[task] = _Output(self._head)
        if output.tail is None and len(line) <= output.room:
            output.room -= len(line)
            self._write(task.machine, line)
            return
        if output.tail is None:
            output.tail = Tail(self._folder, task.machine, task.step, self._segment)
        output.tail.write(line)

    def _end(self, task: TaskId, at: float) -> None:
        """Append a step's tail to its head."""
        output = self._outputs.pop(task, None)
        if output is None or output.tail is None:
            return
        output.tail.close()
        # fold replaces the file; the next write opens the new one
        self._close(task.machine)
        self._left_out[task] = fold(self._folder, task.machine, task.step, at)

    def _put_aside(self, path: Path) -> None:
        old = path.with_suffix(".old")
        said = f"== the log of earlier runs is now {old.name}"
        gone = "; it replaces an older one" if old.exists() else ""
        path.rename(old)
        self._write(path.stem, _line(time.time(), said + gone))

    def _write(self, machine: str, line: bytes) -> None:
        file = self._files.get(machine)
        if file is None:
            file = self._files[machine] = self._open(machine)
        file.write(line)
        file.flush()

    def _open(self, machine: str) -> BinaryIO:
        return os.fdopen(open_private(log_of(self._folder, machine), os.O_WRONLY | os.O_APPEND), "ab")

    def _close(self, machine: str) -> None:
        file = self._files.pop(machine, None)
        if file is not None:
            file.close()

    def close(self) -> None:
        """Close every file, after folding the tails of unfinished steps."""
        for task in list(self._outputs):
            self._end(task, time.time())
        for machine in list(self._files):
            self._close(machine)


def _line(at: float, text: str) -> bytes:
    return f"{stamp(at)} {text}\n".encode(errors="replace")
