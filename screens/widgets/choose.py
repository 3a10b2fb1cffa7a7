"""A dialog with a question and a list of answers, each with a sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from textual import on
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList

from screens.widgets.chrome import key
from screens.widgets.lists import RowList
from screens.widgets.panes import Dialog
from screens.widgets.static import Static

Answer = tuple[str, str, str]
"""An answer's name, its label, and what it does."""
BACK: Final[Answer] = ("back", "Back", "change nothing")
"""The safe answer."""


class Choose(Dialog[str]):
    """Asks a question. The first answer is the safe one, and the one that Esc gives."""

    DEFAULT_CSS = """
    Choose > Vertical { max-width: 72; }
    Choose Static { margin: 0 0 1 0; }
    Choose RowList { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "choose", "Choose"),
        key("escape", "stay", "Back", display="esc"),
    ]

    def __init__(self, title: str, text: str, answers: Sequence[Answer]) -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._answers = tuple(answers)

    def compose(self) -> ComposeResult:
        """Draw the question."""
        with Vertical() as box:
            box.border_title = self._title
            box.border_subtitle = "enter Choose   esc Back"
            if self._text:
                yield Static(self._text, markup=False)
            yield RowList()

    def on_mount(self) -> None:
        """Show the answers."""
        width = max(len(words) for _, words, _ in self._answers)
        rows = self.query_one(RowList)
        rows.show_rows((name, Content(f"{words:<{width}}  {what}")) for name, words, what in self._answers)
        rows.focus()

    @on(OptionList.OptionSelected)
    def action_choose(self) -> None:
        """Close with the chosen answer."""
        self.dismiss(self.query_one(RowList).chosen or "")

    def action_stay(self) -> None:
        """Close with the safe answer."""
        self.dismiss(self._answers[0][0])


def ask(app: App[object], title: str, text: str, yes: str, then: Callable[[], object]) -> None:
    """Call `then` if the person agrees to what the text says; `yes` is that answer."""

    def answered(answer: str | None) -> None:
        if answer == yes:
            then()

    app.push_screen(Choose(title, text, [BACK, (yes, yes, "do it now")]), answered)
