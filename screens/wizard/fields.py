"""One row per question: label, value, unit, and a word where the value is wrong."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.events import Blur, Focus, Key
from textual.message import Message
from textual.widgets import Input, Select, TextArea

from kubetui.profile.questions.pages import Question
from kubetui.profile.questions.typed import could_become_valid
from screens.widgets.chrome import key, marked
from screens.widgets.static import Static
from screens.widgets.symbols import signs
from screens.widgets.textline import TextLine
from screens.wizard.choices import Choice
from screens.wizard.hostsentry import HostsEntry

_WIDTHS = {"integer": 9, "address": 20, "cidr": 22}


class Entry(TextLine):
    """A one-row text field. A question mark opens the help, unless the value could contain one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "screen.next_field", "Next field"),
        key("up", "app.focus_previous", "Field above", show=False, first=True),
        key("down", "app.focus_next", "Field below", show=False, first=True),
    ]

    def __init__(self, question: Question, text: str) -> None:
        empty = _when_empty(question)
        super().__init__(text, empty, select_on_focus=False)
        self.question = question

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Tell whether a key is text; Textual leaves such keys out of the key bar."""
        return self._may_be_text(character) and super().check_consume_key(key, character)

    async def _on_key(self, event: Key) -> None:
        if event.character == "?" and not self._may_be_text("?"):
            event.prevent_default()  # but not stop(): the screen opens the help
            return
        await super()._on_key(event)

    def _may_be_text(self, character: str | None) -> bool:
        return character != "?" or could_become_valid(self.question, f"{self.value[: self.cursor_position]}?")


def _when_empty(question: Question) -> str:
    if not question.optional:
        return ""
    return f"such as {question.examples[0]}" if question.examples else "none"


def _control(question: Question, text: str) -> Entry | Choice | HostsEntry:
    if question.kind == "choice":
        return Choice(question, text)
    return HostsEntry(question, text) if question.kind == "hosts" else Entry(question, text)


class Field(Horizontal):
    """A question with its control, on one row."""

    DEFAULT_CSS = """
    Field { height: 1; }
    Field > Static { width: auto; }
    Field > .mark { width: 2; color: $accent; }
    Field > .label { width: 20; }
    Field > .unit { color: $foreground; padding: 0 2 0 1; }
    Field > Entry { width: 1fr; max-width: 48; }
    Field > Choice { width: 1fr; max-width: 48; }
    Field > .state { padding: 0 0 0 1; }
    Field.-rows { height: auto; }
    Field.-rows > .state { width: 9; }
    Field.-here > .label { color: $accent; text-style: bold; }
    """

    class Changed(Message):
        """The text of a field has changed."""

        def __init__(self, question: Question, text: str) -> None:
            super().__init__()
            self.question = question
            self.text = text

    class Left(Message):
        """The person has left a field."""

        def __init__(self, question: Question) -> None:
            super().__init__()
            self.question = question

    def __init__(self, question: Question, text: str) -> None:
        super().__init__()
        self.question = question
        self.control = _control(question, text)
        self.set_class(question.kind == "hosts", "-rows")
        if question.kind in _WIDTHS:
            self.control.styles.width = _WIDTHS[question.kind]

    @property
    def text(self) -> str:
        """The current text of the control; the message about it may still be queued."""
        return str(self.control.value)

    def compose(self) -> ComposeResult:
        """Draw the row."""
        yield Static("", classes="mark", markup=False)
        yield Static(self.question.title, classes="label", markup=False)
        yield self.control
        if self.question.unit:
            yield Static(self.question.unit, classes="unit", markup=False)
        yield Static("", classes="state", markup=False)

    def call(self, word: str) -> None:
        """Show what is wrong about the value, in a word; empty for nothing."""
        self.query_one(".state", Static).update(marked("failed", word) if word else "")

    def settle(self, text: str) -> None:
        """Show the text as it was read: 4 GiB as 4096. Lines stay as they were typed."""
        if self.text != text and self.question.kind != "hosts":
            self.control.value = text

    def on_descendant_focus(self, _event: Focus) -> None:
        """Mark the focused row, also for terminals without colour."""
        self.add_class("-here")
        self.query_one(".mark", Static).update(signs().here)

    def on_descendant_blur(self, _event: Blur) -> None:
        """Remove the mark, and report that the person left the field; its open list is still the field."""
        if self.has_focus_within:
            return
        self.remove_class("-here")
        self.query_one(".mark", Static).update("")
        self.post_message(self.Left(self.question))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Report the new text."""
        event.stop()
        self.post_message(self.Changed(self.question, event.value))

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Report the new text."""
        event.stop()
        self.post_message(self.Changed(self.question, event.text_area.text))

    def on_select_changed(self, event: Select.Changed) -> None:
        """Report the new choice."""
        event.stop()
        self.post_message(self.Changed(self.question, str(event.value)))
