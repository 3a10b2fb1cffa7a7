"""Draws one row of a log: the time and machine name before it, its colour, and search matches."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

from kubetui.base.text import clean
from kubetui.engine.events import CommandStarted, Line, TaskStarted
from screens.log.buffers import HEADING, Entry, machine_of
from screens.log.view import Row
from screens.widgets.symbols import signs

NAMES: Final = 6
"""The number of colours for machine names: `log--name0` and so on."""
NAME_WIDTH: Final = 14
TIME_WIDTH: Final = 9
_TROUBLE = re.compile(r"(?i)^(E: |error\b|fatal\b|\[ERROR )")
Styles = Callable[[str], Style]
"""Returns the style of a component of `LogLines`; a null style for an empty name."""


@dataclass(slots=True)
class Margin:
    """The margin before the lines: times, and names where there are `machines`; their order decides the colours."""

    machines: tuple[str, ...] = ()
    times: bool = False

    @property
    def width(self) -> int:
        """Its width in cells."""
        return self.times * TIME_WIDTH + bool(self.machines) * (self._name_width() + 1)

    def draw(self, row: Row, styles: Styles) -> list[Segment]:
        """Draw the margin of a row; the continuation of a wrapped line gets blanks."""
        if not row.first:
            return [Segment(" " * self.width)]
        segments = []
        if self.times:
            segments.append(Segment(time.strftime("%H:%M:%S ", time.localtime(row.entry.at)), styles("log--time")))
        if self.machines:
            machine = machine_of(row.entry)
            known = machine in self.machines
            colour = self.machines.index(machine) % NAMES if known else 0
            name = set_cell_size(clean(machine), self._name_width()) + " "
            segments.append(Segment(name, styles(f"log--name{colour}")))
        return segments

    def _name_width(self) -> int:
        return min(NAME_WIDTH, max(map(len, self.machines), default=0))


def visible_text(row: Row, shift: int) -> str:
    """Return a row's text without its first `shift` cells."""
    text = clean(row.text)
    if not isinstance(row.entry, Line):
        text = text.replace(HEADING, signs().line * len(HEADING))
    return _without_cells(text, shift) if shift else text


def component(entry: Entry) -> str:
    """Return the component whose style an entry has; empty for an ordinary line."""
    if isinstance(entry, Line):
        return "log--trouble" if _TROUBLE.match(entry.text) else ""
    if isinstance(entry, CommandStarted):
        return "log--command"
    return "log--heading" if isinstance(entry, TaskStarted) else "log--trouble"


def with_matches(text: str, searched: re.Pattern[str], style: Style, marked: Style) -> list[Segment]:
    """Return a text with each match in the style `marked`."""
    segments, position = [], 0
    for match in searched.finditer(text):
        segments += [Segment(text[position : match.start()], style), Segment(match.group(), marked)]
        position = match.end()
    return [*segments, Segment(text[position:], style)]


def _without_cells(text: str, cells: int) -> str:
    """Return a text without its first cells; half a wide character becomes a space."""
    if text.isascii():
        return text[cells:]
    for index in range(len(text) + 1):
        gone = cell_len(text[:index])
        if gone >= cells:
            return " " * (gone - cells) + text[index:]
    return ""
