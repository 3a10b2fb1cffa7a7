"""A table with the columns and words that kubectl prints, a chosen row, and columns that scroll sideways."""

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

from kubetui.cluster.tables import Table
from screens.cluster.status import mark_of
from screens.widgets.chrome import key
from screens.widgets.symbols import signs

GAP = 3
"""Spaces between two columns, as in kubectl."""
STATUS = "STATUS"
"""The column whose words have a sign before them."""


class KubeTable(ScrollView, can_focus=True, inherit_bindings=False):
    """Draws the visible rows below a fixed heading. The chosen row stays chosen while rows change."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "table--heading",
        "table--chosen",
        "table--more",
        "table--done",
        "table--running",
        "table--waiting",
        "table--attention",
        "table--failed",
    }
    DEFAULT_CSS = """
    KubeTable {
        scrollbar-size-horizontal: 0; scrollbar-size-vertical: 1; overflow-x: hidden; overflow-y: auto; padding: 0 1;
        & > .table--heading { text-style: dim; }
        & > .table--chosen { color: $accent; text-style: bold; }
        & > .table--more { color: $accent; }
        & > .table--done { color: $success; }
        & > .table--running { color: $accent; }
        & > .table--waiting { text-style: dim; }
        & > .table--attention { color: $warning; }
        & > .table--failed { color: $error; }
        &:focus > .table--chosen { text-style: bold reverse; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("up,k", "move(-1)", "Row", show=False, tip="Move to the row above."),
        key("down,j", "move(1)", "Row", show=False, tip="Move to the row below."),
        key("right", "sideways(1)", "Scroll right", show=False, tip="Show the columns to the right."),
        key("left", "sideways(-1)", "Scroll left", show=False, tip="Back to the first columns."),
        key("pageup", "move(-10)", "Page up", show=False),
        key("pagedown", "move(10)", "Page down", show=False),
    ]

    class Chosen(Message):
        """The person chose another row."""

        def __init__(self, table: KubeTable) -> None:
            super().__init__()
            self.table = table

        @property
        def control(self) -> KubeTable:
            """The table, for selectors."""
            return self.table

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._table = Table(0.0, "", (), ())
        self._widths: tuple[int, ...] = ()
        self._row = 0
        self._skipped = 0

    @property
    def chosen(self) -> str:
        """The first word of the chosen row."""
        return self._table.rows[self._row][0] if self._row < len(self._table.rows) else ""

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """All rows."""
        return self._table.rows

    def cell(self, title: str) -> str:
        """Return the chosen row's cell under a title; empty where there is none."""
        if title not in self._table.columns or self._row >= len(self._table.rows):
            return ""
        return self._table.rows[self._row][self._table.columns.index(title)]

    def fill(self, table: Table) -> None:
        """Show another table."""
        if table is self._table:
            return
        names = [row[:2] for row in table.rows]
        before = self._table.rows[self._row][:2] if self._row < len(self._table.rows) else ()
        self._row = names.index(before) if before in names else min(self._row, max(0, len(names) - 1))
        self._table = table
        lines = (table.columns, *table.rows)
        widths = (max(map(cell_len, column)) for column in zip(*lines, strict=False))
        titled = zip(widths, table.columns, strict=False)
        self._widths = tuple(width + 2 * (title == STATUS) for width, title in titled)
        # the height, unlike the width, sets the size of the widget
        self.virtual_size = Size(0, len(table.rows) + 1)
        self.refresh()

    @property
    def _kept(self) -> int:
        """The number of columns that do not scroll: those up to the name."""
        named = [index for index, title in enumerate(self._table.columns) if title in {"NAME", "POD"}]
        return named[0] + 1 if named else 1

    def _shown(self) -> tuple[list[int], bool]:
        """Return the columns that fit whole, and whether there are more to the right."""
        kept, count = self._kept, len(self._widths)
        room = self.scrollable_content_region.width
        shown = list(range(min(kept, count)))
        left = room - sum(self._widths[index] + GAP for index in shown)
        for index in range(kept + self._skipped, count):
            # the last column needs no gap; the others leave room for the mark
            if left < self._widths[index] + (GAP if index < count - 1 else 0):
                return shown, True
            shown.append(index)
            left -= self._widths[index] + GAP
        return shown, False

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Leave ← and → to the screen where every column fits."""
        return action != "sideways" or bool(self._skipped) or self._shown()[1]

    def action_sideways(self, step: int) -> None:
        """Scroll by one column."""
        if step < 0 or self._shown()[1]:
            self._skipped = max(0, self._skipped + step)
            self.refresh()

    def action_move(self, step: int) -> None:
        """Choose another row."""
        self._choose(self._row + step)

    def _choose(self, row: int) -> None:
        if not self._table.rows:
            return
        self._row = min(max(0, row), len(self._table.rows) - 1)
        # two rows: the heading covers one
        self.scroll_to_region(Region(0, self._row, 1, 2), animate=False)
        self.refresh()
        self.post_message(self.Chosen(self))

    def on_click(self, event: Click) -> None:
        """Choose the clicked row."""
        if 0 < event.y <= len(self._table.rows):
            self._choose(event.y - 1 + round(self.scroll_y))

    def render_line(self, y: int) -> Strip:
        """Draw the heading or one row."""
        width, base = self.scrollable_content_region.width, self.rich_style
        index = y - 1 + round(self.scroll_y)
        shown, more = self._shown()
        if y == 0:
            style = self._style("heading")
            strip = Strip(self._cells(self._table.columns, shown, style)).adjust_cell_length(width, style)
            if more:
                mark = Segment(f" {signs().here}", self._style("more"))
                strip = Strip([*strip.crop(0, width - 2), mark])
        elif index < len(self._table.rows):
            style = self._style("chosen") if index == self._row else Style.null()
            strip = Strip(self._cells(self._table.rows[index], shown, style)).adjust_cell_length(width, style)
        else:
            return Strip.blank(width, base)
        return strip.apply_style(base)

    def _cells(self, cells: tuple[str, ...], shown: list[int], style: Style) -> list[Segment]:
        segments: list[Segment] = []
        for index in shown:
            if index >= len(cells):
                break
            text, width = cells[index], self._widths[index]
            colour = Style.null()
            if self._table.columns[index] == STATUS and cells is not self._table.columns:
                mark = mark_of(dict(zip(self._table.columns, cells, strict=False)))
                text, colour = f"{signs().of(mark)} {text}", self._style(mark)
            gap = GAP if index != shown[-1] else 0
            segments += [Segment(set_cell_size(text, width), style + colour), Segment(" " * gap, style)]
        return segments

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"table--{name}", partial=True)
