"""Run `kubetui up`, read its events as they arrive, and disturb it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue
from tempfile import TemporaryFile
from typing import IO, Any

import psutil

from tests.e2e.conftest import Lab, assert_expected, assert_no_trace

Event = dict[str, Any]
Strike = Callable[[], None]
TEXT: Any = {"text": True, "errors": "replace"}
"""Tolerates invalid bytes, because a truncated line may end inside a character."""


class Running:
    """A `kubetui up` process and its output, which a thread drains so that kubetui never waits for the test."""

    def __init__(self, lab: Lab, process: subprocess.Popen[Any], output: IO[str]) -> None:
        self._lab = lab
        self._process = process
        self._said: SimpleQueue[str | None] = SimpleQueue()
        self.events: list[Event] = []
        self.said: list[str] = []
        threading.Thread(target=self._read, args=(output,), daemon=True).start()

    def _read(self, output: IO[str]) -> None:
        for line in output:
            self._said.put(line)
        self._said.put(None)

    def __iter__(self) -> Iterator[Event]:
        """Yield each event as it arrives, until the output closes."""
        while (line := self._said.get()) is not None:
            self.said.append(line)
            # a process that is killed or loses its terminal may leave half a line
            if line.startswith("{") and line.endswith("\n"):
                self.events.append(json.loads(line))
                yield self.events[-1]
        self._said.put(None)

    def until(self, events: Collection[str], step: str, machine: str | None = None) -> bool:
        """Read up to one of these events of a step; return False if the run ends without it."""
        return any(
            each["event"] in events and place(each)[0] == step and machine in {None, place(each)[1]} for each in self
        )

    @property
    def pid(self) -> int:
        """The process id of kubetui itself; the prefix may run as a separate process."""
        return self._lab.pid

    @property
    def code(self) -> int | None:
        """The exit code, or None while the process runs."""
        return self._process.poll()

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def end(self, strikes: Mapping[tuple[str, str], Strike] | None = None, timeout: float = 600) -> int:
        """Read to the end, running each strike when its step starts on its machine; return the exit code."""
        waiting = dict(strikes or {})
        struck: list[Future[None]] = []
        with ThreadPoolExecutor() as threads:
            begun = (place(event) for event in self if event["event"] == "TaskStarted")
            struck.extend(threads.submit(waiting.pop(each)) for each in begun if each in waiting)
        for each in struck:
            each.result()
        assert not waiting, f"never begun: {list(waiting)}"
        return self._process.wait(timeout)

    def said_that(self, words: str) -> bool:
        """Return whether any step has printed these words so far."""
        return any(words in event.get("text", "") for event in self.events)

    def errors(self) -> dict[tuple[str, str], str]:
        """Return the error id of each failed task, by step and machine."""
        return {place(each): each["error_id"] for each in self.events if each.get("outcome") == "failed"}


def place(event: Event) -> tuple[str, str]:
    """Return the step and machine of an event; empty strings if it concerns the whole run."""
    task = event.get("task", event)
    return task.get("step", ""), task.get("machine", "")


@contextmanager
def running(lab: Lab, *command: str, killed: bool = False) -> Iterator[Running]:
    """Start `kubetui up --json`, or another command that prints events.

    Fails on unknown stderr lines, or only on tracebacks if it will be `killed`.
    """
    words = lab.words(*lab.command(*(command or ("up", str(lab.profile), "--yes")), "--json"))
    with (
        # when kubetui is killed, the shell that runs it reports that on stderr
        _complaints(assert_no_trace if killed else assert_expected) as stderr,
        subprocess.Popen(words, env=lab.environment, stdout=subprocess.PIPE, stderr=stderr, **TEXT) as process,
    ):
        assert process.stdout
        with _explained(Running(lab, process, process.stdout), stderr) as run:
            yield run


@contextmanager
def in_a_terminal(lab: Lab) -> Iterator[tuple[Running, Strike]]:
    """Start `kubetui up --json` in its own terminal; yield the run and a function that closes the terminal."""
    up = lab.words(*lab.command("up", str(lab.profile), "--yes", "--json"))
    words = ["setsid", "--ctty", "--wait", *up]
    ours, theirs = pty.openpty()
    with (
        subprocess.Popen(words, env=lab.environment, stdin=theirs, stdout=theirs, stderr=theirs) as process,
        # the only process that holds our end open, so killing it closes the terminal
        subprocess.Popen(["cat"], stdin=ours, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **TEXT) as window,
        _complaints(assert_expected) as nothing,
    ):
        os.close(ours)
        os.close(theirs)
        assert window.stdout
        with _explained(Running(lab, process, window.stdout), nothing) as run:
            yield run, window.kill
        # a terminal mixes both streams: lines that are not events come from stderr, and ^C is the kernel's echo
        assert_expected("".join(line for line in run.said if not line.startswith("{")).replace("^C", ""))


@contextmanager
def _complaints(check: Callable[[str], None]) -> Iterator[IO[str]]:
    """Yield a file for stderr, and check its content at the end."""
    with TemporaryFile("w+") as stderr:
        yield stderr
        stderr.seek(0)
        check(stderr.read())


@contextmanager
def _explained(run: Running, stderr: IO[str]) -> Iterator[Running]:
    """Add the run's last output to a failed assertion."""
    try:
        yield run
    except AssertionError as error:
        stderr.seek(0)
        error.add_note("".join(run.said[-20:]) + stderr.read()[-4000:])
        raise


def helpers(lab: Lab) -> list[str]:
    """Return the command lines still running on the host for a lab: Vagrant in its folder, SSH to its machines."""
    found = []
    for process in psutil.process_iter(["cmdline", "cwd"]):
        words = " ".join(process.info["cmdline"] or [])
        if process.info["cwd"] == str(lab.folder) or str(lab.folder) in words:
            found.append(words)
    return found
