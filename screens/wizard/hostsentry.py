"""A text field for a list of machines, one per line; Enter on an empty line goes to the next field."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.events import Key
from textual.widgets import TextArea

from kubetui.profile.questions.pages import Question
from screens.widgets.chrome import key


class HostsEntry(TextArea):
    """Lines to type or paste. Up on the first line and down on the last move to the next field."""

    DEFAULT_CSS = """
    HostsEntry, HostsEntry:focus, HostsEntry:ansi {
        height: auto; min-height: 4; max-height: 9; width: 1fr; padding: 0; border: none;
        background: transparent; background-tint: transparent; scrollbar-size-vertical: 1;
    }
    HostsEntry .text-area--cursor-line, HostsEntry .text-area--cursor-gutter { background: transparent; }
    HostsEntry .text-area--gutter { color: $foreground; text-style: dim; }
    HostsEntry .text-area--cursor-gutter { color: $accent; }
    HostsEntry:nocolor .text-area--cursor { text-style: reverse; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "new_line", "Next line", tip="Add a machine."),
        key("enter", "finish", "Next field", tip="On an empty line: to the next field, or the next page."),
        key("up", "above", "Line above", show=False),
        key("down", "below", "Line below", show=False),
    ]

    def __init__(self, question: Question, text: str) -> None:
        super().__init__(
            text, show_line_numbers=True, compact=True, tab_behavior="focus", highlight_cursor_line=False,
            placeholder=f"such as {question.examples[0]}",
        )  # fmt: skip
        self.question = question
        self.cursor_blink = False
        self.move_cursor(self.document.end)

    async def _on_key(self, event: Key) -> None:
        # as in `TextLine`: a key acts before the letters typed after it
        for binding in self._bindings.key_to_bindings.get(event.key, ()):
            if await self.app.run_action(binding.action, self):
                event.stop()
                event.prevent_default()
                return
        await super()._on_key(event)

    @property
    def value(self) -> str:
        """The lines as typed."""
        return self.text

    @value.setter
    def value(self, text: str) -> None:
        self.text = text

    @property
    def _on_empty_line(self) -> bool:
        return bool(self.text.strip()) and not self.document.get_line(self.cursor_location[0]).strip()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the key that Enter is on this line."""
        if action in {"new_line", "finish"}:
            return self._on_empty_line == (action == "finish")
        return super().check_action(action, parameters)

    @on(TextArea.SelectionChanged)
    @on(TextArea.Changed)
    def show_keys(self) -> None:
        """Show what Enter does on this line."""
        self.refresh_bindings()

    def action_new_line(self) -> None:
        """Start another line, unless this one is empty."""
        if self.document.get_line(self.cursor_location[0]).strip():
            self.insert("\n")

    async def action_finish(self) -> None:
        """Remove the empty line, and go to the next field."""
        self.action_delete_left()
        await self.run_action("screen.next_field")

    def action_above(self) -> None:
        """Move up a line, or to the field above."""
        if self.cursor_at_first_line:
            self.app.action_focus_previous()
        else:
            self.action_cursor_up()

    def action_below(self) -> None:
        """Move down a line, or to the field below."""
        if self.cursor_at_last_line:
            self.app.action_focus_next()
        else:
            self.action_cursor_down()
