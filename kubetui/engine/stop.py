"""Stops a run, gently or at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from kubetui.base.errors import StoppedError


@dataclass
class Stop:
    """Asks a run to stop: running tasks finish and no new ones start. When forced, running tasks are cancelled."""

    requested: bool = False
    forced: bool = False
    _tasks: Sequence[asyncio.Task[object]] = ()

    def request(self) -> None:
        """Stop gently; at the second call, stop at once."""
        if self.requested and not self.forced:
            # cancel only once: a second cancellation would interrupt the clean-up after the first
            self.forced = True
            for task in self._tasks:
                task.cancel()
        self.requested = True

    def wish(self) -> None:
        """Stop gently, no matter how often this is called."""
        if not self.requested:
            self.request()

    def at_once(self) -> None:
        """Stop without waiting for running tasks."""
        self.wish()
        self.request()

    @contextmanager
    def cancels(self, tasks: Sequence[asyncio.Task[object]]) -> Iterator[None]:
        """While this context lasts, let a forced stop cancel these tasks and no others."""
        before, self._tasks = self._tasks, tasks
        try:
            yield
        finally:
            self._tasks = before

    @contextmanager
    def cancels_this(self) -> Iterator[None]:
        """Let a forced stop cancel the coroutine that uses this context. Raises StoppedError when it does."""
        task = asyncio.current_task()
        with self.cancels([task] if task else []):
            try:
                yield
            except asyncio.CancelledError:
                if not self.forced:
                    raise
                raise StoppedError("Stopped at once.", fix="Run the same command again to continue.") from None
