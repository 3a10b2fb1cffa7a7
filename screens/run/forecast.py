"""What is left of a run, and which machine its end waits for, from earlier runs on this host."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kubetui.engine.progress import Progress
from kubetui.profile.plan import Plan
from kubetui.record.estimate import Remaining

EVERY = 1.0
"""Seconds between two looks at the plan."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Seconds that are left, None where nothing is known, and the machine that the end waits for."""

    left: float | None = None
    critical: str = ""


class Forecast:
    """Asks the history; knows nothing until `load` has read it."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._remaining: Remaining | None = None
        self._rest = Rest()
        self._asked = 0.0

    def load(self) -> None:
        """Read the history; call it in a thread."""
        self._remaining = Remaining(self._plan)

    def rest(self, progress: Progress, now: float) -> Rest:
        """Return what is left at a time, from a look that is at most a second old."""
        if self._remaining is None or not progress.began:
            return Rest()
        if not 0 <= now - self._asked < EVERY:
            self._asked = now
            self._rest = Rest(self._remaining(progress, now), self._remaining.critical(progress, now))
        left = self._rest.left
        return self._rest if left is None else replace(self._rest, left=max(0.0, left - (now - self._asked)))
