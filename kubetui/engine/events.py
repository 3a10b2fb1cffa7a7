"""What happens during a run, as a closed union of frozen values.

The wizard, the headless output, the JSON stream, the logs and the journal all take the same objects.
`at` is seconds since the epoch. Every text in an event was cleaned and redacted before the event was made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """How a task ended."""

    DONE = "done"
    UNCHANGED = "unchanged"
    """Its work was there already."""
    FAILED = "failed"
    BLOCKED = "blocked"
    """Something that it needs failed or was stopped."""


GOOD = (Outcome.DONE, Outcome.UNCHANGED)
"""How a task ended that others can build on."""


@dataclass(frozen=True, slots=True)
class TaskId:
    """A step on a machine."""

    step: str
    machine: str

    def __str__(self) -> str:
        return f"{self.machine}/{self.step}"


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The whole plan is known: every task that this run will look at."""

    at: float
    cluster: str
    machines: tuple[str, ...]
    tasks: tuple[TaskId, ...]
    rehearsal: bool = False
    """No machine is made: what machines say was recorded earlier."""


@dataclass(frozen=True, slots=True)
class TaskStarted:
    """A task began; `title` is its step's."""

    at: float
    task: TaskId
    title: str
    why: str
    source: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line that a machine printed, or that the engine says about it."""

    at: float
    machine: str
    step: str
    text: str


@dataclass(frozen=True, slots=True)
class TaskFinished:
    """A task ended. `seconds` is how long it took; `error`, `error_id`, `fix`, `tail` and `log` are set when it failed.

    `command` is what failed of the step's script, in its source's words, where that is known.
    `left_out` is how many lines of its output the log on disk does not keep, `log` where that is.
    """

    at: float
    task: TaskId
    outcome: Outcome
    seconds: float
    error: str = ""
    error_id: str = ""
    fix: str = ""
    tail: tuple[str, ...] = ()
    left_out: int = 0
    command: str = ""
    log: str = ""


@dataclass(frozen=True, slots=True)
class NodesTable:
    """What `kubectl get nodes -o wide` printed, cleaned and redacted as everything else."""

    at: float
    text: str
    rehearsal: bool = False


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The run ended. `changed` counts tasks that did something; `failed` and `blocked` those that did not get there."""

    at: float
    cluster: str
    seconds: float
    ok: bool
    changed: int
    failed: int
    blocked: int
    stopped: bool = False
    kubeconfig: str = ""
    rehearsal: bool = False
    nodes: int = 0
    """How many were planned."""
    ready: int = 0
    """How many of them were Ready when the cluster was looked at; 0 where it was not."""
    not_ready: tuple[str, ...] = ()
    """The names of the others, where it was looked at."""

    @property
    def partly(self) -> bool:
        """Whether there is a cluster, and machines that belong to it have failed."""
        return bool(self.failed) and 0 < self.ready < self.nodes


Event = RunStarted | TaskStarted | Line | TaskFinished | NodesTable | RunFinished
Sink = Callable[[Event], None]


def left_out(count: int) -> str:
    """Say how many lines of a task are in no log.

    >>> left_out(12)
    '12 lines of its output are left out of the log, between its first and its last ones'
    """
    lines = "1 line of its output is" if count == 1 else f"{count} lines of its output are"
    return f"{lines} left out of the log, between its first and its last ones"
