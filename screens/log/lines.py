"""The widget that shows a log's lines. It draws only visible rows, and never interprets what a line contains."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from screens.log.buffers import Buffer
from screens.log.row import NAMES, Margin, component, visible_text, with_matches
from screens.log.view import Row, View
from screens.widgets.chrome import key

HERTZ: Final = 12


class LogLines(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows one buffer. It follows the end until the person scrolls up, and again once they return there."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "log--heading",
        "log--command",
        "log--trouble",
        "log--time",
        "log--match",
        "log--current",
        *(f"log--name{index}" for index in range(NAMES)),
    }
    DEFAULT_CSS = """
    LogLines {
        scrollbar-size-horizontal: 0;
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        overflow-y: scroll;
        & > .log--heading { color: $accent; text-style: bold; }
        & > .log--command { color: $code; }
        & > .log--trouble { color: $error; }
        & > .log--time { text-style: dim; }
        & > .log--match { text-style: bold underline; }
        & > .log--current { text-style: bold reverse; }
        & > .log--name0 { color: ansi_blue; }
        & > .log--name1 { color: ansi_magenta; }
        & > .log--name2 { color: ansi_cyan; }
        & > .log--name3 { color: ansi_bright_blue; }
        & > .log--name4 { color: ansi_bright_magenta; }
        & > .log--name5 { color: ansi_bright_cyan; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        key("up,k", "line(-1)", "Line up", show=False, tip="One row up."),
        key("down,j", "line(1)", "Line down", show=False, tip="One row down."),
    ]

    class Moved(Message):
        """The log may have started or stopped following its end, or more lines wait below."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._view = View(Buffer())
        self._own_move = False
        self._shift = 0
        self._styles_now: dict[str, Style] = {}
        self.wrap = True
        self.margin = Margin()
        """The margin before the lines; call `rearrange` after changing it."""
        self.wanted: re.Pattern[str] | None = None
        self.searched: re.Pattern[str] | None = None
        self.current: int | None = None
        """The number of the entry with the current match."""

    @property
    def view(self) -> View:
        """The visible rows."""
        return self._view

    def on_mount(self) -> None:
        """Look for new lines a dozen times a second."""
        super().on_mount()  # type: ignore[no-untyped-call] # Textual's ScrollView.on_mount has no annotations
        self.set_interval(1 / HERTZ, self.update)

    def show(self, buffer: Buffer, machines: tuple[str, ...] = ()) -> None:
        """Show a buffer from its end; with machine names where there are `machines`."""
        if buffer is self._view.source:
            return
        self.margin.machines = machines
        self._view = View(buffer, width=self._text_width(), wanted=self.wanted)
        self.current, self._shift = None, 0
        self.update(force=True)

    def update(self, *, force: bool = False) -> None:
        """Read new lines, and repaint if there are any."""
        if not self.is_mounted or not self.size:
            return
        missing = self._view.missing
        changed = self._view.take()
        if changed or force:
            self._settle()
        if changed or force or missing != self._view.missing:
            self.post_message(self.Moved())

    def _settle(self, top: int | None = None) -> None:
        """Fit the scroll bar to the rows, restore the position, and repaint."""
        self._own_move = True
        # setting the reactive itself would lay out the whole screen a dozen times a second
        self.set_reactive(ScrollView.virtual_size, Size(self.scrollable_content_region.width, self._view.height))
        self.vertical_scrollbar.window_virtual_size = self._view.height
        self.vertical_scrollbar.window_size = self.size.height
        above, self._view.pushed = self._view.pushed, 0
        if self._view.following:
            top = self._view.height
        elif top is None and above:
            top = round(self.scroll_y) + above
        if top is not None:
            self.scroll_target_y = self.scroll_y = min(max(0, top), self.max_scroll_y)
        self._own_move = False
        self.refresh()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Hold the view when the person scrolls away from the end, and follow again when they return."""
        super().watch_scroll_y(old_value, new_value)
        if self._own_move or round(old_value) == round(new_value):
            return
        self._view.following = round(new_value) >= self.max_scroll_y and not self._view.missing
        self.post_message(self.Moved())

    def action_line(self, step: int) -> None:
        """Scroll by one row."""
        self.scroll_to(y=round(self.scroll_y) + step, animate=False)

    def follow(self) -> None:
        """Go to the end and stay there."""
        self._view.follow()
        self.update(force=True)

    def hold(self) -> None:
        """Stay at this row while new lines arrive."""
        self._view.following = False
        self.post_message(self.Moved())

    def rearrange(self) -> None:
        """Wrap and filter again, keeping the top line in place."""
        row = self._view.row(round(self.scroll_y))
        self._view.rearrange(width=self._text_width(), wanted=self.wanted)
        self._view.pushed = 0
        self._settle(self._view.place(row.number) if row else 0)

    def jump(self, step: int) -> bool:
        """Go to the next match (1) or the previous one (-1); tell whether there is any."""
        if self.searched is None:
            return False
        if self.current is None:
            last = self._view.row(round(self.scroll_y) + (self.size.height - 1 if step < 0 else 0))
            start = self._view.source.end if self._view.following else (last.number - step if last else 0)
        else:
            start = self.current
        found = self._view.find(self.searched, start, step)
        self._view.pushed = 0
        self.current = found
        if found is not None:
            self.hold()
            self._settle(self._view.place(found) - self.size.height // 3)
        else:
            self.refresh()
        return found is not None

    def sideways(self, cells: int) -> None:
        """Scroll long lines sideways; does nothing while lines are wrapped."""
        self._shift = 0 if self.wrap else max(0, self._shift + cells)
        self.refresh()

    def on_resize(self) -> None:
        """Wrap for the new width."""
        self.rearrange()

    def notify_style_update(self) -> None:
        """Drop the old theme's colours."""
        super().notify_style_update()
        self._styles_now.clear()

    def _text_width(self) -> int:
        """Return the width at which to wrap; 0 for no wrapping."""
        if not self.wrap:
            return 0
        return max(10, self.scrollable_content_region.width - self.margin.width)

    def _style(self, name: str) -> Style:
        if name not in self._styles_now:
            self._styles_now[name] = self.get_component_rich_style(name, partial=True) if name else Style.null()
        return self._styles_now[name]

    def _base(self) -> Style:
        if "base" not in self._styles_now:
            self._styles_now["base"] = self.rich_style
        return self._styles_now["base"]

    def render_line(self, y: int) -> Strip:
        """Draw one visible row."""
        width = self.scrollable_content_region.width
        row = self._view.row(round(self.scroll_y) + y)
        base = self._base()
        if row is None:
            return Strip.blank(width, base)
        segments = [*self.margin.draw(row, self._style), *self._text(row)]
        return Strip(segments).adjust_cell_length(width).apply_style(base)

    def _text(self, row: Row) -> list[Segment]:
        text = visible_text(row, 0 if self.wrap else self._shift)
        style = self._style(component(row.entry))
        if self.searched is None:
            return [Segment(text, style)]
        marked = style + self._style("log--current" if row.number == self.current else "log--match")
        return with_matches(text, self.searched, style, marked)
