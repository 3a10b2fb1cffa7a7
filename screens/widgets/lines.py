"""Fits texts into the rows and borders of a screen."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from textual.content import Content
from textual.widget import Widget

from kubetui.base.text import clean
from screens.widgets.symbols import signs


def fitted(text: str, width: int) -> str:
    """Return a cleaned text in exactly `width` cells, cut with an ellipsis where it is longer."""
    text = clean(text)
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    kept = set_cell_size(text, max(0, width - 1)).rstrip() + ("…" if signs().dot == "·" else ".")
    return set_cell_size(kept, max(0, width))


def entitle(widget: Widget, left: Content, right: Content | None = None) -> None:
    """Put a title into a widget's upper border, and a short text at the border's right end."""
    title = left
    if right is not None and right.cell_length:
        # the corners, and what Textual keeps free beside a title
        edges = 2 + 2 * (bool(widget.styles.border_left[0]) + bool(widget.styles.border_right[0]))
        room = widget.outer_size.width - right.cell_length - edges
        title = left.truncate(max(4, room - 4), ellipsis=True)
        line = signs().line * max(1, room - title.cell_length - 2)
        colour = "$border" if widget.has_pseudo_class("focus-within") else "$border-blurred"
        title = Content.assemble(title, " ", (line, f"not bold {colour}"), " ", right)
    if widget.border_title != title.markup:
        widget.border_title = title
