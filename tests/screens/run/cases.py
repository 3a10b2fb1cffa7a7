"""A run screen over recorded events, for tests."""

from collections.abc import Callable
from typing import Any

from textual.pilot import Pilot

from kubetui.engine.events import Event
from kubetui.engine.progress import Progress
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from screens.run.forecast import Forecast, Rest
from screens.run.screen import RunScreen
from screens.run.session import Session
from screens.threads import Threads
from tests.screens import recorded
from tests.screens.apps import OneScreen
from tests.screens.recorded import Recording

THREADS = Threads()


def running(chosen: Profile) -> list[Event]:
    return recorded.until(chosen, "init", "kubmaster")


def failed(chosen: Profile) -> list[Event]:
    return recorded.failing(chosen, "kubernetes", "kubnode2")


def failing_beside(chosen: Profile) -> list[Event]:
    """A machine has failed, and the others go on."""
    events = failed(chosen)
    last = next(index for index, event in enumerate(events) if getattr(event, "error", ""))
    return events[: last + 1]


class Known(Forecast):
    """Two minutes and ten seconds are left, and kubmaster is critical."""

    def load(self) -> None:
        """There is no history."""

    def rest(self, progress: Progress, now: float) -> Rest:
        return Rest(130.0, "kubmaster") if progress.began else Rest()


class Case:
    """A run screen over recorded events; `sessions` are the ones it has made."""

    def __init__(self, events: Callable[[Profile], list[Event]], error: Exception | None = None) -> None:
        self.profile = recorded.profile()
        self.recordings = [Recording(events(self.profile), error)]
        self.sessions: list[Session] = []

    def make(self, profile: Profile) -> Session:
        recording = self.recordings[min(len(self.sessions), len(self.recordings) - 1)]
        self.sessions.append(Session(profile, recording))
        return self.sessions[-1]

    def screen(self) -> RunScreen:
        return RunScreen(
            self.profile,
            THREADS,
            make=self.make,
            forecast=Known(Plan(self.profile)),
            now=lambda: recorded.BEGAN + 200,
        )

    def app(self) -> OneScreen:
        return OneScreen(self.screen)

    def heard(self) -> bool:
        """Whether the screen has every event."""
        session = self.sessions[-1]
        begun = sum(type(event).__name__ == "TaskStarted" for event in self.recordings[0].events)
        return len(session.progress.ended) + len(session.progress.running) >= begun


def shown(pilot: Pilot[Any], kind: type) -> Callable[[], bool]:
    return lambda: isinstance(pilot.app.screen, kind)
