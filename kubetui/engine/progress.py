"""Folds a run's events into its progress: which tasks are done, running or failed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from kubetui.engine.events import (
    GOOD,
    Checked,
    CommandStarted,
    Event,
    Line,
    NodesTable,
    Outcome,
    RunFinished,
    RunStarted,
    TaskFinished,
    TaskId,
    TaskStarted,
    TurnState,
    YourTurn,
)


@dataclass
class _Machine:
    """The progress of one machine."""

    tasks: int = 0
    good: int = 0
    blocked: bool = False
    running: dict[TaskId, TaskStarted] = field(default_factory=dict)
    failure: TaskFinished | None = None


@dataclass
class Progress:
    """The progress of a run so far. `apply` takes events in order.

    Screens ask it about every machine several times a second, so every answer takes constant time.
    """

    cluster: str = ""
    machines: tuple[str, ...] = ()
    tasks: tuple[TaskId, ...] = ()
    began: float = 0.0
    running: dict[TaskId, TaskStarted] = field(default_factory=dict)
    ended: dict[TaskId, TaskFinished] = field(default_factory=dict)
    table: str = ""
    turns: dict[TaskId, YourTurn] = field(default_factory=dict)
    """The tasks that wait for the person, in the order in which they began to, with what was said last."""
    checks: list[Checked] = field(default_factory=list)
    finished: RunFinished | None = None
    _of: defaultdict[str, _Machine] = field(default_factory=lambda: defaultdict(_Machine))

    def apply(self, event: Event) -> None:
        """Take the next event."""
        match event:
            case RunStarted():
                self.cluster, self.machines, self.tasks = event.cluster, event.machines, event.tasks
                self.began = event.at
                for task in event.tasks:
                    self._of[task.machine].tasks += 1
            case TaskStarted():
                self.running[event.task] = event
                self._of[event.task.machine].running[event.task] = event
            case YourTurn():
                self._turn(event)
            case TaskFinished():
                self.running.pop(event.task, None)
                self.turns.pop(event.task, None)
                self.ended[event.task] = event
                self._end(self._of[event.task.machine], event)
            case NodesTable():
                self.table = event.text
            case RunFinished():
                self.finished = event
            case Checked():
                self.checks.append(event)
            case Line() | CommandStarted():
                pass

    def _turn(self, event: YourTurn) -> None:
        if event.state in {TurnState.WAITING, TurnState.MISSING}:
            self.turns[event.task] = event
        else:
            self.turns.pop(event.task, None)

    @staticmethod
    def _end(machine: _Machine, event: TaskFinished) -> None:
        machine.running.pop(event.task, None)
        machine.good += event.outcome in GOOD
        machine.blocked |= event.outcome is Outcome.BLOCKED
        if event.outcome is Outcome.FAILED and machine.failure is None:
            machine.failure = event

    @property
    def done(self) -> int:
        """How many tasks have succeeded."""
        return sum(machine.good for machine in self._of.values())

    @property
    def failures(self) -> tuple[TaskFinished, ...]:
        """The failed tasks, in the order in which they failed."""
        return tuple(event for event in self.ended.values() if event.outcome is Outcome.FAILED)

    def failure_of(self, machine: str) -> TaskFinished | None:
        """Return a machine's first failed task."""
        return self._of[machine].failure

    def is_blocked(self, machine: str) -> bool:
        """Whether a machine has tasks that will not run any more."""
        return self._of[machine].blocked

    def current(self, machine: str) -> TaskStarted | None:
        """Return the task that a machine is running now."""
        return next(iter(self._of[machine].running.values()), None)

    def of_machine(self, machine: str) -> tuple[int, int]:
        """Return how many of a machine's tasks have succeeded, and how many it has."""
        return self._of[machine].good, self._of[machine].tasks
