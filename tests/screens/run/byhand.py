"""A run in which some tasks are a person's, without machines: it asks and looks as the engine does."""

import asyncio
import threading
from collections.abc import Iterable, Mapping

from kubetui.engine.events import (
    Event,
    Outcome,
    RunFinished,
    RunStarted,
    Sink,
    TaskFinished,
    TaskId,
    TaskStarted,
    TurnState,
)
from kubetui.engine.order import tasks_of
from kubetui.engine.stop import Stop
from kubetui.engine.turns import Answer, Turns
from kubetui.operations.turns import offers
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.steps.build import STEPS
from screens.run.screen import RunScreen
from screens.run.session import Session
from tests.screens import recorded
from tests.screens.apps import OneScreen
from tests.screens.run.cases import THREADS, Known

SWAP, OTHER, INIT = TaskId("swap", "kubmaster"), TaskId("swap", "kubnode1"), TaskId("init", "kubmaster")
MISSING = "/dev/dm-1 is on as swap."


class Played:
    """Runs some tasks at once, when it `may_begin`; `missing` is what each look at a task finds, until it is done."""

    def __init__(self, *tasks: TaskId, missing: Mapping[TaskId, Iterable[str]] | None = None) -> None:
        self.tasks = tasks
        self.missing = {task: list(found) for task, found in (missing or {}).items()}
        self.may_begin = threading.Event()
        self.may_begin.set()
        self.may_find = threading.Event()
        self.may_find.set()
        self.outcomes: dict[TaskId, str] = {}

    async def __call__(self, chosen: Profile, sink: Sink, stop: Stop, turns: Turns) -> RunFinished:
        plan = Plan(chosen)
        turns.begin(sink, lambda: stop.requested)
        sink(RunStarted(recorded.BEGAN, chosen.name, tuple(each.name for each in plan.machines), tasks_of(STEPS, plan)))
        goals = {offer.task: offer.goal for offer in offers(plan)}
        await self._until(self.may_begin, stop)
        await asyncio.gather(*(self._run(task, goals[task], sink, stop, turns) for task in self.tasks))
        while not stop.requested:  # noqa: ASYNC110 - a stop is a flag
            await asyncio.sleep(0.01)
        return RunFinished(recorded.BEGAN, chosen.name, 1.0, ok=False, changed=0, failed=0, blocked=1, stopped=True)

    async def _run(self, task: TaskId, goal: str, sink: Sink, stop: Stop, turns: Turns) -> None:
        step = next(step for step in STEPS if step.name == task.step)
        sink(TaskStarted(recorded.BEGAN + 1, task, step.title, step.why, step.source))
        self.outcomes[task] = await self._by_hand(task, goal, stop, turns) if turns.wants(task) else "kubetui"
        sink(TaskFinished(recorded.BEGAN + 2, task, Outcome.DONE, 1.0, by_hand=task in turns.done))

    async def _by_hand(self, task: TaskId, goal: str, stop: Stop, turns: Turns) -> str:
        turns.tell(task, TurnState.WAITING, goal)
        while True:
            answer = await turns.wait(task)
            if answer is None:
                return "stopped"
            if answer is Answer.LEAVE:
                turns.tell(task, TurnState.LEFT, "")
                return "left"
            await self._until(self.may_find, stop)
            missing = self.missing.get(task)
            if not missing:
                turns.done.add(task)
                turns.tell(task, TurnState.DONE, "")
                return "by hand"
            turns.tell(task, TurnState.MISSING, missing.pop(0))

    @staticmethod
    async def _until(event: threading.Event, stop: Stop) -> None:
        while not event.is_set() and not stop.requested:  # noqa: ASYNC110 - set by a test
            await asyncio.sleep(0.01)


class Turning:
    """A run screen over played runs, one for each session; the person wants `yours` from the start."""

    def __init__(self, *runs: Played, yours: Iterable[TaskId] = (), profile: Profile | None = None) -> None:
        self.runs = runs
        self.yours = tuple(yours)
        self.profile = profile or recorded.profile()
        self.sessions: list[Session] = []

    def make(self, profile: Profile) -> Session:
        self.sessions.append(Session(profile, self.runs[len(self.sessions)]))
        return self.sessions[-1]

    @property
    def session(self) -> Session:
        return self.sessions[-1]

    @property
    def waiting(self) -> tuple[TaskId, ...]:
        return tuple(self.session.progress.turns)

    def app(self) -> OneScreen:
        return OneScreen(
            lambda: RunScreen(
                self.profile,
                THREADS,
                make=self.make,
                yours=self.yours,
                forecast=Known(Plan(self.profile)),
                now=lambda: recorded.BEGAN + 200,
            )
        )


def failing(chosen: Profile) -> list[Event]:
    """A run in which a person's step fails before it is done."""
    return recorded.failing(chosen, "swap", "kubmaster")
