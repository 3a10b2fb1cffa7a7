"""Small questions over a screen: a name or a folder, and a word that confirms."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input

from screens.widgets.chrome import key, marked
from screens.widgets.static import Static
from screens.widgets.textline import TextLine

Attempt = Callable[[str, bool], str]
"""Takes what was typed and whether it was confirmed; returns what is in the way, or nothing when it is done."""


class Ask(ModalScreen[str | None]):
    """Asks for one line of text, `hidden` where it is a password.

    What is in the way is said under it; a second Enter confirms what may be confirmed.
    """

    DEFAULT_CSS = """
    Ask { align: center middle; background: $background 60%; }
    Ask > Vertical {
        width: 100%; max-width: 80; height: auto; padding: 1 2; border: round $border; background: $surface;
    }
    Ask Static { height: auto; }
    Ask Input { margin: 1 0; }
    Ask .keys { color: $foreground; text-style: dim; margin: 1 0 0 0; }
    """
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
        """Forget what was said about another text."""
        if event.value != self._confirmable:
            self._confirmable = ""
            self.query_one("#answer", Static).update("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Try; say what is in the way, or go with what was typed."""
        # a password may begin with a space
        text = event.value if self._hidden else event.value.strip()
        problem = self._attempt(text, text != "" and self._confirmable == event.value)
        if not problem:
            self.dismiss(text)
            return
        self._confirmable = event.value
        self.query_one("#answer", Static).update(marked("attention", problem))


class Confirm(ModalScreen[bool]):
    """Asks for a name to be typed before something is lost."""

    DEFAULT_CSS = Ask.DEFAULT_CSS.replace("Ask", "Confirm")
    BINDINGS: ClassVar[list[BindingType]] = [key("escape", "dismiss(False)", "Back", display="esc")]

    def __init__(self, title: str, words: str, name: str) -> None:
        super().__init__()
        self._title, self.words, self._name_to_type = title, words, name

    def compose(self) -> ComposeResult:
        """Draw the question."""
        with Vertical() as box:
            box.border_title = self._title
            yield Static(self.words, markup=False)
            yield TextLine(placeholder=self._name_to_type)
            yield Static(Content(""), id="answer", markup=False)
            yield Static(f"Type {self._name_to_type} and press enter to go on   esc Back", classes="keys", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on with the right name alone."""
        if event.value.strip() == self._name_to_type:
            self.dismiss(True)  # noqa: FBT003 - the screen's result
            return
        self.query_one("#answer", Static).update(marked("attention", f"That is not {self._name_to_type}."))
