"""The lists of the start screen: one in each pane, and the cursor goes from one into the next."""

from __future__ import annotations

from textual.content import Content
from textual.message import Message

from screens.widgets.lists import RowList


class PaneList(RowList):
    """A list in a pane; only the focused one has a mark."""

    class Passed(Message):
        """The cursor went past the first row (-1) or the last one (1)."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    def action_cursor_down(self) -> None:
        """Move to the next row, or out of the list."""
        before = self.highlighted
        super().action_cursor_down()
        self._pass_on(before, 1)

    def action_cursor_up(self) -> None:
        """Move to the previous row, or out of the list."""
        before = self.highlighted
        super().action_cursor_up()
        self._pass_on(before, -1)

    def _pass_on(self, before: int | None, by: int) -> None:
        """Undo a move from one end of the list to the other, and go on in the next one."""
        now = self.highlighted
        if before is None or now is None or (now - before) * by <= 0:
            self.highlighted = before
            self.post_message(self.Passed(by))

    def watch_has_focus(self, has_focus: bool) -> None:  # noqa: FBT001 - Textual's own watcher
        """Draw the mark, or remove it."""
        super().watch_has_focus(has_focus)
        self.redraw_mark()

    def _drawn(self, row: str, *, here: bool) -> Content:
        return super()._drawn(row, here=here and self.has_focus)
