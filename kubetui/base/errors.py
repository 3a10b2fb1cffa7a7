"""What can go wrong, as one tree of exceptions with stable ids and exit codes.

::

    KubetuiError               1  something that has no class of its own
    ├── ProfileError           2  the profile is wrong: file, line, rule, nearest valid key
    ├── UsageError             2  the command line asks for something that is not there
    ├── HostError              3  this host lacks something: Vagrant, a plugin, memory, a free range
    ├── RunError               4  a step failed on a machine
    │   ├── ConnectionLostError 4  the machine cannot be reached any more
    │   ├── HostKeyError       4  the machine shows another host key than before
    │   ├── LostTrackError     4  nobody can tell how a command ended
    │   ├── StepFailedError    4  a step's command failed, or its work cannot be seen
    │   └── TimeLimitError     4  a command took longer than it may
    ├── ForeignError           5  something is there, and kubetui did not make it
    ├── BusyError              6  another run has this cluster
    └── StoppedError         130  stopped by the person or a signal; the run can go on later
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass

from kubetui.base.text import clean, redact


class KubetuiError(Exception):
    """An error that a person can act on.

    `message` says what happened and why, `fix` what to do, `id` is stable across versions and is
    listed in docs/errors.md. Both are made harmless to a terminal here, and secrets are taken out.
    """

    exit_code = 1
    id = "ERROR"

    def __init__(self, message: str, *, fix: str = "", id: str = "") -> None:  # noqa: A002
        self.message = _shown(message)
        self.fix = _shown(fix)
        super().__init__(self.message)
        if id:
            self.id = id

    def __str__(self) -> str:
        return f"{self.message}\n  {self.fix}" if self.fix else self.message


def _shown(text: str) -> str:
    """Return a text of several lines as it may be shown."""
    return redact("\n".join(map(clean, text.split("\n"))))


class ProfileError(KubetuiError):
    """The profile does not say what can be built."""

    exit_code = 2
    id = "PROFILE"


class UsageError(KubetuiError):
    """The command line names something that does not exist or cannot be done."""

    exit_code = 2
    id = "USAGE"


class HostError(KubetuiError):
    """This host lacks what the profile needs."""

    exit_code = 3
    id = "HOST"


class RunError(KubetuiError):
    """A step failed on a machine."""

    exit_code = 4
    id = "RUN"


class ConnectionLostError(RunError):
    """A machine cannot be reached any more."""

    id = "SSH-LOST"


class HostKeyError(RunError):
    """A machine shows another SSH host key than the one that was pinned."""

    id = "SSH-HOST-KEY"


class ForeignError(KubetuiError):
    """Something stands where kubetui would build, and kubetui did not make it."""

    exit_code = 5
    id = "FOREIGN"


class BusyError(KubetuiError):
    """Another kubetui works on this cluster now."""

    exit_code = 6
    id = "BUSY"


class StoppedError(KubetuiError):
    """The run was stopped before its end; nothing is lost and it can go on."""

    exit_code = 130
    id = "STOPPED"


PARTLY = 7
"""Exit code of a run that ended with a cluster, and with machines that failed to become part of it."""


class LostTrackError(RunError):
    """Nobody can tell how a command ended: its machine restarted meanwhile. Probe before you run it again."""

    id = "LOST-TRACK"


class TimeLimitError(RunError):
    """A command did not end within its time limit, and was stopped."""

    id = "TIMEOUT"


class StepFailedError(RunError):
    """A step's command failed; `tail` holds its last lines, `command` the line of its script that failed."""

    def __init__(
        self,
        message: str,
        *,
        fix: str = "",
        id: str = "",  # noqa: A002 - as docs/errors.md calls it
        tail: tuple[str, ...] = (),
        command: str = "",
    ) -> None:
        super().__init__(message, fix=fix, id=id)
        self.tail = tail
        self.command = command
