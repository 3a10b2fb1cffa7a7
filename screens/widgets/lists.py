"""A list of lines for the keyboard: j and k, a mark at the chosen line, and a search that narrows it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from screens.widgets.chrome import key
from screens.widgets.symbols import signs
from screens.widgets.textline import TextLine


class Lines(OptionList, inherit_bindings=False):
    """Lines of which one is chosen. The mark before it tells it apart without colour.

    Enter is for the screen; a click chooses, and a double click is an `OptionSelected`.
    """

    DEFAULT_CSS = """
    Lines, Lines:focus, Lines:ansi { border: none; padding: 0; background: transparent; background-tint: transparent; }
    Lines { scrollbar-size-vertical: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    Lines > .option-list--option { padding: 0; }
    Lines > .option-list--option-disabled { color: $foreground; }
    Lines > .option-list--option-highlighted, Lines:focus > .option-list--option-highlighted {
        color: $foreground; background: transparent; text-style: none;
    }
    Lines:focus > .option-list--option-highlighted { color: $accent; text-style: bold; }
    Lines > .option-list--option-hover { background: transparent; text-style: underline; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("down,j", "cursor_down", "Down", show=False),
        key("up,k", "cursor_up", "Up", show=False),
        key("pagedown,ctrl+d", "page_down", "Page down", show=False),
        key("pageup,ctrl+u", "page_up", "Page up", show=False),
        key("home", "first", "First", show=False),
        key("end", "last", "Last", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own word
        super().__init__(id=id, compact=True, markup=False)
        self._contents: dict[str, Content] = {}
        self._marked: str | None = None

    def show_lines(self, lines: Iterable[tuple[str, Content]]) -> None:
        """Show these lines, keyed by id; an id that begins with a dash is a heading. The choice stays if it can."""
        chosen = self.chosen
        self._contents = dict(lines)
        self._marked = None
        self.clear_options()
        self.add_options(Option(self._drawn(id_, here=False), id_, disabled=id_[0] == "-") for id_ in self._contents)
        if not self.choose(chosen):
            self.action_first()

    @property
    def chosen(self) -> str | None:
        """The id of the chosen line."""
        return self.highlighted_option.id if self.highlighted_option else None

    def choose(self, line: str | None) -> bool:
        """Choose a line, and tell whether it is there."""
        if line is None or line not in self._contents:
            return False
        self.highlighted = self.get_option_index(line)
        return True

    def watch_highlighted(self, highlighted: int | None) -> None:
        """Move the mark."""
        super().watch_highlighted(highlighted)
        for line, here in ((self._marked, False), (self.chosen, True)):
            if line is not None and line in self._contents:
                self.replace_option_prompt(line, self._drawn(line, here=here))
        self._marked = self.chosen

    async def _on_click(self, event: Click) -> None:
        event.prevent_default()
        clicked = event.style.meta.get("option")
        if clicked is None or self.get_option_at_index(clicked).disabled:
            return
        self.highlighted = clicked
        if event.chain > 1:
            self.action_select()

    def _drawn(self, line: str, *, here: bool) -> Content:
        return Content.assemble(f"{signs().here} " if here else "  ", self._contents[line])


class SearchLine(TextLine):
    """The line that `/` opens. Enter goes to what was found, Esc puts everything back."""

    DEFAULT_CSS = """
    SearchLine { display: none; padding: 0 2; }
    SearchLine.-open { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [key("escape", "close", "All", display="esc", tip="Show everything again.")]

    class Sought(Message):
        """Another text is looked for; empty for none."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Ended(Message):
        """The search is over, and the list has the keys again."""

    def __init__(self) -> None:
        super().__init__(placeholder="a word to look for")

    def open(self) -> None:
        """Begin."""
        self.add_class("-open")
        self.focus()

    def action_close(self) -> None:
        """End, and look for nothing."""
        self.value = ""
        self._end()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list."""
        event.stop()
        self.post_message(self.Sought(event.value.strip().lower()))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go to what was found."""
        event.stop()
        self._end()

    def _end(self) -> None:
        self.set_class(bool(self.value), "-open")
        self.post_message(self.Ended())
