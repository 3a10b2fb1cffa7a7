"""The result of one check: of what a cluster needs of this host, or of a cluster itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warning", "failed", "not checked"]
"""`not checked` is for what this system does not tell: neither good nor bad."""


@dataclass(frozen=True, slots=True)
class Check:
    """What was checked and what was found; `fix` says what to do about anything but `ok`, one advice a line."""

    name: str
    status: Status
    message: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Lacking(Check):
    """Something that is not installed; `command` installs it, in this host's shell, where one is enough."""

    command: str = ""


def blocking(checks: Iterable[Check]) -> tuple[Check, ...]:
    """Return the failed checks; any of them forbids a run."""
    return tuple(check for check in checks if check.status == "failed")
