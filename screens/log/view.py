"""The rows of a log: filtered, wrapped, and held in place while someone reads. Independent of Textual."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

from rich.cells import cell_len, get_character_cell_size

from screens.log.buffers import Buffer, Entry, text_of

_START = itemgetter(0)
PIECE: Final = 500
"""How many old entries are read at a time."""


def pattern(text: str) -> re.Pattern[str] | None:
    """Return a pattern that finds `text`, case-sensitive only if it has a capital letter. None for no text."""
    if not text:
        return None
    return re.compile(re.escape(text), 0 if text != text.lower() else re.IGNORECASE)


def cuts(text: str, width: int) -> list[int]:
    """Return the offset of each row of a wrapped text, in characters; a row is at most `width` cells wide."""
    if width <= 0 or (len(text) <= width and (text.isascii() or cell_len(text) <= width)):
        return [0]
    starts = [0]
    while (end := _row_end(text, starts[-1], width)) < len(text):
        space = text.rfind(" ", starts[-1] + width // 2, end + 1)
        starts.append(space + 1 if space >= 0 else end)
    return starts


def _row_end(text: str, start: int, width: int) -> int:
    if text.isascii():
        return start + width
    cells = 0
    for index in range(start, len(text)):
        cells += get_character_cell_size(text[index])
        if cells > width:
            return max(index, start + 1)
    return len(text)


@dataclass(frozen=True, slots=True)
class Row:
    """One row on the screen; `text` is the part of the entry that it shows."""

    number: int
    entry: Entry
    text: str
    first: bool


class View:
    """The rows of a buffer. While it is `following`, old rows are dropped; while held, every row stays in place."""

    def __init__(self, source: Buffer, *, width: int = 0, wanted: re.Pattern[str] | None = None) -> None:
        self.source = source
        self.following = True
        self._width = width
        self._wanted = wanted
        self.pushed = 0
        """Rows added above the others since the widget last reset this."""
        self._held: deque[Entry] = deque()
        self._rows: deque[tuple[int, int]] = deque()
        """The first row of each entry, relative to an arbitrary origin, and its number."""
        self._end = 0
        self._first = self._next = max(0, source.end - PIECE)

    @property
    def height(self) -> int:
        """The number of rows."""
        return self._end - self._rows[0][0] if self._rows else 0

    @property
    def missing(self) -> int:
        """The number of newer entries that this view has not read because it is held."""
        return self.source.end - self._next

    def take(self) -> bool:
        """Read new entries and a piece of the older ones; tell whether anything changed."""
        newer = self._take_new()
        return self._take_old(PIECE) or newer

    def _take_new(self) -> bool:
        limit = self.source.capacity
        if self.source.end == self._next or (not self.following and len(self._held) >= 2 * limit):
            return False
        first, entries = self.source.since(self._next)
        if first != self._next:
            if not self.following:
                return False
            self._clear()
            first, entries = self.source.since(self._next)
            self._first = self._next = first
        for entry in entries:
            self._add(entry)
        if self.following:
            while len(self._held) > limit:
                self._drop()
        return True

    def _take_old(self, count: int) -> bool:
        """Add older entries at the top, a piece at a time: all at once would delay a key press."""
        room = self.source.capacity - len(self._held)
        entries = self.source.before(self._first, min(count, room)) if room > 0 else []
        for entry in reversed(entries):
            self._first -= 1
            self._held.appendleft(entry)
            if size := self._size(entry):
                start = (self._rows[0][0] if self._rows else self._end) - size
                self._rows.appendleft((start, self._first))
                self.pushed += size
        return bool(entries)

    def complete(self) -> None:
        """Read all older entries."""
        while self._take_old(PIECE):
            pass

    def follow(self) -> None:
        """Follow the newest rows again."""
        self.following = True
        self.take()

    def rearrange(self, *, width: int, wanted: re.Pattern[str] | None) -> None:
        """Wrap and filter again."""
        if (width, wanted) == (self._width, self._wanted):
            return
        self._width, self._wanted = width, wanted
        if self.following:
            self._clear()
            self._take_new()
            return
        held, first = self._held, self._first
        self._clear()
        self._first = self._next = first
        for entry in held:
            self._add(entry)

    def row(self, y: int) -> Row | None:
        """Return row `y`, counted from the first that is still held."""
        if not 0 <= y < self.height:
            return None
        wanted = self._rows[0][0] + y
        index = bisect_right(self._rows, wanted, key=_START) - 1
        start, number = self._rows[index]
        entry = self._held[number - self._first]
        text = text_of(entry)
        if not self._width:
            return Row(number, entry, text, first=True)
        starts = [*cuts(text, self._width), len(text)]
        part = min(wanted - start, len(starts) - 2)
        return Row(number, entry, text[starts[part] : starts[part + 1]], first=part == 0)

    def place(self, number: int) -> int:
        """Return the first row of an entry, or of the next one that passes the filter."""
        index = bisect_right(self._rows, number - 1, key=itemgetter(1))
        return self._rows[index][0] - self._rows[0][0] if index < len(self._rows) else max(0, self.height - 1)

    def find(self, what: re.Pattern[str], number: int, step: int) -> int | None:
        """Return the number of the next match after `number`, or before it, wrapping around at the end."""
        self.complete()
        numbers = [found for _, found in self._rows if what.search(text_of(self._held[found - self._first]))]
        if not numbers:
            return None
        if step > 0:
            return next((found for found in numbers if found > number), numbers[0])
        return next((found for found in reversed(numbers) if found < number), numbers[-1])

    def entries(self) -> Iterator[Entry]:
        """Return the entries that pass the filter, in order."""
        self.complete()
        return (self._held[number - self._first] for _, number in self._rows)

    def _clear(self) -> None:
        """Start again, a little above the buffer's end."""
        self._held, self._rows = deque(), deque()
        self._end = self.pushed = 0
        self._first = self._next = max(0, self.source.end - PIECE)

    def _add(self, entry: Entry) -> None:
        self._held.append(entry)
        if size := self._size(entry):
            self._rows.append((self._end, self._next))
            self._end += size
        self._next += 1

    def _size(self, entry: Entry) -> int:
        """Return the number of rows of an entry; 0 if the filter drops it."""
        text = text_of(entry)
        if self._wanted is not None and not self._wanted.search(text):
            return 0
        return len(cuts(text, self._width)) if self._width else 1

    def _drop(self) -> None:
        self._held.popleft()
        if self._rows and self._rows[0][1] == self._first:
            self._rows.popleft()
        self._first += 1
