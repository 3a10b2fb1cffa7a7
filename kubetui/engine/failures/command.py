"""Finds the command that failed where the script has not told it, as it tells those that change something.

It is quoted from the source, which holds no secrets. A function of the script is no command.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from kubetui.base.redaction import redact
from kubetui.base.text import clean
from kubetui.remote.command import PRELUDE, Command, Value

LONGEST: Final = 400
_SHORT: Final = 60
"""The longest value, in characters, that replaces its variable; a whole file's content does not."""
_NAME: Final = re.compile(r"\$(?:\{([A-Z][A-Z0-9_]*)\}|([A-Z][A-Z0-9_]*)(?![A-Za-z0-9_]))")
_INTERNAL: Final = frozenset((*re.findall(r"^(\w+)\(\)", PRELUDE, re.MULTILINE), "exit", "return", "local", "wait"))
_GIVING_UP: Final = re.compile(r"(exit|return)\b[ 0-9$?]*$")
_AROUND: Final = (
    re.compile(r"^(?:if|while|until)\s+(?:!\s+)?"),
    re.compile(r"^retry\s+[0-9]+\s+"),
    re.compile(r"\s*;\s*(?:then|do)$"),
    re.compile(r"\s*\|\|\s*(?:\{|(?:exit|return|fail)\b.*)$"),
)


def failed_command(command: Command, failed_at: Sequence[int]) -> str:
    """Return the command that failed, with short values filled in; empty if it is not known.

    `failed_at` are line numbers of the script, counted from 1, innermost call first (see `node.Result`). Secrets
    appear as the names of their variables.
    """
    lines = command.script.split("\n")
    text, *callers = [_command(lines, number - 1) for number in failed_at if 0 < number <= len(lines)] or [""]
    for caller in callers:
        text = text.replace('"$@"', caller.partition(" ")[2])
    return "" if _internal(text, lines) else redact(clean(_filled(text, command.values)))[:LONGEST]


def _internal(text: str, lines: list[str]) -> bool:
    """Whether a command means nothing outside the script: a test, or a call of one of its functions."""
    name = text.partition(" ")[0]
    return not name[:1].isalpha() or name in _INTERNAL or any(line.startswith(f"{name}()") for line in lines)


def _command(lines: list[str], index: int) -> str:
    """Return the command on a line, without the shell syntax around it.

    When the line only gives up (`exit 1`), the command that failed is the condition around it.
    """
    start, text = _whole(lines, index)
    if _GIVING_UP.match(text):
        around = _condition(lines, start)
        text = _whole(lines, around)[1] if around is not None else text
    for pattern in _AROUND:
        text = pattern.sub("", text)
    # the end of a block is no command: what failed inside the block is not known
    return text if re.search(r"[a-z]", text.removeprefix("done").removeprefix("fi")) else ""


def _whole(lines: list[str], index: int) -> tuple[int, str]:
    """Return the first line of the command that a line belongs to, and the whole command, continuation lines joined."""
    start = end = index
    while start > 0 and lines[start - 1].endswith("\\"):
        start -= 1
    while end + 1 < len(lines) and lines[end].endswith("\\"):
        end += 1
    return start, " ".join(each.rstrip("\\").strip() for each in lines[start : end + 1])


def _condition(lines: list[str], index: int) -> int | None:
    """Return the line that opens the block around a line: the last line before it that is less indented."""
    depth = _depth(lines[index])
    before = (at for at in range(index - 1, -1, -1) if lines[at].strip() and _depth(lines[at]) < depth)
    return next(before, None)


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _filled(text: str, values: Mapping[str, Value]) -> str:
    def value(match: re.Match[str]) -> str:
        found = values.get(match[1] or match[2])
        fits = isinstance(found, str) and "\n" not in found and len(found) <= _SHORT
        return str(found) if fits else match[0]

    return _NAME.sub(value, text)
