"""Turns the output and exit status of a command in a machine into a result."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from kubetui.base.text import CommandText, LineCutter, LineSink
from kubetui.remote import guest
from kubetui.remote.command import Command
from kubetui.remote.node import Result

TAIL: Final = 50
"""How many lines of output a result keeps."""
GIVEN_BACK: Final = 1024 * 1024
"""A run of zeros this long at the start of the output is a punched hole, not output: see `launch.sh`."""
_MARKED: Final = re.compile(f"(.*)({guest.CALLS}|{guest.BROKE})(.*)")


@dataclass(frozen=True, slots=True)
class Ended:
    """How one SSH call ended: its exit status and its lines on standard error."""

    status: int
    complaint: tuple[str, ...] = ()


class Record:
    """Collects a command's output: counts its bytes, logs its lines and keeps the last ones.

    A line with a mark becomes a `CommandText`; an output that imitates one shows a command that did not run, no more.
    When an earlier kubetui was killed while it read a long output, the output starts with a punched hole of zeros.
    """

    def __init__(self, log: LineSink) -> None:
        self._log = log
        self.clear()

    def clear(self) -> None:
        """Forget everything, for a command that starts over."""
        self.size = 0
        self._zeros: int | None = 0
        self._cutter = LineCutter()
        self._lines: deque[str] = deque(maxlen=TAIL)
        self._failed_at: tuple[int, ...] = ()
        self._broken: dict[str, None] = {}

    def take(self, data: bytes) -> None:
        """Add the next bytes of output."""
        self.size += len(data)
        if self._zeros is not None:
            data = self._without_zeros(data, self._zeros)
        self._note(self._cutter.feed(data))

    def _without_zeros(self, data: bytes, before: int) -> bytes:
        rest = data.lstrip(b"\0")
        zeros = self._zeros = before + len(data) - len(rest)
        if not rest:
            return b""
        self._zeros = None
        if zeros < GIVEN_BACK:
            return bytes(zeros) + rest
        self._log(f"the first {zeros} bytes of its output are in the log of the interrupted run")
        return rest

    def _note(self, lines: Iterable[str]) -> None:
        for line in lines:
            if line.startswith(guest.FAILED_AT):
                self._failed_at = tuple(int(word) for word in line.split()[1:] if word.isdecimal())
                continue
            marked = _MARKED.fullmatch(line) if guest.SEPARATOR in line else None
            said, mark, text = marked.groups() if marked else (line, "", "")
            # the output before a command may lack its last newline
            if said or not mark:
                self._lines.append(said)
                self._log(said)
            if mark == guest.CALLS:
                # a command that is tried again has not failed yet
                self._broken.pop(text, None)
                self._log(CommandText(text))
            elif mark == guest.BROKE:
                self._broken[text] = None

    def result(self, ended: Ended, command: Command) -> Result:
        """Return the command's result; a quiet command has no lines."""
        self._note((*self._cutter.feed(bytes(self._zeros or 0)), *self._cutter.close()))
        if ended.status != 0:
            self._note(ended.complaint)
        lines = () if command.quiet else tuple(self._lines)
        broke = next(reversed(self._broken), "") if ended.status else ""
        return Result(ended.status, lines, _own_lines(command, self._failed_at), broke)


def commands_alone(log: LineSink) -> LineSink:
    """Return a sink that passes on commands and drops output."""
    return lambda line: log(line) if isinstance(line, CommandText) else None


def as_printed(line: str) -> str:
    """Return a line as a machine prints it, for which `Record` logs this one."""
    return f"{guest.CALLS}{line}" if isinstance(line, CommandText) else line


def _own_lines(command: Command, lines: Iterable[int]) -> tuple[int, ...]:
    """Turn line numbers of the whole file into line numbers of the command's own script; drop the others."""
    file = file_of(command)
    before = file.count("\n") - command.script.count("\n")
    return tuple(line - before for line in lines if before < line <= file.count("\n") + 1)


def file_of(command: Command) -> str:
    """Return a step's script as it is stored in the machine: it deletes itself and reports where it fails."""
    return guest.FORGET + guest.WATCH + command.render()
