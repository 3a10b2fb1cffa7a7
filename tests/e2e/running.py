"""A `kubetui up` under way: its events as they come, and ways to disturb it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil

from tests.e2e.conftest import TRACES, Lab

Event = dict[str, Any]


class Running:
    """The process, and what it has said so far."""

    def __init__(self, lab: Lab, process: subprocess.Popen[str]) -> None:
        self._lab = lab
        self._process = process
        self.events: list[Event] = []
        self.said: list[str] = []

    def __iter__(self) -> Iterator[Event]:
        """Give each event as it comes, until the process ends or is left alone."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.said.append(line)
            if line.startswith("{"):
                self.events.append(json.loads(line))
                yield self.events[-1]

    def until(self, event: str, step: str, machine: str | None = None) -> bool:
        """Read on to an event of a step; false when the run ends without it."""
        return any(
            each["event"] == event and each["task"]["step"] == step and machine in {None, each["task"]["machine"]}
            for each in self
            if "task" in each
        )

    @property
    def pid(self) -> int:
        """The process that works: the prefix may stand before it as a process of its own."""
        return int((self._lab.state / "kubetui" / "locks" / self._lab.name).read_text())

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def end(self, timeout: float = 600) -> int:
        """Read to the end, and return the exit code."""
        for _ in self:
            pass
        return self._process.wait(timeout)


@contextmanager
def running(lab: Lab) -> Iterator[Running]:
    """Start `kubetui up --json`; whatever it says on stderr must not be a traceback."""
    words = lab.words(*lab.command("up", str(lab.profile), "--yes", "--json"))
    errors = lab.profile.with_suffix(".stderr")
    with (
        errors.open("w") as stderr,
        subprocess.Popen(words, env=lab.environment, stdout=subprocess.PIPE, stderr=stderr, text=True) as process,
    ):
        run = Running(lab, process)
        try:
            yield run
        except AssertionError as error:
            error.add_note("".join(run.said[-20:]) + errors.read_text()[-4000:])
            raise
    assert not any(trace in errors.read_text() for trace in TRACES), errors.read_text()


def helpers(lab: Lab) -> list[str]:
    """Return what still runs on the host for a lab: Vagrant in its folder, SSH to its machines."""
    found = []
    for process in psutil.process_iter(["cmdline", "cwd"]):
        words = " ".join(process.info["cmdline"] or [])
        if process.info["cwd"] == str(lab.folder) or str(lab.folder) in words:
            found.append(words)
    return found
