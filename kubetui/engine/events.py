"""The events of a run, as a closed union of frozen values.

The wizard, the headless output, the JSON stream, the logs and the journal all receive the same objects. `at` is in
seconds since the epoch. Every text in an event is already cleaned and redacted.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from kubetui.base.check import Check, Status
from kubetui.base.redaction import Stream, redact
from kubetui.base.text import CommandText, clean


class Outcome(StrEnum):
    """How a task ended."""

    DONE = "done"
    UNCHANGED = "unchanged"
    """Its work had been done before."""
    FAILED = "failed"
    BLOCKED = "blocked"
    """A task that it needs failed or was stopped."""


class Operation(StrEnum):
    """What a run does with its cluster."""

    BUILD = "build"
    STOP = "stop"
    """It shuts the machines down."""
    CERTIFICATES = "certificates"
    """It renews the certificates."""
    MEND = "mend"
    """It repairs what differs from the plan."""
    UPGRADE = "upgrade"
    """It brings the cluster to another version of Kubernetes."""
    SAVE = "save"
    """It saves a snapshot."""
    RESTORE = "restore"
    """It brings the machines back from one."""
    BACKUP = "backup"
    """It saves etcd and the authorities' keys in a file."""


GOOD = (Outcome.DONE, Outcome.UNCHANGED)
"""The outcomes that other tasks can build on."""


@dataclass(frozen=True, slots=True)
class TaskId:
    """Identifies a task: a step on a machine."""

    step: str
    machine: str

    def __str__(self) -> str:
        return f"{self.machine}/{self.step}"


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The run began; `tasks` are all the tasks that it will consider."""

    at: float
    cluster: str
    machines: tuple[str, ...]
    tasks: tuple[TaskId, ...]
    rehearsal: bool = False
    """Whether this is a rehearsal: it creates no machines, and plays recorded output."""
    operation: Operation = Operation.BUILD


@dataclass(frozen=True, slots=True)
class TaskStarted:
    """A task began; title, why and source are its step's."""

    at: float
    task: TaskId
    title: str
    why: str
    source: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line that a machine printed, or that the engine logged about it.

    A `notice` is about the whole run, and shown to everyone, not only to those who read the machines' output.
    """

    at: float
    machine: str
    step: str
    text: str
    notice: bool = False


@dataclass(frozen=True, slots=True)
class CommandStarted:
    """A command that changes something is about to run, as it is really called; a secret in it is hidden.

    `machine` is where it runs, also if another machine's step needs it.
    """

    at: float
    machine: str
    step: str
    text: str
    kind: str = field(default="command", init=False)


class TurnState(StrEnum):
    """How a task stands that a person does by hand."""

    WAITING = "waiting"
    """The person may begin."""
    MISSING = "missing"
    """The person said that it is done, and something is missing."""
    DONE = "done"
    """It is done."""
    LEFT = "left"
    """The person left it to kubetui."""


@dataclass(frozen=True, slots=True)
class YourTurn:
    """A task that a person does by hand begins to wait for them, or they said something about it.

    `text` is the goal, or what is missing.
    """

    at: float
    task: TaskId
    state: TurnState
    text: str


@dataclass(frozen=True, slots=True)
class TaskFinished:
    """A task ended after `seconds`; `error`, `error_id`, `fix`, `tail` and `log` are set if it failed.

    `command` is the command that failed, if known. `log` is the path of the machine's log;
    `left_out` counts the lines of output that the log does not keep. A task `by_hand` was done by a person, so its
    seconds tell nothing about other runs.
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
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class NodesTable:
    """The output of `kubectl get nodes -o wide`."""

    at: float
    text: str
    rehearsal: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """A check of the finished cluster: `status` is ok, warning, failed or not checked; `fix` has one advice a line."""

    at: float
    name: str
    status: Status
    message: str
    fix: str = ""
    rehearsal: bool = False

    @classmethod
    def of(cls, at: float, check: Check, *, rehearsal: bool) -> Checked:
        """Return the event of a check."""
        message, fix = redact(check.message), redact(check.fix)
        return cls(at, check.name, check.status, message, fix, rehearsal)

    @property
    def check(self) -> Check:
        """The check itself."""
        return Check(self.name, self.status, self.message, self.fix)


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The run ended. `changed`, `failed` and `blocked` count tasks."""

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
    """How many nodes were planned."""
    ready: int = 0
    """How many nodes were Ready at the last check; 0 if there was none."""
    not_ready: tuple[str, ...] = ()
    """The names of the nodes that were not Ready at the last check."""
    operation: Operation = Operation.BUILD

    @property
    def partly(self) -> bool:
        """Whether the cluster works without some machines, which failed."""
        return bool(self.failed) and 0 < self.ready < self.nodes


Event = RunStarted | TaskStarted | Line | CommandStarted | YourTurn | TaskFinished | NodesTable | Checked | RunFinished
Sink = Callable[[Event], None]


def logger(machine: str, step: str, sink: Sink, *, notice: bool = False) -> Callable[[str], None]:
    """Return what turns lines of a step on a machine into events, cleaned and redacted."""
    hide = Stream()

    def log(text: str) -> None:
        if isinstance(text, CommandText):
            sink(CommandStarted(time.time(), machine, step, Stream()(clean(text))))
        else:
            sink(Line(time.time(), machine, step, hide(clean(text)), notice))

    return log


def left_out(count: int) -> str:
    """Say how many lines of a task's output no log keeps.

    >>> left_out(12)
    '12 lines of its output are left out of the log, between its first and its last ones'
    """
    lines = "1 line of its output is" if count == 1 else f"{count} lines of its output are"
    return f"{lines} left out of the log, between its first and its last ones"
