"""The machines of a run, one per row: sign, name, step, and how many steps are done."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.events import Click
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from kubetui.base.text import clean
from screens.widgets.chrome import key
from screens.widgets.symbols import Mark, signs

NAME_WIDTH = 18
COUNTS_FROM = 40
"""Columns from which the rows show the number of steps done."""
Item = tuple[str, Mark, str, str]
"""A machine's name, mark, step, and count."""


class MachineList(ScrollView, can_focus=True, inherit_bindings=False):
    """Draws only the visible rows; ↑ ↓ and the mouse choose one."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "machine--done",
        "machine--running",
        "machine--waiting",
        "machine--attention",
        "machine--failed",
        "machine--chosen",
        "machine--count",
    }
    DEFAULT_CSS = """
    MachineList {
        scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0; overflow-x: hidden; overflow-y: auto;
        & > .machine--done { color: $success; }
        & > .machine--running { color: $accent; }
        & > .machine--waiting { text-style: dim; }
        & > .machine--attention { color: $warning; }
        & > .machine--failed { color: $error; }
        & > .machine--count { text-style: dim; }
        & > .machine--chosen { color: $accent; text-style: bold; }
        &:focus > .machine--chosen { text-style: bold reverse; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("up,k", "move(-1)", "Machine", display="↑↓", tip="Move to the machine above."),
        key("down,j", "move(1)", "Machine", show=False, tip="Move to the machine below."),
    ]

    class Chosen(Message):
        """The person chose another machine."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self) -> None:
        super().__init__()
        self.items: tuple[Item, ...] = ()
        self.name_width = 0
        """The width of the name column."""
        self.chosen = 0

    def fill(self, items: tuple[Item, ...]) -> None:
        """Show these machines, drawing only rows that changed."""
        if items == self.items:
            return
        if len(items) != len(self.items):
            self.virtual_size = Size(self.size.width, len(items))
            self.refresh()
        for index, (old, new) in enumerate(zip(self.items, items, strict=False)):
            if old != new:
                self.refresh_line(index)
        self.items = items
        self.name_width = min(NAME_WIDTH, max((cell_len(item[0]) for item in items), default=0))

    def action_move(self, step: int) -> None:
        """Choose the machine above or below."""
        self.choose(self.chosen + step)

    def choose(self, index: int) -> None:
        """Choose a machine by its index."""
        if not self.items:
            return
        self.chosen = min(max(0, index), len(self.items) - 1)
        self.scroll_to_region(Region(0, self.chosen, 1, 1), animate=False)
        self.refresh()
        self.post_message(self.Chosen(self.items[self.chosen][0]))

    def on_click(self, event: Click) -> None:
        """Choose the clicked machine."""
        index = event.y + round(self.scroll_y)
        if index < len(self.items):
            self.choose(index)

    def render_line(self, y: int) -> Strip:
        """Draw one machine."""
        width = self.scrollable_content_region.width
        index = y + round(self.scroll_y)
        base = self.rich_style
        if index >= len(self.items):
            return Strip.blank(width, base)
        name, mark, step, count = self.items[index]
        style = self.get_component_rich_style(f"machine--{mark}", partial=True)
        chosen = (
            self.get_component_rich_style("machine--chosen", partial=True) if index == self.chosen else Style.null()
        )
        shown = f" {count} " if width >= COUNTS_FROM else ""
        room = width - self.name_width - 5 - len(shown)
        segments = [
            Segment(f" {signs().of(mark)} ", style),
            Segment(fitted(name, self.name_width), chosen),
            Segment("  "),
            Segment(fitted(step, room), style if mark in {"waiting", "attention", "failed"} else None),
            Segment(shown, self.get_component_rich_style("machine--count", partial=True)),
        ]
        return Strip(segments).adjust_cell_length(width).apply_style(base)


def fitted(text: str, width: int) -> str:
    """Return a cleaned text in exactly `width` cells, cut with an ellipsis where it is longer."""
    text = clean(text)
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    kept = set_cell_size(text, max(0, width - 1)).rstrip() + ("…" if signs().dot == "·" else ".")
    return set_cell_size(kept, max(0, width))
