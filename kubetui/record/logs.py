"""A run's log on disk: one file a machine, what it printed with the time and the step.

Of each step's output the first lines up to `HEAD` bytes are kept and the last ones up to one or two times `SEGMENT`.
What is left out between them is counted, and the count stands in its place.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from kubetui.base.files import open_private
from kubetui.cluster.folder import log_of
from kubetui.engine.events import Event, Line, NodesTable, RunFinished, RunStarted, TaskFinished, TaskId, TaskStarted
from kubetui.record.tail import Tail, fold, mend, stamp

HEAD: Final = 4 * 1024 * 1024
SEGMENT: Final = 4 * 1024 * 1024
"""Bytes of one step's output that are kept at least at its beginning, and at its end."""
MAX_BYTES: Final = 32 * 1024 * 1024
"""A larger log is put aside as `MACHINE.old` when the next run begins."""


@dataclass
class _Output:
    """What a step has printed: how many bytes still fit into its head, and where the rest goes."""

    room: int
    tail: Tail | None = None


class Logs:
    """A sink that appends to `FOLDER/MACHINE.log`. Only the holder of the cluster's lock may open one."""

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
        """Write what an event says about its machine."""
        match event:
            case Line(at, machine, step, text):
                self._output(TaskId(step, machine), _line(at, f"{step}: {text}"))
            case TaskStarted(at, task, title, why, source):
                self._write(task.machine, _line(at, f"{task.step}: == {title}. {why} [{source}]"))
            case TaskFinished(at, task, outcome, seconds):
                self._end(task, at)
                self._write(task.machine, _line(at, f"{task.step}: == {outcome} after {seconds:.1f} s"))
                for text in filter(None, (*event.error.split("\n"), *event.fix.split("\n"))):
                    self._write(task.machine, _line(at, f"{task.step}: {text}"))
            case RunStarted(at=at, machines=machines, rehearsal=True):
                said = _line(at, "== a rehearsal: no machine is made, what it says was recorded earlier")
                for machine in machines:
                    self._write(machine, said)
            case RunStarted() | RunFinished() | NodesTable():
                pass

    def left_out(self, task: TaskId) -> int:
        """Return how many lines of a task that has ended the log does not keep."""
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
        """Put a step's tail behind its head."""
        output = self._outputs.pop(task, None)
        if output is None or output.tail is None:
            return
        output.tail.close()
        # it is replaced; who writes next opens the new one
        self._close(task.machine)
        self._left_out[task] = fold(self._folder, task.machine, task.step, at)

    def _put_aside(self, path: Path) -> None:
        old = path.with_suffix(".old")
        said = f"== the log of the runs before is {old.name}"
        gone = "; the one that had that name is gone" if old.exists() else ""
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
        """Close every file; what steps that have not ended have printed is folded, too."""
        for task in list(self._outputs):
            self._end(task, time.time())
        for machine in list(self._files):
            self._close(machine)


def _line(at: float, text: str) -> bytes:
    return f"{stamp(at)} {text}\n".encode(errors="replace")
