"""A list whose rows begin with a sign, drawn one visible row at a time: it changes several times a second."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual.events import Click
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from screens.widgets.symbols import Mark, signs

Item = TypeVar("Item")


class MarkedRows(ScrollView, Generic[Item], can_focus=True, inherit_bindings=False):
    """Keeps one row chosen. A subclass says what its rows show."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "row--done",
        "row--running",
        "row--waiting",
        "row--attention",
        "row--failed",
        "row--yours",
        "row--chosen",
        "row--count",
    }
    DEFAULT_CSS = """
    MarkedRows {
        scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0; overflow-x: hidden; overflow-y: auto;
        & > .row--done { color: $success; }
        & > .row--running { color: $accent; }
        & > .row--waiting { text-style: dim; }
        & > .row--attention { color: $warning; }
        & > .row--failed { color: $error; }
        & > .row--yours { color: $warning; }
        & > .row--count { text-style: dim; }
        & > .row--chosen { color: $accent; text-style: bold; }
        &:focus > .row--chosen { text-style: bold reverse; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.items: tuple[Item, ...] = ()
        self.chosen = 0

    def fill(self, items: Sequence[Item]) -> None:
        """Show these rows, drawing only those that changed."""
        before, self.items = self.items, tuple(items)
        if before == self.items:
            return
        self.chosen = min(self.chosen, max(0, len(self.items) - 1))
        if len(before) != len(self.items):
            self.virtual_size = Size(self.size.width, len(self.items))
            self.refresh()
            return
        for index, (old, new) in enumerate(zip(before, self.items, strict=True)):
            if old != new:
                self.refresh_line(index)

    def action_move(self, step: int) -> None:
        """Choose the row above or below."""
        self.choose(self.chosen + step)

    def choose(self, index: int) -> None:
        """Choose a row by its index, and tell so."""
        if self.items:
            self.show_chosen(index)
            self.said()

    def show_chosen(self, index: int) -> None:
        """Mark another row without telling so."""
        self.chosen = min(max(0, index), max(0, len(self.items) - 1))
        self.scroll_to_region(Region(0, self.chosen, 1, 1), animate=False)
        self.refresh()

    def said(self) -> None:
        """Tell the screen that the person chose another row."""

    def on_click(self, event: Click) -> None:
        """Choose the clicked row."""
        index = event.y + round(self.scroll_y)
        if index < len(self.items):
            self.choose(index)

    def render_line(self, y: int) -> Strip:
        """Draw one row."""
        width = self.scrollable_content_region.width
        index = y + round(self.scroll_y)
        base = self.rich_style
        if index >= len(self.items):
            return Strip.blank(width, base)
        segments = self.row(self.items[index], width, self.style("chosen") if index == self.chosen else Style.null())
        return Strip(segments).adjust_cell_length(width).apply_style(base)

    def row(self, item: Item, width: int, chosen: Style) -> list[Segment]:
        """Return a row's segments; the name of the chosen one has the style `chosen`."""
        raise NotImplementedError

    def sign(self, mark: Mark) -> Segment:
        """Return a mark's sign in its colour."""
        return Segment(f" {signs().of(mark)} ", self.style(mark))

    def style(self, name: str) -> Style:
        """Return the style of a part of a row."""
        return self.get_component_rich_style(f"row--{name}", partial=True)
