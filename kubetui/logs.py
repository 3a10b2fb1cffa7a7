"""A run's log on disk: one file a machine, everything that it printed, with the time and the step."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TextIO

from kubetui.events import Event, Line, NodesTable, RunFinished, RunStarted, TaskFinished, TaskStarted
from kubetui.files import open_private


class Logs:
    """A sink that appends to `FOLDER/MACHINE.log`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, TextIO] = {}

    def __call__(self, event: Event) -> None:
        """Write what an event says about its machine."""
        match event:
            case Line(at, machine, step, text):
                self._write(at, machine, f"{step}: {text}")
            case TaskStarted(at, task, title, why, source):
                self._write(at, task.machine, f"{task.step}: == {title}. {why} [{source}]")
            case TaskFinished(at, task, outcome, seconds):
                self._write(at, task.machine, f"{task.step}: == {outcome} after {seconds:.1f} s")
                for text in filter(None, (event.error, event.fix)):
                    self._write(at, task.machine, f"{task.step}: {text}")
            case RunStarted(at=at, machines=machines, rehearsal=True):
                for machine in machines:
                    self._write(at, machine, "== a rehearsal: no machine is made, what it says was recorded earlier")
            case RunStarted() | RunFinished() | NodesTable():
                for file in self._files.values():
                    file.flush()

    def _write(self, at: float, machine: str, text: str) -> None:
        file = self._files.get(machine)
        if file is None:
            file = self._files[machine] = self._open(machine)
        file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(at))} {text}\n")

    def _open(self, machine: str) -> TextIO:
        descriptor = open_private(self._folder / f"{machine}.log", os.O_WRONLY | os.O_APPEND)
        return os.fdopen(descriptor, "w", buffering=1, encoding="utf-8")

    def close(self) -> None:
        """Close every file."""
        for file in self._files.values():
            file.close()
        self._files.clear()
