"""The parts that every screen has: title line, key bar, and the keys for help, back and leave.

The first frame needs only this file, so it must not import pydantic, and so nothing that uses profiles.
"""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.events import Resize
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Footer

from screens.widgets.keys import KeyBar, KeysScreen, key, keys_of
from screens.widgets.static import Static
from screens.widgets.symbols import COLOURS, Mark, plain_signs, signs

WIDE, ROOMY = 110, 160
"""Columns from which help is beside the form, and from which lists have more columns."""
FRAMED = (100, 28)
"""Columns and rows below which panes have a rule instead of a border."""
SMALLEST = (70, 20)
"""Columns and rows below which the wizard asks for a larger window; its layout is made for 80 by 24."""


def marked(mark: Mark, text: str) -> Content:
    """Return a text with its sign, in the mark's colour."""
    return Content.assemble((f"{signs().of(mark)} {text}", COLOURS[mark]))


class Head(Widget):
    """Two rows at the top: a title line, and a rule that can carry a note."""

    DEFAULT_CSS = "Head { height: 2; text-wrap: nowrap; }"
    note = ""

    def tell(self, note: str) -> None:
        """Put a note into the rule; empty for none."""
        self.note = note
        self.redraw()

    def render(self) -> Content:
        """Draw both rows across the whole terminal."""
        line = signs().line
        note = f"{line * 2} {self.note} " if self.note else ""
        rule = ((note, "bold $warning"), (line * max(0, self.size.width - len(note)), "$border-blurred"))
        return Content.assemble(" ", self.line().truncate(max(0, self.size.width - 2), ellipsis=True), "\n", *rule)

    def redraw(self) -> None:
        """Draw it again."""
        self.refresh()

    def line(self) -> Content:
        """Return the upper row."""
        return Content("")


class TitleLine(Head):
    """A title on the left and a short status on the right."""

    def __init__(self, title: str, right: Content | None = None) -> None:
        super().__init__()
        self._title = title
        self._right = right or Content("")

    def say(self, right: Content) -> None:
        """Show another status on the right."""
        self._right = right
        self.redraw()

    def line(self) -> Content:
        """Return the title and, at the right edge, the status."""
        title = Content.styled(self._title, "bold $accent")
        gap = max(1, self.size.width - 2 - title.cell_length - self._right.cell_length)
        return Content.assemble(title, " " * gap, self._right)


class PlainScreen(Screen[None]):
    """A screen with the keys that all have: Esc goes back, `?` shows help, `q` leaves."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "back", "Back", display="esc", tip="Go back one screen. Nothing is lost."),
        key("question_mark,f1", "keys", "Help", display="?", tip="This list. F1 also works in text fields."),
        key("q", "leave", "Leave", tip="Leave kubetui.", show=False),
    ]

    @on(Resize)
    def measure(self) -> None:
        """Set the CSS classes for the size and the signs of the terminal."""
        width = self.app.size.width
        self.set_class(width < WIDE, "-narrow")
        self.set_class(width >= WIDE, "-wide")
        self.set_class(width >= ROOMY, "-roomy")
        self.set_class(width < FRAMED[0] or self.app.size.height < FRAMED[1], "-small")
        self.set_class(plain_signs(), "-ascii")

    def action_back(self) -> None:
        """Go back one screen."""
        self.app.pop_screen()

    def action_keys(self) -> None:
        """Show every key of this screen."""
        self.app.push_screen(KeysScreen(tuple(keys_of(self))))

    def action_leave(self) -> None:
        """Leave kubetui."""
        self.app.exit(0)

    def foot(self) -> Footer:
        """Return the key bar; the command palette keeps its key but is not shown in it."""
        return KeyBar(show_command_palette=False)


class TooSmall(Screen[None]):
    """Asks for a larger window, and closes by itself once there is one.

    It is no modal screen: in the terminal's own colours, what is behind one shows through.
    """

    DEFAULT_CSS = "TooSmall { align: center middle; } TooSmall Static { text-align: center; }"
    BINDINGS: ClassVar[list[BindingType]] = [key("q", "app.quit", "Leave")]
    _gone = False

    def compose(self) -> ComposeResult:
        """Draw the message."""
        yield Static("", markup=False)

    def on_resize(self) -> None:
        """Show the current size, or close."""
        if self._gone:
            return
        if fits(self.app.size.width, self.app.size.height):
            self._gone = True
            self.dismiss()
            return
        have = f"{self.app.size.width} by {self.app.size.height}"
        self.query_one(Static).update(f"kubetui needs 80 by 24 characters.\nThis window has {have}: make it larger.")


def fits(columns: int, rows: int) -> bool:
    """Tell whether a terminal of this size is large enough."""
    return columns >= SMALLEST[0] and rows >= SMALLEST[1]


__all__ = ["FRAMED", "SMALLEST", "Head", "PlainScreen", "TitleLine", "TooSmall", "fits", "key", "marked"]
