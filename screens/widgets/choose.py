"""A dialog with a question and a list of answers, each with a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from screens.widgets.chrome import key
from screens.widgets.static import Static

Answer = tuple[str, str, str]
"""An answer's name, its label, and what it does."""


class Choose(ModalScreen[str]):
    """Asks a question. The first answer is the safe one, and the one that Esc gives."""

    DEFAULT_CSS = """
    Choose { align: center middle; background: $background 60%; }
    Choose > Vertical {
        width: 68; max-width: 100%; height: auto; max-height: 100%; padding: 1 2; border: round $border;
        background: $surface;
    }
    Choose Static { height: auto; margin: 0 0 1 0; }
    Choose OptionList { height: auto; border: none; padding: 0; background: $surface; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "stay", "Back", display="esc"),
        key("j", "down", "Down", show=False),
        key("k", "up", "Up", show=False),
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
            width = max(len(words) for _, words, _ in self._answers)
            yield OptionList(
                *(Option(Content(f" {words:<{width}}  {what}"), id=name) for name, words, what in self._answers),
                markup=False,
                compact=True,
            )

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        """Close with the chosen answer."""
        event.stop()
        self.dismiss(event.option_id or "")

    def action_stay(self) -> None:
        """Close with the safe answer."""
        self.dismiss(self._answers[0][0])

    def action_down(self) -> None:
        """Move to the next answer."""
        self.query_one(OptionList).action_cursor_down()

    def action_up(self) -> None:
        """Move to the previous answer."""
        self.query_one(OptionList).action_cursor_up()
