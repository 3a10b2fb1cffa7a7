"""How a run is asked to stop: gently, or at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from kubetui.base.errors import StoppedError


@dataclass
class Stop:
    """Asks a run to come to an end: what runs lands, nothing new starts. Forced, what runs is cancelled."""

    requested: bool = False
    forced: bool = False
    _tasks: Sequence[asyncio.Task[Any]] = ()

    def request(self) -> None:
        """Stop gently; at the second call, stop at once."""
        if self.requested and not self.forced:
            # once alone: a second cancellation would cut short the cleaning up after the first
            self.forced = True
            for task in self._tasks:
                task.cancel()
        self.requested = True

    def wish(self) -> None:
        """Stop gently, however often this is called."""
        if not self.requested:
            self.request()

    def at_once(self) -> None:
        """Stop without waiting for what runs."""
        self.wish()
        self.request()

    @contextmanager
    def cancels(self, tasks: Sequence[asyncio.Task[Any]]) -> Iterator[None]:
        """Let a forced stop cancel these tasks meanwhile, and no others."""
        before, self._tasks = self._tasks, tasks
        try:
            yield
        finally:
            self._tasks = before

    @contextmanager
    def cancels_this(self) -> Iterator[None]:
        """Let a forced stop cancel the coroutine that this stands in. Raises StoppedError where it did."""
        task = asyncio.current_task()
        with self.cancels([task] if task else []):
            try:
                yield
            except asyncio.CancelledError:
                if not self.forced:
                    raise
                raise StoppedError("Stopped at once.", fix="The same command goes on from here.") from None
