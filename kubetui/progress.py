"""Folds a run's events into its state: what is done of all, what runs, what failed."""

from __future__ import annotations

from dataclasses import dataclass, field

from kubetui.events import (
    GOOD,
    Event,
    Line,
    NodesTable,
    Outcome,
    RunFinished,
    RunStarted,
    TaskFinished,
    TaskId,
    TaskStarted,
)


@dataclass
class Progress:
    """The state of a run so far. `apply` takes events in their order."""

    cluster: str = ""
    machines: tuple[str, ...] = ()
    tasks: tuple[TaskId, ...] = ()
    began: float = 0.0
    running: dict[TaskId, TaskStarted] = field(default_factory=dict)
    ended: dict[TaskId, TaskFinished] = field(default_factory=dict)
    table: str = ""
    finished: RunFinished | None = None

    def apply(self, event: Event) -> None:
        """Take one event in."""
        match event:
            case RunStarted():
                self.cluster, self.machines, self.tasks = event.cluster, event.machines, event.tasks
                self.began = event.at
            case TaskStarted():
                self.running[event.task] = event
            case TaskFinished():
                self.running.pop(event.task, None)
                self.ended[event.task] = event
            case NodesTable():
                self.table = event.text
            case RunFinished():
                self.finished = event
            case Line():
                pass

    @property
    def done(self) -> int:
        """How many tasks have ended well."""
        return sum(event.outcome in GOOD for event in self.ended.values())

    @property
    def failures(self) -> tuple[TaskFinished, ...]:
        """The tasks that failed, in the order in which they did."""
        return tuple(event for event in self.ended.values() if event.outcome is Outcome.FAILED)

    def current(self, machine: str) -> TaskStarted | None:
        """Return what a machine works on now."""
        return next((event for task, event in self.running.items() if task.machine == machine), None)

    def of_machine(self, machine: str) -> tuple[int, int]:
        """Return how many of a machine's tasks have ended well, and how many there are."""
        own = [task for task in self.tasks if task.machine == machine]
        return sum(task in self.ended and self.ended[task].outcome in GOOD for task in own), len(own)
