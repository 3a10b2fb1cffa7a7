"""A text widget that is always as tall as its text."""

from __future__ import annotations

import re

from textual import widgets
from textual.content import Content
from textual.visual import VisualType


class Static(widgets.Static):
    """Textual's Static, without a bug that now and then keeps the height of the previous text.

    Textual 8.2 caches a widget's height until the widget requests a layout, and merges two requests that arrive
    before the widget's turn. If another widget triggers a layout in between, the height of the first text is
    cached and kept.
    """

    def update(self, content: VisualType = "", *, layout: bool = True) -> None:
        """Show another text; `layout` is false where its size is certain to be the same."""
        super().update(content, layout=layout)
        if layout:
            self._layout_updates += 1

    def say(self, text: Content) -> None:
        """Show a text if it changed; request a layout only if its size changed."""
        before = self.content
        if not isinstance(before, Content) or not before.is_same(text):
            self.update(text, layout=not isinstance(before, Content) or _shape(before) != _shape(text))


def _shape(text: Content) -> str:
    """Return the text with all digits equal: a clock that ticks keeps its size."""
    return re.sub(r"\d", "0", text.plain)
