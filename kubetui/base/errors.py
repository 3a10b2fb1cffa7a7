"""Everything that can go wrong: one tree of exceptions with stable ids, and all exit codes.

::

    KubetuiError                1  an error without a class of its own
    ├── ProfileError            2  the profile is wrong: file, line, rule, nearest valid key
    ├── UsageError              2  the command line asks for something that does not exist
    ├── HostError               3  this host lacks something: Vagrant, a plugin, memory, a free range
    ├── RunError                4  a step failed on a machine
    │   ├── ConnectionLostError 4  the machine cannot be reached any more
    │   ├── HostKeyError        4  the machine shows another host key than before
    │   ├── LostTrackError      4  nobody can tell how a command ended
    │   ├── StepFailedError     4  a step's command failed, or its work cannot be seen
    │   └── TimeLimitError      4  a command took longer than it may
    ├── ForeignError            5  something is in the way that kubetui did not make
    ├── BusyError               6  another run holds this cluster
    └── StoppedError          130  a person or a signal stopped the run; the same command resumes it

    ValueError                     pydantic and the wizard turn these into messages about one field
    ├── SecretInProfileError
    ├── UnknownNameError
    └── HostLineError
"""

from __future__ import annotations

from enum import IntEnum

from kubetui.base.redaction import redact
from kubetui.base.text import clean, shown


class ExitCode(IntEnum):
    """Every exit code of the command line; kubetui/explain/errors.md explains them."""

    OK = 0
    ERROR = 1
    USAGE = 2
    """The profile or the command line is wrong; click's own exit code for bad usage, too."""
    HOST = 3
    RUN = 4
    FOREIGN = 5
    BUSY = 6
    PARTLY = 7
    """The cluster works, but some machines failed to join it."""
    UNHEALTHY = 8
    """`kubetui check` or its like found something that is not as it has to be."""
    BUG = 70
    """A bug in kubetui itself (EX_SOFTWARE of sysexits.h)."""
    STOPPED = 130


class KubetuiError(Exception):
    """An error that a person can act on.

    `message` says what happened and why, `fix` what to do; `id` is stable across versions and has a page in
    kubetui/explain/errors.md. Both texts are made harmless to a terminal and redacted here.
    """

    exit_code = ExitCode.ERROR
    id = "ERROR"

    def __init__(self, message: str, *, fix: str = "", id: str = "") -> None:  # noqa: A002 - as errors.md calls it
        self.message = _shown(message)
        self.fix = _shown(fix)
        super().__init__(self.message)
        if id:
            self.id = id

    def __str__(self) -> str:
        return f"{self.message}\n  {self.fix}" if self.fix else self.message


def cited(id_: str) -> str:
    """Return the line below a message that names an error's id and how to read its page."""
    return f"error {id_}: kubetui explain {id_}"


def _shown(text: str) -> str:
    """Return a text of several lines, cleaned and redacted."""
    return redact("\n".join(map(clean, text.split("\n"))))


class ProfileError(KubetuiError):
    """The profile does not describe a cluster that can be built."""

    exit_code = ExitCode.USAGE
    id = "PROFILE"


class UsageError(KubetuiError):
    """The command line names something that does not exist or cannot be done."""

    exit_code = ExitCode.USAGE
    id = "USAGE"


class HostError(KubetuiError):
    """This host lacks what the profile needs."""

    exit_code = ExitCode.HOST
    id = "HOST"


class RunError(KubetuiError):
    """A step failed on a machine."""

    exit_code = ExitCode.RUN
    id = "RUN"


class ConnectionLostError(RunError):
    """A machine cannot be reached any more."""

    id = "SSH-LOST"


class HostKeyError(RunError):
    """A machine shows another SSH host key than the pinned one."""

    id = "SSH-HOST-KEY"


class ForeignError(KubetuiError):
    """Something that kubetui did not make is in the way."""

    exit_code = ExitCode.FOREIGN
    id = "FOREIGN"


class BusyError(KubetuiError):
    """Another kubetui is working on this cluster."""

    exit_code = ExitCode.BUSY
    id = "BUSY"


class StoppedError(KubetuiError):
    """The run was stopped before its end; nothing is lost and the same command resumes it."""

    exit_code = ExitCode.STOPPED
    id = "STOPPED"


class LostTrackError(RunError):
    """Nobody can tell how a command ended: its machine restarted meanwhile. Probe before you run it again."""

    id = "LOST-TRACK"


class TimeLimitError(RunError):
    """A command did not end within its time limit; a step is stopped then."""

    id = "TIMEOUT"


class StepFailedError(RunError):
    """A step's command failed; `tail` holds its last lines, `command` the line of its script that failed."""

    def __init__(
        self,
        message: str,
        *,
        fix: str = "",
        id: str = "",  # noqa: A002 - as errors.md calls it
        tail: tuple[str, ...] = (),
        command: str = "",
    ) -> None:
        super().__init__(message, fix=fix, id=id)
        self.tail = tail
        self.command = command


class SecretInProfileError(ValueError):
    """A profile contains a secret; `fix` says where the secret belongs."""

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message)
        self.fix = fix


class UnknownNameError(ValueError):
    """A name that a catalogue does not have; `known` are those that it has.

    `why` replaces the message and `fix` the hint for a name that the catalogue had once.
    """

    def __init__(self, name: str, known: tuple[str, ...], *, why: str = "", fix: str = "") -> None:
        only = len(known) == 1
        text = f"unknown: it has to be {known[0]}" if only else f"not one of: {', '.join(known)}"
        super().__init__(why or f"{shown(name)} is {text}.")
        self.known = known
        self.fix = fix


class HostLineError(ValueError):
    """A typed line does not describe an existing machine; the message says what to write instead."""
