"""Threads that runs go on in, each with an event loop of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from kubetui.base.crash import shown
from kubetui.base.errors import KubetuiError

if TYPE_CHECKING:
    pass


class EngineThread:
    """Runs one coroutine in a thread with a loop of its own.

    The interpreter waits for it, so that nothing is cut short; with `only_looks` it does not.
    """

    def __init__(self, name: str, job: Callable[[], Awaitable[object]], *, only_looks: bool = False) -> None:
        self.name = name
        self._job = job
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[object] | None = None
        self._cancelled = False
        self._began = False
        # a wait for it may be interrupted: up to Python 3.12, an interrupted join takes a thread that runs for ended
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._main, name=f"kubetui {name}", daemon=only_looks)
        self.error: KubetuiError | None = None
        """Why the job did not come to its end; an unexpected exception has the id UNEXPECTED."""

    @property
    def alive(self) -> bool:
        """Whether the job still runs."""
        return self._began and not self._ended.is_set()

    def start(self) -> None:
        """Begin."""
        if not self._thread.daemon:
            _threads.append(self)
        self._began = True
        self._thread.start()

    def call(self, function: Callable[[], object]) -> None:
        """Call a function in the thread's loop; nothing happens when the loop has ended."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(function)

    def cancel(self) -> None:
        """End the job now, also before it has begun; meant for one that is no run."""
        self._cancelled = True
        if self._task is not None:
            self.call(self._task.cancel)

    def join(self, seconds: float | None = None) -> None:
        """Wait until the job has ended."""
        if self._began:
            self._ended.wait(seconds)

    def _main(self) -> None:
        try:
            self._work()
        finally:
            self._ended.set()

    def _work(self) -> None:
        try:
            asyncio.run(self._run())
        except asyncio.CancelledError:
            pass
        except Exception as error:  # noqa: BLE001 - whatever it was, a person has to see it
            self.error = shown(error)

    async def _run(self) -> None:
        self._task = asyncio.current_task()
        self._loop = asyncio.get_running_loop()
        # set after this was read, it finds the task
        if not self._cancelled:
            await self._job()


_threads: list[EngineThread] = []
