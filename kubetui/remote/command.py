"""A command for a machine, as a value: a constant script and the data it works on.

Nothing that a person or a machine said ever becomes part of a script's text. Data reaches a script as
shell variables whose values went through `quote`, the one quoting function.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from kubetui.base.redaction import Secret, redact
from kubetui.base.scripts import script


@dataclass(frozen=True, slots=True)
class Late:
    """A value that exists only once the cluster runs, such as a join token; `how` a person gets it by hand."""

    how: str


Value = str | Secret | Late

PRELUDE: Final = script(__package__, "prelude.sh")
"""The shell functions that every script may use; a script by hand starts with them."""


def quote(value: str) -> str:
    r"""Return `value` as one shell word that stands for exactly itself, in bash and in dash.

    >>> quote("it's")
    "'it'\\''s'"

    Raises ValueError for a NUL character, which no shell word can hold.
    """
    if "\0" in value:
        raise ValueError("a NUL character cannot be passed to a shell")
    return "'" + value.replace("'", "'\\''") + "'"


@dataclass(frozen=True, slots=True)
class Command:
    """A shell script and its data.

    `values` are the variables that the script reads, `timeout` is in seconds, `quiet` keeps what it
    prints out of logs and events because all of it is secret.
    """

    script: str
    values: Mapping[str, Value] = field(default_factory=dict)
    timeout: float = 300.0
    quiet: bool = False

    def bind(self, **values: str | Secret) -> Command:
        """Return the command with late values filled in."""
        return replace(self, values={**self.values, **values})

    def assignments(self, *, reveal: bool) -> str:
        """Render the variables; secrets, passwords in values and late values only as a hint unless `reveal` is set.

        Raises ValueError when `reveal` is set and a late value has not been bound.
        """
        lines = []
        for name, value in self.values.items():
            match value:
                case str():
                    lines.append(f"{name}={quote(value if reveal else redact(value))}")
                case Secret():
                    hint = quote(value.shown) if value.shown else repr(value)
                    lines.append(f"{name}={quote(value.reveal()) if reveal else hint}")
                case Late(how):
                    if reveal:
                        raise ValueError(f"{name} is not known yet: {how}")
                    lines.append(f': "${{{name}:?{how}}}"')
        return "".join(f"{line}\n" for line in lines)

    def render(self) -> str:
        """Return the whole script as a machine runs it."""
        return PRELUDE + self.assignments(reveal=True) + self.script
