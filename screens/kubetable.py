"""A table as kubectl prints it: its columns and words, a row to choose, and room to the right."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.binding import BindingType
from textual.widgets import DataTable

from kubetui.observe import Table
from screens.chrome import key


class KubeTable(DataTable[Text]):
    """Shows a table; what is chosen stays chosen while the rows change."""

    DEFAULT_CSS = """
    KubeTable {
        background: $background; scrollbar-size-horizontal: 1; scrollbar-size-vertical: 1;
        & > .datatable--header { background: $background; color: $foreground; text-style: dim; }
        & > .datatable--cursor { background: $background; color: $accent; text-style: bold; }
        &:focus > .datatable--cursor { background: $accent; color: $block-cursor-foreground; text-style: bold; }
        & > .datatable--hover { background: $background; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("j", "cursor_down", "Down", show=False),
        key("k", "cursor_up", "Up", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, cursor_type="row", zebra_stripes=False, cell_padding=1)
        self._table = Table(0.0, "", (), ())

    @property
    def chosen(self) -> str:
        """The first word of the row that is chosen."""
        rows = self._table.rows
        return rows[self.cursor_row][0] if 0 <= self.cursor_row < len(rows) and rows[self.cursor_row] else ""

    def fill(self, table: Table) -> None:
        """Show another table; only cells that differ are drawn anew."""
        old, self._table = self._table, table
        same_names = [row[:2] for row in old.rows] == [row[:2] for row in table.rows]
        if old.columns != table.columns or not same_names:
            self._rebuild(table, old.rows[self.cursor_row][:2] if 0 <= self.cursor_row < len(old.rows) else ())
            return
        for y, (before, after) in enumerate(zip(old.rows, table.rows, strict=True)):
            for x, (was, now) in enumerate(zip(before, after, strict=False)):
                if was != now:
                    row_key, column_key = self.coordinate_to_cell_key((y, x))  # type: ignore[arg-type]
                    self.update_cell(row_key, column_key, Text(now), update_width=True)

    def _rebuild(self, table: Table, chosen: tuple[str, ...]) -> None:
        top, aside = self.scroll_y, self.scroll_x
        with self.prevent(DataTable.RowHighlighted):
            self.clear(columns=True)
            for title in table.columns:
                self.add_column(Text(title))
            for row in table.rows:
                self.add_row(*map(Text, row))
            again = next((index for index, row in enumerate(table.rows) if row[:2] == chosen), 0)
            self.move_cursor(row=again, animate=False)
        self.scroll_to(aside, top, animate=False)
