"""A command for a machine, as a value: a constant script and the data it works on.

Nothing that a person typed or a machine printed becomes part of a script's text. Data reaches a script as shell
variables, quoted by `quote`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from kubetui.base.redaction import Secret, redact
from kubetui.base.scripts import quote, script


@dataclass(frozen=True, slots=True)
class Late:
    """A value that exists only once the cluster runs, such as a join token; `how` says how to get it by hand."""

    how: str


Value = str | Secret | Late

PRELUDE: Final = script(__package__, "prelude.sh")
"""The shell functions that every script may use; a script exported to run by hand starts with them."""


@dataclass(frozen=True, slots=True)
class Command:
    """A shell script and its data.

    `values` are the variables that the script reads and `timeout` is in seconds. `quiet` keeps the output, all of
    which is secret, out of logs and events.
    """

    script: str
    values: Mapping[str, Value] = field(default_factory=dict)
    timeout: float = 300.0
    quiet: bool = False

    def bind(self, **values: str | Secret) -> Command:
        """Fill in late values."""
        return replace(self, values={**self.values, **values})

    def assignments(self, *, reveal: bool) -> str:
        """Render the variables; unless `reveal` is set, hints stand in for secrets, passwords and late values.

        Raises ValueError when `reveal` is set and a late value is not bound yet.
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
        """Render the whole script as a machine runs it: prelude, variables, script."""
        return PRELUDE + self.assignments(reveal=True) + self.script
