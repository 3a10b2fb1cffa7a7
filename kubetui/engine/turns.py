"""Your turn: the tasks that a person does by hand in a run, and what they say about them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from enum import Enum
from typing import Final

from kubetui.base.redaction import redact
from kubetui.base.text import clean
from kubetui.engine.events import Event, Sink, TaskId, TurnState, YourTurn

_LOOK: Final = 0.5
"""Seconds between two looks at whether the run is to stop."""


class Answer(Enum):
    """What a person says about a task that waits for them."""

    DONE = "done"
    """It is done, they think."""
    LEAVE = "leave"
    """kubetui may do it."""


def _nobody(_event: Event) -> None:
    """Hear nothing."""


class Turns:
    """The tasks that a person wants to do by hand. All methods but `wait` may be called from any thread."""

    def __init__(self, wanted: Iterable[TaskId] = ()) -> None:
        self.done: set[TaskId] = set()
        """The tasks that a person has done."""
        self._wanted = set(wanted)
        self._waiting: dict[TaskId, asyncio.Future[Answer]] = {}
        self._sink: Sink = _nobody
        self._stopped: Callable[[], bool] = lambda: False

    def begin(self, sink: Sink, stopped: Callable[[], bool]) -> None:
        """Belong to a run from now on; nobody is waited for once it is `stopped`."""
        self._sink, self._stopped = sink, stopped

    def wants(self, task: TaskId) -> bool:
        """Whether a person wants to do a task by hand."""
        return task in self._wanted

    def want(self, task: TaskId) -> None:
        """Keep a task for the person, unless it has begun."""
        self._wanted.add(task)

    def leave(self, task: TaskId) -> None:
        """Leave a task to kubetui, also if it waits already."""
        self._wanted.discard(task)
        self.answer(task, Answer.LEAVE)

    def answer(self, task: TaskId, answer: Answer) -> bool:
        """Say something about a task; return whether it waits for that."""
        waiting = self._waiting.get(task)
        if waiting is None:
            return False
        # the run may end at this moment, and its loop with it
        with suppress(RuntimeError):
            waiting.get_loop().call_soon_threadsafe(_settle, waiting, answer)
        return True

    async def wait(self, task: TaskId) -> Answer | None:
        """Return what the person says about a task; None once the run is to stop."""
        heard: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[task] = heard
        try:
            # left while nobody listened, as during a check
            if task not in self._wanted:
                return Answer.LEAVE
            while not self._stopped():
                done, _ = await asyncio.wait((heard,), timeout=_LOOK)
                if done:
                    return heard.result()
            return None
        finally:
            del self._waiting[task]

    def tell(self, task: TaskId, state: TurnState, text: str) -> None:
        """Tell the run's listeners how a turn stands."""
        self._sink(YourTurn(time.time(), task, state, redact(clean(text))))


def _settle(waiting: asyncio.Future[Answer], answer: Answer) -> None:
    if not waiting.done():
        waiting.set_result(answer)
