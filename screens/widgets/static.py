"""Text on a screen that is as tall as what it says."""

from __future__ import annotations

import re

from textual import widgets
from textual.content import Content
from textual.visual import VisualType


class Static(widgets.Static):
    """Textual's own, which now and then stays as tall as the words before.

    Textual 8.2 remembers a widget's height until the widget asks for a layout, and takes two askings that come
    before the widget's turn for one. When another widget lets the screen be laid out in between, the height of
    the first words is remembered, and stays.
    """

    def update(self, content: VisualType = "", *, layout: bool = True) -> None:
        """Say something else; `layout` is false where it takes as much room for certain."""
        super().update(content, layout=layout)
        if layout:
            self._layout_updates += 1

    def say(self, words: Content) -> None:
        """Say words that may be the same as before: then nothing is drawn, and only another shape is laid out anew."""
        before = self.content
        if not isinstance(before, Content) or not before.is_same(words):
            self.update(words, layout=not isinstance(before, Content) or _shape(before) != _shape(words))


def _shape(words: Content) -> str:
    """Return what the room that words take depends on: times go on, and stay as wide."""
    return re.sub(r"\d", "0", words.plain)
