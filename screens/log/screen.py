"""The keys of every screen that has a log; they work wherever the focus is."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.binding import BindingType

from screens.log.pane import LogPane
from screens.widgets.chrome import PlainScreen, key

LOG_KEYS: Final[list[BindingType]] = [
    key("slash", "search", "Search", display="/", tip="Find text in the log and mark it."),
    key("n", "jump(1)", "Next match", show=False),
    key("N", "jump(-1)", "Match before", show=False),
    key("f", "filter", "Filter", tip="Show only the lines with a text."),
    key("w", "wrap", "Wrap", tip="Break lines that are too long, or cut them and go sideways with ← and →."),
    key("t", "times", "Times", tip="Show when each line came."),
    key("z", "full", "Full", tip="Give the log the whole screen, and take it back."),
    key("p", "pause", "Pause", tip="Hold the log where it is, and follow its end again."),
    key("question_mark,f1", "keys", "Help", display="?", tip="This list. F1 works inside text, too."),
    key("S", "save", "Save", tip="Write the lines that are shown to a file.", show=False),
    key("pageup", "page(-1)", "Page up", show=False),
    key("pagedown", "page(1)", "Page down", show=False),
    key("home", "top", "To the first line", show=False),
    key("end,G", "follow", "To the end, and follow it", show=False),
    key("left", "sideways(-8)", "To the left", show=False),
    key("right", "sideways(8)", "To the right", show=False),
]
"""The keys of a log, and help; a screen with one has them among its own."""


class LogScreen(PlainScreen):
    """A screen with a log; its keys work wherever the focus is."""

    DEFAULT_CSS = """
    LogScreen.-full .beside-log { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = LOG_KEYS

    @property
    def pane(self) -> LogPane:
        """The log."""
        return self.query_one(LogPane)

    def undo_one(self) -> bool:
        """Close the prompt, the full screen, or the search; tell whether one of them was there."""
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
        """Close what is open, or go one screen back."""
        if not self.undo_one():
            super().action_back()

    def action_search(self) -> None:
        """Ask what to search."""
        self.pane.ask("search")

    def action_filter(self) -> None:
        """Ask what to show."""
        self.pane.ask("filter")

    def action_save(self) -> None:
        """Ask where to save."""
        self.pane.save()

    def action_jump(self, step: int) -> None:
        """Go to another match."""
        self.pane.jump(step)

    def action_wrap(self) -> None:
        """Wrap long lines, or do not."""
        self.pane.lines.wrap = not self.pane.lines.wrap
        self.pane.lines.sideways(0)
        self.pane.lines.rearrange()

    def action_times(self, _hidden: bool = False) -> None:  # noqa: FBT001, FBT002 - what a binding gives
        """Show times, or do not; the argument only says that the footer has no room for the key."""
        lines = self.pane.lines
        lines.margin.times = not lines.margin.times
        lines.rearrange()

    def action_full(self) -> None:
        """Give the log the whole screen, or take it back."""
        self.toggle_class("-full")

    def action_pause(self) -> None:
        """Hold the log, or follow it again."""
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
        """Move long lines sideways."""
        self.pane.lines.sideways(cells)
