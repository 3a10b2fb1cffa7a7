"""A run under the wizard: the engine in a thread and an event loop of its own."""

from __future__ import annotations

import queue
from collections.abc import Awaitable, Callable, Collection
from typing import TYPE_CHECKING

from kubetui.base.errors import KubetuiError
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import Event, Line, Outcome, RunFinished, Sink, TaskFinished, TaskStarted, left_out
from kubetui.engine.progress import Progress
from kubetui.engine.stop import Stop
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from screens.log.buffers import Buffers
from screens.threads import EngineThread, _threads

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
