"""Background work: threads with an event loop of their own, and the list of those that must finish."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

from kubetui.base.crash import shown
from kubetui.base.errors import KubetuiError


class Work(Protocol):
    """Work that changes machines, and so must not be cut short when the wizard ends."""

    @property
    def name(self) -> str:
        """What it works on, in words for the person."""

    @property
    def running(self) -> bool:
        """Whether it still runs."""

    def start(self) -> None:
        """Start."""

    def wind_down(self) -> None:
        """Finish the running steps and start no others."""

    def stop_now(self) -> None:
        """Stop at once."""

    def join(self, seconds: float | None = None) -> None:
        """Wait until it has ended."""


AnyWork = TypeVar("AnyWork", bound=Work)
T = TypeVar("T")


class Threads:
    """The work that the wizard has started. The app owns it, and waits for it after the screen has closed."""

    def __init__(self) -> None:
        self._started: list[Work] = []

    def start(self, work: Work) -> None:
        """Start some work, and remember to wait for it."""
        self._started.append(work)
        work.start()

    def find(self, kind: type[AnyWork], name: str) -> AnyWork | None:
        """Return the running work of a kind and name, if there is any."""
        return next((each for each in self.running if isinstance(each, kind) and each.name == name), None)

    @property
    def running(self) -> list[Work]:
        """The work that still runs."""
        return [work for work in self._started if work.running]

    def finish(self, say: Callable[[str], object]) -> None:
        """Let running work wind down and wait for it; Ctrl+C stops it at once. Call it once the screen has closed."""
        running = self.running
        if not running:
            return
        for work in running:
            work.wind_down()
        names = ", ".join(work.name for work in running)
        say(f"{names}: finishing running steps. Press Ctrl+C to stop now; the next run continues from there.")
        while any(work.running for work in running):
            try:
                for work in running:
                    work.join()
            except KeyboardInterrupt:
                for work in running:
                    work.stop_now()


class EngineThread:
    """Runs one coroutine in a thread with its own event loop.

    The interpreter waits for the thread when it exits, unless it is a `daemon`: one that only looks.
    """

    def __init__(self, name: str, job: Callable[[], Awaitable[object]], *, daemon: bool = False) -> None:
        self.name = name
        self._job = job
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[object] | None = None
        self._cancelled = False
        self._started = False
        # not Thread.join: up to Python 3.12, an interrupted join reports a running thread as ended
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._main, name=f"kubetui {name}", daemon=daemon)
        self.error: KubetuiError | None = None
        """Why the job failed; an unexpected exception has the id UNEXPECTED."""

    @property
    def running(self) -> bool:
        """Whether the job still runs."""
        return self._started and not self._ended.is_set()

    def start(self) -> None:
        """Start the job."""
        self._started = True
        self._thread.start()

    def call(self, function: Callable[[], object]) -> None:
        """Call a function in the thread's loop; does nothing once the loop is closed."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(function)

    def ask(self, coroutine: Coroutine[Any, Any, T]) -> Future[T] | None:
        """Run a coroutine in the thread's loop; None where there is no loop yet, or none any more.

        Cancelling the future cancels the coroutine.
        """
        try:
            if self._loop is not None:
                return asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        except RuntimeError:
            # the loop has closed
            pass
        coroutine.close()
        return None

    def wind_down(self) -> None:
        """Let the job finish: it has no steps of which some could be left out."""

    def stop_now(self) -> None:
        """Cancel the job, even before it has started."""
        self._cancelled = True
        if self._task is not None:
            self.call(self._task.cancel)

    def join(self, seconds: float | None = None) -> None:
        """Wait until the job has ended."""
        if self._started:
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
        except Exception as error:  # noqa: BLE001 - the screen shows every error, expected or not
            self.error = shown(error)

    async def _run(self) -> None:
        self._task = asyncio.current_task()
        self._loop = asyncio.get_running_loop()
        # read after the task is set: a cancel that comes later finds the task
        if not self._cancelled:
            await self._job()
