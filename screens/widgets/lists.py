"""A list for the keyboard, with j and k and a mark on the chosen row, and a search line that filters it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.segment import Segment
from textual import on
from textual.binding import BindingType
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.strip import Strip
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from screens.widgets.chrome import PlainScreen, key
from screens.widgets.symbols import signs
from screens.widgets.textline import TextLine


class RowList(OptionList, inherit_bindings=False):
    """Rows of which one is chosen; a mark shows which, also without colour.

    The screen handles Enter. A click chooses a row, and a double click sends `OptionSelected`.
    """

    DEFAULT_CSS = """
    RowList, RowList:focus, RowList:ansi {
        border: none; padding: 0; background: transparent; background-tint: transparent;
    }
    RowList { scrollbar-size-vertical: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    RowList > .option-list--option { padding: 0; }
    RowList > .option-list--option-disabled { color: $foreground; }
    RowList > .option-list--option-highlighted, RowList:focus > .option-list--option-highlighted {
        color: $foreground; background: transparent; text-style: none;
    }
    RowList:focus > .option-list--option-highlighted { color: $accent; text-style: bold; }
    RowList > .option-list--option-hover { background: transparent; text-style: underline; }
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

    def show_rows(self, rows: Iterable[tuple[str, Content]]) -> None:
        """Show these rows, keyed by id; an id that starts with a dash is a heading. Keeps the choice if it can."""
        chosen = self.chosen
        self._contents = dict(rows)
        self._marked = None
        self.clear_options()
        self.add_options(Option(self._drawn(id_, here=False), id_, disabled=id_[0] == "-") for id_ in self._contents)
        if not self.choose(chosen):
            self.action_first()

    @property
    def chosen(self) -> str | None:
        """The id of the chosen row."""
        return self.highlighted_option.id if self.highlighted_option else None

    def choose(self, row: str | None) -> bool:
        """Choose a row by its id, and tell whether it exists."""
        if row is None or row not in self._contents:
            return False
        self.highlighted = self.get_option_index(row)
        return True

    def watch_highlighted(self, highlighted: int | None) -> None:
        """Move the mark."""
        super().watch_highlighted(highlighted)
        self.redraw_mark()

    def redraw_mark(self) -> None:
        """Draw the mark where it is now, and no longer where it was."""
        for row, here in ((self._marked, False), (self.chosen, True)):
            if row is not None and row in self._contents:
                self.replace_option_prompt(row, self._drawn(row, here=here))
        self._marked = self.chosen

    async def _on_click(self, event: Click) -> None:
        event.prevent_default()
        clicked = event.style.meta.get("option")
        if clicked is None or self.get_option_at_index(clicked).disabled:
            return
        self.highlighted = clicked
        if event.chain > 1:
            self.action_select()

    def _drawn(self, row: str, *, here: bool) -> Content:
        return Content.assemble(f"{signs().here} " if here else "  ", self._contents[row])


class SearchLine(TextLine):
    """The search line that `/` opens. Enter returns to the list; Esc clears the search.

    A `hint` stands behind a text that still filters the list, once the list has the focus.
    """

    DEFAULT_CSS = """
    SearchLine { display: none; padding: 0 2; }
    SearchLine.-open { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [key("escape", "close", "All", display="esc", tip="Clear the search.")]

    class Typed(Message):
        """The search text has changed; empty for none."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Closed(Message):
        """The search line gives the focus back."""

    def __init__(self, hint: str = "") -> None:
        super().__init__(placeholder="text to search for")
        self._hint = hint

    def render_line(self, y: int) -> Strip:
        """Draw the text; in the list, also how to clear it."""
        if self.has_focus or not self._hint:
            return super().render_line(y)
        words = f"Only what contains {self.value.strip()}: {self._hint}"
        return Strip([Segment(words, self.rich_style)]).adjust_cell_length(self.content_size.width, self.rich_style)

    def open(self) -> None:
        """Open the search line."""
        self.add_class("-open")
        self.focus()

    def action_close(self) -> None:
        """Clear the search and close the line."""
        self.value = ""
        self._close()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter the list."""
        event.stop()
        self.post_message(self.Typed(event.value.strip().lower()))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Return to the list."""
        event.stop()
        self._close()

    def _close(self) -> None:
        self.set_class(bool(self.value), "-open")
        self.post_message(self.Closed())


class SearchScreen(PlainScreen):
    """A screen with a `RowList` and a `SearchLine` that filters it.

    `LEAVING` is the action of the key that clears the search where there is one.
    """

    LEAVING: ClassVar[str] = "back"

    def __init__(self) -> None:
        super().__init__()
        self._search = ""
        """The text that rows must contain, in lower case."""

    def show_rows(self) -> None:
        """Show the rows that contain the search text."""
        raise NotImplementedError

    def action_search(self) -> None:
        """Open the search line."""
        self.query_one(SearchLine).open()

    def action_clear_search(self) -> None:
        """Show every row again."""
        self.query_one(SearchLine).action_close()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let the key that leaves a screen clear the search first."""
        if action in {"clear_search", self.LEAVING}:
            return bool(self._search) == (action == "clear_search")
        return super().check_action(action, parameters)

    @on(SearchLine.Typed)
    def filter_rows(self, event: SearchLine.Typed) -> None:
        """Filter the list."""
        self._search = event.text
        self.show_rows()
        self.refresh_bindings()

    @on(SearchLine.Closed)
    def focus_list(self) -> None:
        """Return to the list."""
        self.found_list().focus()

    def found_list(self) -> RowList:
        """Return the list to which the search leads back."""
        return self.query_one(RowList)
