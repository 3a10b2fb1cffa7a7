"""A person who does steps by hand: `kubetui up --your-turn`, what it says about their work, and their answers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from tempfile import TemporaryFile
from typing import Any

from tests.e2e.conftest import Lab, assert_no_trace
from tests.e2e.running import TEXT, Event, place

PATIENCE = 600.0


class Person:
    """Answers for the steps that are theirs; waits for what kubetui says."""

    def __init__(self, process: subprocess.Popen[Any]) -> None:
        self._process = process
        self._heard: SimpleQueue[Event | None] = SimpleQueue()
        self.events: list[Event] = []
        self._waiting: list[tuple[str, str]] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._heard.put(json.loads(line))
        self._heard.put(None)

    def _next(self) -> Event:
        try:
            event = self._heard.get(timeout=PATIENCE)
        except Empty:
            raise AssertionError("kubetui says nothing") from None
        assert event is not None, self.events[-3:]
        self.events.append(event)
        return event

    def _hear(self) -> Event:
        """Return the next event, and remember which tasks wait."""
        event = self._next()
        if event["event"] == "TaskFinished":
            assert event["outcome"] != "failed", event
        if event["event"] == "YourTurn":
            if event["state"] == "waiting":
                self._waiting.append(place(event))
            elif event["state"] != "missing":
                self._waiting.remove(place(event))
        return event

    def asked(self) -> tuple[str, str]:
        """Return the step and machine that kubetui asks for: of those that wait, the one that has waited longest."""
        while not self._waiting:
            self._hear()
        return self._waiting[0]

    def done(self) -> str:
        """Say that it is done; return what is missing, or nothing."""
        task = self.asked()
        self.says("done")
        while True:
            event = self._hear()
            if event["event"] == "YourTurn" and place(event) == task:
                return event["text"] if event["state"] == "missing" else ""

    def leaves(self, task: tuple[str, str]) -> None:
        """Wait until kubetui does a task that was left to it."""
        while task in self._waiting:
            self._hear()

    def says(self, text: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(f"{text}\n")
        self._process.stdin.flush()

    def end(self) -> None:
        """Wait for the end of a run that has to succeed."""
        while self._hear()["event"] != "RunFinished":
            pass
        assert self.events[-1]["ok"], self.events[-1]
        assert self._process.wait(PATIENCE) == 0


@contextmanager
def person(lab: Lab, turns: Sequence[str]) -> Iterator[Person]:
    """Start `kubetui up` with these steps as the person's own."""
    options = [word for turn in turns for word in ("--your-turn", turn)]
    words = lab.words(*lab.command("up", str(lab.profile), "--yes", "--json", *options))
    pipe = subprocess.PIPE
    with (
        TemporaryFile("w+") as stderr,
        subprocess.Popen(words, env=lab.environment, stdin=pipe, stdout=pipe, stderr=stderr, **TEXT) as process,
    ):
        someone = Person(process)
        try:
            yield someone
        finally:
            if process.poll() is None:
                # the prefix may run kubetui as a separate process
                os.kill(lab.pid, signal.SIGTERM)
                process.wait(PATIENCE)
            stderr.seek(0)
            assert_no_trace(stderr.read())
