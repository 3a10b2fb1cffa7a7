"""A run under the wizard: the engine in a thread and an event loop of its own."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Awaitable, Callable, Collection
from typing import TYPE_CHECKING

from kubetui.base.crash import shown
from kubetui.base.errors import KubetuiError
from kubetui.cli.output import left_out
from kubetui.cluster.folder import Cluster
from kubetui.engine.engine import Stop
from kubetui.engine.events import Event, Line, Outcome, RunFinished, Sink, TaskFinished, TaskStarted
from kubetui.engine.progress import Progress
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from screens.log.buffers import Buffers

if TYPE_CHECKING:
    from kubetui.machines.hosts.access import Access

Runner = Callable[[Profile, Sink, Stop], Awaitable[RunFinished]]
"""What a session runs; `kubetui.operations.up.up` is one, a test's recorded events are another."""


async def build(
    profile: Profile, sink: Sink, stop: Stop, access: Access | None = None, confirmed: Collection[str] = ()
) -> RunFinished:
    """Run `kubetui.operations.up.up`, imported in the engine's thread: asyncssh takes longer to load than Textual."""
    from kubetui.operations.up import up  # noqa: PLC0415

    return await up(profile, sink, stop, access=access, confirmed=confirmed)


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


class Session:
    """One run of a profile, and what has happened in it so far.

    Everything but `_sink` is for the screen's thread. `drain` folds what happened into `progress`; lines
    go straight to `buffers`.
    """

    def __init__(self, profile: Profile, run: Runner = build) -> None:
        self.profile = profile
        self.runner = run
        self.progress = Progress()
        self.titles: dict[str, TaskStarted] = {}
        """The last task that each machine began."""
        self.stop_requests = 0
        self.began = False
        self.buffers = Buffers([machine.name for machine in Plan(profile).machines])
        self.log_folder = Cluster(profile.name).logs
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._stop = Stop()
        self.thread = EngineThread(profile.name, lambda: run(profile, self._sink, self._stop))

    def start(self) -> None:
        """Begin the run."""
        self.began = True
        self.thread.start()
        _sessions.append(self)

    @property
    def running(self) -> bool:
        """Whether the engine still works."""
        return self.thread.alive

    @property
    def error(self) -> KubetuiError | None:
        """Why the run could not be carried out at all."""
        return self.thread.error

    def stop(self) -> None:
        """Let what runs come to its end and start nothing new; the second time, stop at once."""
        self.stop_requests += 1
        # also before the loop is there: the engine looks at it before every task
        if self.stop_requests == 1:
            self._stop.requested = True
        else:
            self.thread.call(self._stop.request)

    def join(self, seconds: float | None = None) -> None:
        """Wait until the engine has ended."""
        self.thread.join(seconds)

    def drain(self) -> bool:
        """Take in what happened since the last call, and tell whether anything did."""
        changed = False
        while True:
            try:
                event = self._events.get_nowait()
            except queue.Empty:
                return changed
            changed = True
            self.progress.apply(event)
            if isinstance(event, TaskStarted):
                self.titles[event.task.machine] = event

    def _sink(self, event: Event) -> None:
        match event:
            case Line():
                self.buffers.append(event)
                return
            case TaskStarted():
                self.buffers.append(event)
            case TaskFinished():
                if event.left_out:
                    self.buffers.append(Line(event.at, event.task.machine, event.task.step, left_out(event.left_out)))
                if event.outcome is Outcome.FAILED:
                    self.buffers.append(event)
            case _:
                pass
        self._events.put(event)


_sessions: list[Session] = []
_threads: list[EngineThread] = []


def running_session(name: str) -> Session | None:
    """Return the run of a cluster that still goes on."""
    return next((session for session in _sessions if session.profile.name == name and session.running), None)


def land(say: Callable[[str], object]) -> None:
    """After the screen is gone: let what changes something come to its end. Ctrl+C stops at once what still runs."""
    running = [session for session in _sessions if session.running]
    runs = {session.thread for session in running}
    others = [thread for thread in _threads if thread.alive and thread not in runs]
    for session in running:
        if not session.stop_requests:
            session.stop()
    if names := [*(session.profile.name for session in running), *(thread.name for thread in others)]:
        say(f"{', '.join(names)}: what runs comes to its end. Ctrl+C stops at once; kubetui goes on from there.")
    while any(thread.alive for thread in _threads):
        try:
            for thread in _threads:
                thread.join()
        except KeyboardInterrupt:
            for session in running:
                session.stop()
            for thread in others:
                thread.cancel()
