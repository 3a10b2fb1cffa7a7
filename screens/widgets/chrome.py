"""What every screen has: the title line, the keys in words, and the way back.

The first frame is drawn with this alone, so nothing that knows profiles is imported here.
"""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.events import Resize
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Footer

from screens.widgets.keys import KeyBar, KeysScreen, key, keys_of
from screens.widgets.static import Static
from screens.widgets.symbols import COLOURS, State, signs

WIDE, ROOMY = 110, 160
"""Columns from which help stands beside the form, and from which lists say more in a row."""
SMALLEST = (70, 20)
"""Columns and rows below which the wizard only asks for more; it is drawn for 80 by 24."""


def marked(state: State, words: str) -> Content:
    """Return a state's sign and its words, in its colour."""
    return Content.assemble((f"{signs().of(state)} {words}", COLOURS[state]))


class Head(Widget):
    """Two rows: a line on where one is, and a rule that may carry a note."""

    DEFAULT_CSS = "Head { height: 2; text-wrap: nowrap; }"
    note = ""

    def tell(self, note: str) -> None:
        """Let the rule carry a note; empty for none."""
        self.note = note
        self.redraw()

    def render(self) -> Content:
        """Draw both rows as wide as the terminal is."""
        line = signs().line
        note = f"{line * 2} {self.note} " if self.note else ""
        rule = ((note, "bold $warning"), (line * max(0, self.size.width - len(note)), "$border-blurred"))
        return Content.assemble(" ", self.line().truncate(max(0, self.size.width - 2), ellipsis=True), "\n", *rule)

    def redraw(self) -> None:
        """Draw it anew."""
        self.refresh()

    def line(self) -> Content:
        """Return the upper row."""
        return Content("")


class TitleLine(Head):
    """A title on the left and a short state on the right."""

    def __init__(self, title: str, right: Content | None = None) -> None:
        super().__init__()
        self._title = title
        self._right = right or Content("")

    def say(self, right: Content) -> None:
        """Show another state on the right."""
        self._right = right
        self.redraw()

    def line(self) -> Content:
        """Return title and state, as far apart as the terminal is wide."""
        title = Content.styled(self._title, "bold $accent")
        gap = max(1, self.size.width - 2 - title.cell_length - self._right.cell_length)
        return Content.assemble(title, " " * gap, self._right)


class PlainScreen(Screen[None]):
    """A screen with its keys in one place: Esc goes back, `?` explains, `q` leaves."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "back", "Back", display="esc", tip="One screen back; nothing is lost."),
        key("question_mark,f1", "keys", "Help", display="?", tip="This list. F1 works inside text, too."),
        key("q", "leave", "Leave", tip="Leave kubetui.", show=False),
    ]

    @on(Resize)
    def measure(self) -> None:
        """Say in classes how much room there is."""
        width = self.app.size.width
        self.set_class(width < WIDE, "-narrow")
        self.set_class(width >= WIDE, "-wide")
        self.set_class(width >= ROOMY, "-roomy")

    def action_back(self) -> None:
        """Go one screen back."""
        self.app.pop_screen()

    def action_keys(self) -> None:
        """Show every key of this screen."""
        self.app.push_screen(KeysScreen(tuple(keys_of(self))))

    def action_leave(self) -> None:
        """Leave kubetui."""
        self.app.exit(0)

    def foot(self) -> Footer:
        """Return the footer; the command palette keeps its key without taking a place in it."""
        return KeyBar(show_command_palette=False)


class TooSmall(ModalScreen[None]):
    """Asks for more room; goes by itself once there is."""

    DEFAULT_CSS = "TooSmall { align: center middle; background: $background; } TooSmall Static { text-align: center; }"
    BINDINGS: ClassVar[list[BindingType]] = [key("q", "app.quit", "Leave")]
    _gone = False

    def compose(self) -> ComposeResult:
        """Say what is needed."""
        yield Static("", markup=False)

    def on_resize(self) -> None:
        """Say what there is, or go."""
        if self._gone:
            return
        if fits(self.app.size.width, self.app.size.height):
            self._gone = True
            self.dismiss()
            return
        have = f"{self.app.size.width} by {self.app.size.height}"
        self.query_one(Static).update(f"kubetui needs 80 by 24 characters.\nHere are {have}: make the window larger.")


def fits(columns: int, rows: int) -> bool:
    """Tell whether a terminal of this size is large enough."""
    return columns >= SMALLEST[0] and rows >= SMALLEST[1]


__all__ = ["SMALLEST", "Head", "PlainScreen", "TitleLine", "TooSmall", "fits", "key", "marked"]
