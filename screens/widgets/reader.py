"""A full-screen text to read and copy."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen

from screens.widgets.chrome import key
from screens.widgets.static import Static


class Reader(ModalScreen[None]):
    """Shows a text; `y` copies `copied`, or else the text itself."""

    DEFAULT_CSS = """
    Reader { background: $background; }
    Reader > VerticalScroll { height: 100%; padding: 0 1; border: round $border; background: $surface; }
    Reader > VerticalScroll { scrollbar-size-vertical: 1; }
    Reader Static { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape,q,space,enter", "dismiss", "Close", display="esc"),
        key("y", "copy", "Copy"),
        key("j", "scroll(1)", "Down", show=False),
        key("k", "scroll(-1)", "Up", show=False),
    ]

    def __init__(self, title: str, text: Content, copied: str = "") -> None:
        super().__init__()
        self._title, self._text, self._copied = title, text, copied

    def compose(self) -> ComposeResult:
        """Draw the text."""
        with VerticalScroll() as box:
            box.border_title = self._title
            box.border_subtitle = "esc Close   y Copy"
            yield Static(self._text, markup=False)

    def action_scroll(self, rows: int) -> None:
        """Scroll."""
        self.query_one(VerticalScroll).scroll_relative(y=rows, animate=False)

    def action_copy(self) -> None:
        """Copy the text to the clipboard, if the terminal allows it."""
        self.app.copy_to_clipboard(self._copied or self._text.plain)
        self.app.notify("Copied.", markup=False)
