"""Dialogs that ask for one line of text: a name, a folder, a password, or a word of confirmation."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from screens.widgets.chrome import key, marked
from screens.widgets.panes import Dialog
from screens.widgets.static import Static
from screens.widgets.textline import TextLine

Attempt = Callable[[str, bool], str]
"""Takes the text and whether the person confirmed it; returns an error message, or an empty string on success."""


class Ask(Dialog[str | None]):
    """Asks for one line of text, `hidden` where it is a password.

    An error appears below the field. Pressing Enter a second time confirms, where that resolves the error.
    """

    DEFAULT_CSS = "Ask > Vertical { max-width: 80; }"
    BINDINGS: ClassVar[list[BindingType]] = [key("escape", "dismiss(None)", "Back", display="esc")]

    def __init__(
        self, title: str, words: str, value: str, attempt: Attempt, *, yes: str = "Save", hidden: bool = False
    ) -> None:
        super().__init__()
        self._hidden = hidden
        self._title, self._words, self._value, self._yes = title, words, value, yes
        self._attempt = attempt
        self._confirmable = ""

    def compose(self) -> ComposeResult:
        """Draw the question."""
        with Vertical() as box:
            box.border_title = self._title
            yield Static(self._words, markup=False)
            line = TextLine(self._value)
            line.password = self._hidden
            yield line
            yield Static("", id="answer", markup=False)
            yield Static(f"enter {self._yes}   esc Back", classes="keys", markup=False)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Clear the error once the text changes."""
        if event.value != self._confirmable:
            self._confirmable = ""
            self.query_one("#answer", Static).update("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Try the text; show the error, or close."""
        # a password may start with a space
        text = event.value if self._hidden else event.value.strip()
        problem = self._attempt(text, text != "" and self._confirmable == event.value)
        if not problem:
            self.dismiss(text)
            return
        self._confirmable = event.value
        self.query_one("#answer", Static).update(marked("attention", problem))


class Confirm(Dialog[bool]):
    """Asks the person to type a name before something is deleted."""

    DEFAULT_CSS = "Confirm > Vertical { max-width: 80; }"
    DANGER = True
    BINDINGS: ClassVar[list[BindingType]] = [key("escape", "dismiss(False)", "Back", display="esc")]

    def __init__(self, title: str, words: str, name: str) -> None:
        super().__init__()
        self._title, self.words, self._name_to_type = title, words, name

    def compose(self) -> ComposeResult:
        """Draw the question."""
        with Vertical() as box:
            box.border_title = self._title
            yield Static(self.words, markup=False)
            yield Static(f"Type {self._name_to_type} to confirm:", classes="danger", markup=False)
            # empty: a name that stands in the field looks typed already
            yield TextLine()
            yield Static(Content(""), id="answer", markup=False)
            yield Static("enter Destroy   esc Back", classes="keys", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Accept the right name only."""
        if event.value.strip() == self._name_to_type:
            self.dismiss(True)  # noqa: FBT003 - the screen's result
            return
        self.query_one("#answer", Static).update(marked("attention", f"That is not {self._name_to_type}."))
