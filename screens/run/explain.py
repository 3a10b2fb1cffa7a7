"""Explains concepts and errors, from a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kubetui.explain.concepts import concept
from kubetui.explain.plain import explained, look_up
from textual.content import Content

from screens.widgets.reader import Reader

if TYPE_CHECKING:
    from textual.app import App

COLUMNS = 96


def titles_of(names: Sequence[str]) -> tuple[str, ...]:
    """Return the titles of concepts."""
    return tuple(concept(name).title for name in names)


def shorts_of(names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return the titles of concepts, each with a sentence on what it is."""
    return tuple((found.title, found.short) for found in map(concept, names))


def explain(app: App[object], names: Sequence[str]) -> None:
    """Open the concepts."""
    texts = [explained(concept(name), COLUMNS) for name in names]
    app.push_screen(Reader("Concepts", Content("\n\n\n".join(texts))))


def explain_error(app: App[object], name: str) -> None:
    """Open the page of an error."""
    app.push_screen(Reader(name, Content(explained(look_up(name), COLUMNS))))
