"""Parses what kubetui sends to a machine back into the constant script and its values."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from kubetui.remote.command import PRELUDE
from kubetui.remote.guest import FORGET, WATCH

_VALUE = re.compile(r"([A-Z][A-Z0-9_]*)='((?:[^']|'\\'')*)'\n")
_PART = re.compile(r"^# ([\w-]+)\nsaid=\$\(\nexec 2>&1\nset -e\n(.*?)\n\)\nended=\$\?\n", re.DOTALL | re.MULTILINE)


def digest(script: str) -> str:
    """Return the key of a script's answers in a recording; any change to the script changes the key."""
    return hashlib.sha256(script.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Asked:
    """A constant script and its values."""

    script: str
    values: Mapping[str, str]

    @property
    def digest(self) -> str:
        """The script's name in a recording."""
        return digest(self.script)


def understand(text: str) -> Asked:
    """Parse a rendered script (see `Command.render`)."""
    return _without_values(text.removeprefix(FORGET).removeprefix(WATCH).removeprefix(PRELUDE))


def survey_parts(script: str) -> tuple[tuple[str, Asked], ...]:
    """Return a survey's probes with their names, the machine's own first; empty for any other script."""
    if not script.startswith("set +e\n# "):
        return ()
    return tuple((name, _without_values(text)) for name, text in _PART.findall(script))


def _without_values(text: str) -> Asked:
    values: dict[str, str] = {}
    while match := _VALUE.match(text):
        values[match[1]] = match[2].replace("'\\''", "'")
        text = text[match.end() :]
    return Asked(text, values)
