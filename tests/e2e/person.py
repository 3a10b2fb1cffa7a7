"""A person who does steps by hand: `kubetui up --your-turn`, what it says about their work, and their answers."""

from __future__ import annotations

import json
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

    def _turn(self, *states: str) -> Event:
        while True:
            event = self._next()
            if event["event"] == "TaskFinished":
                assert event["outcome"] != "failed", event
            if event["event"] == "YourTurn" and event["state"] in states:
                return event

    def waits(self, step: str, machine: str) -> None:
        """Wait until this step on this machine has begun to wait."""
        wanted = (step, machine)
        known = (place(each) for each in self.events if each["event"] == "YourTurn" and each["state"] == "waiting")
        if wanted not in known:
            while place(self._turn("waiting")) != wanted:
                pass

    def done(self) -> str:
        """Say that it is done; return what is missing, or nothing."""
        self.says("done")
        event = self._turn("missing", "done")
        return "" if event["state"] == "done" else event["text"]

    def says(self, text: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(f"{text}\n")
        self._process.stdin.flush()

    def end(self) -> None:
        """Wait for the end of a run that has to succeed."""
        while self._next()["event"] != "RunFinished":
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
        try:
            yield Person(process)
        except BaseException:
            process.terminate()
            raise
        finally:
            stderr.seek(0)
            assert_no_trace(stderr.read())
