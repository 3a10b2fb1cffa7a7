"""The base of every screen with a log, and the log's keys, which work wherever the focus is."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.binding import BindingType

from screens.log.pane import LogPane
from screens.widgets.chrome import PlainScreen, key

SEARCH_KEYS: Final[list[BindingType]] = [
    key("slash", "search", "Search", display="/", tip="Search the log and mark the matches."),
    key("n", "jump(1)", "Next match", show=False),
    key("N", "jump(-1)", "Previous match", show=False),
    key("f", "filter", "Filter", tip="Show only lines that contain a text."),
]
VIEW_KEYS: Final[list[BindingType]] = [
    key("p", "pause", "Pause", tip="Pause the log, and follow its end again."),
    key("w", "wrap", "Wrap", show=False, tip="Wrap long lines, or cut them and scroll with ← and →."),
    key("T", "clock", "Clock", show=False, tip="Show the time of each line."),
    key("z", "full", "Full", show=False, tip="Show the log on the whole screen, and back."),
    key("question_mark,f1", "keys", "Help", display="?", tip="This list. F1 also works in text fields."),
    key("S", "save", "Save", tip="Save the visible lines to a file.", show=False),
    key("pageup", "page(-1)", "Page up", show=False),
    key("pagedown", "page(1)", "Page down", show=False),
    key("home", "top", "First line", show=False),
    key("end,G", "follow", "Go to the end and follow it", show=False),
    key("left", "sideways(-8)", "Scroll left", show=False),
    key("right", "sideways(8)", "Scroll right", show=False),
]
LOG_KEYS: Final = [*SEARCH_KEYS, *VIEW_KEYS]
"""The keys of a log, and help. A screen with a log adds them to its own keys."""


class LogScreen(PlainScreen):
    """A screen with a log, whose keys work wherever the focus is."""

    DEFAULT_CSS = """
    LogScreen.-full .beside-log { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = LOG_KEYS

    @property
    def pane(self) -> LogPane:
        """The log."""
        return self.query_one(LogPane)

    def undo_one(self) -> bool:
        """Close the prompt, the full-screen log, or the search; tell whether one of them was open."""
        if self.pane.asking:
            self.pane.close_prompt()
        elif self.has_class("-full"):
            self.remove_class("-full")
        elif self.pane.narrowed:
            self.pane.clear()
        else:
            return False
        return True

    def action_back(self) -> None:
        """Close the prompt, the full-screen log or the search, or go back one screen."""
        if not self.undo_one():
            super().action_back()

    def action_search(self) -> None:
        """Open the search prompt."""
        self.pane.ask("search")

    def action_filter(self) -> None:
        """Open the filter prompt."""
        self.pane.ask("filter")

    def action_save(self) -> None:
        """Save the visible lines."""
        self.pane.save()

    def action_jump(self, step: int) -> None:
        """Go to another match."""
        self.pane.jump(step)

    def action_wrap(self) -> None:
        """Turn wrapping on or off."""
        self.pane.lines.wrap = not self.pane.lines.wrap
        self.pane.lines.sideways(0)
        self.pane.lines.rearrange()

    def action_clock(self) -> None:
        """Show or hide the time of each line."""
        lines = self.pane.lines
        lines.margin.times = not lines.margin.times
        lines.rearrange()

    def action_full(self) -> None:
        """Show the log on the whole screen, or undo that."""
        self.toggle_class("-full")

    def action_pause(self) -> None:
        """Pause the log, or follow it again."""
        lines = self.pane.lines
        if lines.view.following:
            lines.hold()
        else:
            lines.follow()

    def action_page(self, direction: int) -> None:
        """Scroll by a page."""
        lines = self.pane.lines
        lines.scroll_to(y=lines.scroll_y + direction * (lines.size.height - 1), animate=False)

    def action_top(self) -> None:
        """Go to the first line."""
        self.pane.lines.hold()
        self.pane.lines.scroll_to(y=0, animate=False)

    def action_follow(self) -> None:
        """Go to the end and follow it."""
        self.pane.lines.follow()

    def action_sideways(self, cells: int) -> None:
        """Scroll long lines sideways."""
        self.pane.lines.sideways(cells)
