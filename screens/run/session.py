"""One run under the wizard: the engine in its own thread, and what it has reported so far."""

from __future__ import annotations

import queue
from collections.abc import Awaitable, Callable, Collection, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from kubetui.base.errors import KubetuiError
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import (
    GOOD,
    CommandStarted,
    Event,
    Line,
    Outcome,
    RunFinished,
    RunStarted,
    Sink,
    TaskFinished,
    TaskId,
    TaskStarted,
    left_out,
)
from kubetui.engine.progress import Progress
from kubetui.engine.stop import Stop
from kubetui.engine.turns import Turns
from kubetui.operations.departure import planned
from kubetui.operations.turns import Offer, offers
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.record.timings import Recorder
from kubetui.steps.build import STEPS
from screens.log.buffers import Buffers
from screens.threads import EngineThread

if TYPE_CHECKING:
    from kubetui.machines.hosts.access import Access
    from kubetui.profile.schema.boxes import VagrantBox

Runner = Callable[[Profile, Sink, Stop, Turns], Awaitable[RunFinished]]
"""What a session runs: `kubetui.operations.up.up`, or a test's recorded events."""


async def build(
    profile: Profile,
    sink: Sink,
    stop: Stop,
    turns: Turns | None = None,
    access: Access | None = None,
    *,
    confirmed: Collection[str] = (),
    box: VagrantBox | None = None,
) -> RunFinished:
    """Run `kubetui.operations.up.up`."""
    from kubetui.operations.up import up  # noqa: PLC0415 - loads asyncssh, in the engine's thread

    return await up(profile, sink, stop, access=access, confirmed=confirmed, box=box, turns=turns)


class Session:
    """One run of a profile; `leaving` names the machines that it takes out of the cluster.

    Its methods are for the screen's thread; the engine's thread calls only `_sink`. Lines go straight to
    `buffers`; `drain` folds all other events into `progress`.
    """

    def __init__(self, profile: Profile, run: Runner = build, leaving: Collection[str] = ()) -> None:
        self.profile = profile
        self.name = profile.name
        self.progress = Progress()
        self.titles: dict[str, TaskStarted] = {}
        """The last task that each machine started."""
        self.stopping = False
        """Whether it has been asked to stop."""
        self.began = False
        self.plan = planned(Cluster(profile.name), Plan(profile), leaving)
        self.buffers = Buffers([machine.name for machine in self.plan.everyone])
        self.tasks_of: dict[str, list[TaskId]] = {}
        """Each machine's tasks, in order."""
        self.turns = Turns()
        """The tasks that are the person's."""
        self.recorder = Recorder(self.plan, STEPS)
        self.log_folder = Cluster(profile.name).logs
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._stop = Stop()
        self._thread = EngineThread(profile.name, lambda: run(profile, self._sink, self._stop, self.turns))

    @cached_property
    def offers(self) -> Mapping[TaskId, Offer]:
        """The tasks that can be the person's."""
        return {offer.task: offer for offer in offers(self.plan)}

    @property
    def wanted(self) -> frozenset[TaskId]:
        """The tasks that are the person's and not done yet."""
        good = {task for task, event in self.progress.ended.items() if event.outcome in GOOD}
        return frozenset(task for task in self.offers if self.turns.wants(task) and task not in good)

    def toggle(self, task: TaskId) -> None:
        """Give a task to the person, or leave it to kubetui again."""
        (self.turns.leave if self.turns.wants(task) else self.turns.want)(task)

    def start(self) -> None:
        """Start the run."""
        self.began = True
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether the engine still works."""
        return self._thread.running

    @property
    def error(self) -> KubetuiError | None:
        """Why the run failed as a whole."""
        return self._thread.error

    def wind_down(self) -> None:
        """Finish the running steps and start no others."""
        # a flag, not a call into the loop, which may not run yet; the engine reads it before every task
        self.stopping = self._stop.requested = True

    def stop_now(self) -> None:
        """Cut the running steps short; the next run repairs what they leave."""
        self.wind_down()
        self._thread.call(self._stop.request)

    def join(self, seconds: float | None = None) -> None:
        """Wait until the engine has ended."""
        self._thread.join(seconds)

    def drain(self) -> bool:
        """Fold in the events since the last call, and tell whether there were any."""
        changed = False
        while True:
            try:
                event = self._events.get_nowait()
            except queue.Empty:
                return changed
            changed = True
            self._fold(event)

    def _fold(self, event: Event) -> None:
        self.progress.apply(event)
        self.recorder(event)
        match event:
            case RunStarted():
                self.tasks_of = {}
                for task in event.tasks:
                    self.tasks_of.setdefault(task.machine, []).append(task)
            case TaskStarted():
                self.titles[event.task.machine] = event
            case _:
                pass

    def _sink(self, event: Event) -> None:
        match event:
            case Line() | CommandStarted():
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
