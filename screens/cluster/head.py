"""The head of a cluster's home: what the cluster is, and the names of the parts, of which one is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from textual.binding import BindingType
from textual.content import Content
from textual.events import Click
from textual.message import Message

from screens.widgets.chrome import Head, key

PARTS: Final = ("Nodes", "Pods", "Run", "Timings", "Learn")


class ClusterHead(Head, can_focus=True):
    """Shows what `says` returns for a width; ← and → open another part, as a click does."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("left", "neighbour(-1)", "Part before", show=False),
        key("right", "neighbour(1)", "Next part", show=False),
    ]

    class Wanted(Message):
        """The person wants another part."""

        def __init__(self, part: str) -> None:
            super().__init__()
            self.part = part

    def __init__(self, says: Callable[[int], Content]) -> None:
        super().__init__()
        self._says = says
        self._drawn: Content | None = None
        self.part = PARTS[0]
        """The part that is open."""

    def look(self) -> None:
        """Draw it again if it has changed."""
        line = self.line()
        if self._drawn is None or not self._drawn.is_same(line):
            self._drawn = line
            self.redraw()

    def open(self, part: str) -> None:
        """Mark another part as the open one."""
        self.part = part
        self.look()

    def line(self) -> Content:
        """Return the upper row."""
        tabs = self._tabs()
        room = self.size.width - 2 - tabs.cell_length - 2
        left = self._says(room)
        return Content.assemble(left, " " * (room + 2 - left.cell_length), tabs)

    def _tabs(self) -> Content:
        open_, focused = "bold reverse", "bold reverse $accent"
        style = focused if self.has_focus else open_
        return Content.assemble(*((f" {part} ", style if part == self.part else "") for part in PARTS))

    def on_focus(self) -> None:
        """Show that ← and → work here."""
        self.look()

    def on_blur(self) -> None:
        """Show that they work elsewhere."""
        self.look()

    def action_neighbour(self, step: int) -> None:
        """Open the part beside."""
        self.post_message(self.Wanted(neighbour(self.part, step)))

    def on_click(self, event: Click) -> None:
        """Open the clicked part."""
        x = self.size.width - 1 - sum(len(part) + 2 for part in PARTS)
        for part in PARTS:
            if event.y == 0 and x <= event.x < x + len(part) + 2:
                self.post_message(self.Wanted(part))
            x += len(part) + 2


def neighbour(part: str, step: int) -> str:
    """Return the part beside one; the first stands beside the last.

    >>> neighbour("Learn", 1), neighbour("Nodes", 1)
    ('Nodes', 'Pods')
    """
    return PARTS[(PARTS.index(part) + step) % len(PARTS)]
