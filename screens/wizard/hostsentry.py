"""A field of several rows for a list of machines, one a line; Enter on an empty line goes on."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.events import Key
from textual.widgets import TextArea

from kubetui.profile.questions.pages import Question
from screens.widgets.chrome import key


class HostsEntry(TextArea):
    """Lines to type or to paste. Up and down leave it at its ends, as in a form of single rows."""

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
        key("enter", "new_line", "Next line", tip="One more machine."),
        key("enter", "finish", "Continue", tip="On an empty line: to the next page, once this one is right."),
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
        # as in `TextLine`: what a key does is done before the letters that follow it
        for binding in self._bindings.key_to_bindings.get(event.key, ()):
            if await self.app.run_action(binding.action, self):
                event.stop()
                event.prevent_default()
                return
        await super()._on_key(event)

    @property
    def value(self) -> str:
        """The lines as they are typed."""
        return self.text

    @value.setter
    def value(self, text: str) -> None:
        self.text = text

    @property
    def _on_empty_line(self) -> bool:
        return bool(self.text.strip()) and not self.document.get_line(self.cursor_location[0]).strip()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what Enter does on this line."""
        if action in {"new_line", "finish"}:
            return self._on_empty_line == (action == "finish")
        return super().check_action(action, parameters)

    @on(TextArea.SelectionChanged)
    @on(TextArea.Changed)
    def see_line(self) -> None:
        """Show what Enter does now."""
        self.refresh_bindings()

    def action_new_line(self) -> None:
        """Begin another line, unless nothing is on this one."""
        if self.document.get_line(self.cursor_location[0]).strip():
            self.insert("\n")

    def action_finish(self) -> None:
        """Take the empty line away, and leave the page."""
        self.action_delete_left()
        self.screen.action_go_on()  # type: ignore[attr-defined]

    def action_above(self) -> None:
        """Go up a line, or to the field above."""
        if self.cursor_at_first_line:
            self.app.action_focus_previous()
        else:
            self.action_cursor_up()

    def action_below(self) -> None:
        """Go down a line, or to the field below."""
        if self.cursor_at_last_line:
            self.app.action_focus_next()
        else:
            self.action_cursor_down()
