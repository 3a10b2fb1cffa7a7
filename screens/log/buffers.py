"""The machines' output in bounded memory; the engine's thread writes it and the screen's thread reads it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from kubetui.base.text import PROMPT
from kubetui.engine.events import CommandStarted, Line, TaskFinished, TaskStarted

Entry = Line | CommandStarted | TaskStarted | TaskFinished
"""A line of output, a command, the start of a step, or a step's failure."""

LINES: Final = 5_000
CHARACTERS: Final = 2_000_000
"""The most that one buffer holds; the whole log is on disk."""

HEADING: Final = "──"
"""Marks the title of a step that starts."""


def machine_of(entry: Entry) -> str:
    """Return the machine that an entry belongs to."""
    return entry.machine if isinstance(entry, Line | CommandStarted) else entry.task.machine


def text_of(entry: Entry) -> str:
    """Return an entry as one line of text."""
    match entry:
        case Line():
            return entry.text
        case CommandStarted():
            return f"{PROMPT}{entry.text}"
        case TaskStarted():
            return f"{HEADING} {entry.title}"
        case TaskFinished():
            return f"failed: {entry.error}"


_Kept = tuple[float, str, str, str] | CommandStarted | TaskStarted | TaskFinished
"""A line is kept as a tuple of plain values, which the garbage collector does not track: it would stop every
thread for a tenth of a second to traverse half a million objects."""


def _kept(entry: Entry) -> _Kept:
    return (entry.at, entry.machine, entry.step, entry.text) if isinstance(entry, Line) else entry


def _entry(kept: _Kept) -> Entry:
    return Line(*kept) if isinstance(kept, tuple) else kept


class Buffer:
    """The newest entries of one machine or of all, numbered from the first one ever appended."""

    def __init__(self, lines: int = LINES, characters: int = CHARACTERS) -> None:
        self._entries: deque[_Kept] = deque()
        self._lock = threading.Lock()
        self._limits = lines, characters
        self._characters = 0
        self.capacity = lines
        self.end = 0
        """The number of the next entry."""

    def append(self, entry: Entry) -> None:
        """Append an entry, dropping the oldest ones if the buffer is full."""
        self.keep(_kept(entry))

    def keep(self, kept: _Kept) -> None:
        """Append an entry that another buffer may share."""
        with self._lock:
            self._entries.append(kept)
            self.end += 1
            self._characters += _weight(kept)
            lines, characters = self._limits
            while len(self._entries) > lines or self._characters > characters:
                self._characters -= _weight(self._entries.popleft())

    def since(self, number: int) -> tuple[int, list[Entry]]:
        """Return the entries from `number` on that the buffer still has, and the number of the first one."""
        with self._lock:
            count = min(self.end - number, len(self._entries))
            if count <= 0:
                return self.end, []
            newest = list(islice(reversed(self._entries), count))
            first = self.end - count
        newest.reverse()
        return first, list(map(_entry, newest))

    def before(self, number: int, count: int) -> list[Entry]:
        """Return up to `count` entries right before `number` that the buffer still has."""
        with self._lock:
            stop = number - (self.end - len(self._entries))
            return list(map(_entry, islice(self._entries, max(0, stop - count), max(0, stop))))

    def __len__(self) -> int:
        return len(self._entries)


def _weight(kept: _Kept) -> int:
    return len(kept[3]) if isinstance(kept, tuple) else 200


class Buffers:
    """One buffer per machine, and one that merges them all in order of arrival.

    Commands are in buffers of their own, too, which a machine that prints much does not push them out of.
    """

    def __init__(self, machines: Sequence[str] = ()) -> None:
        self.all = Buffer(4 * LINES, 2 * CHARACTERS)
        self.commands = Buffer(4 * LINES, 2 * CHARACTERS)
        self._of = {machine: Buffer() for machine in machines}
        self._commands_of = {machine: Buffer() for machine in machines}

    def append(self, entry: Entry) -> None:
        """Append an entry to its machine's buffer and to the merged one."""
        kept = _kept(entry)
        machine = machine_of(entry)
        self.of(machine).keep(kept)
        self.all.keep(kept)
        if isinstance(entry, CommandStarted):
            self.commands_of(machine).keep(kept)
            self.commands.keep(kept)

    def of(self, machine: str) -> Buffer:
        """Return a machine's buffer."""
        return self._of.setdefault(machine, Buffer()) if machine not in self._of else self._of[machine]

    def commands_of(self, machine: str) -> Buffer:
        """Return the commands of a machine."""
        return self._commands_of.setdefault(machine, Buffer())

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._of))
