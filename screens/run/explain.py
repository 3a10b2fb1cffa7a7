"""Explains concepts and errors, from a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.app import App


def titles_of(names: Sequence[str]) -> tuple[str, ...]:
    """Return the titles of concepts."""
    return tuple(name.replace("-", " ") for name in names)


def explain(app: App[object], names: Sequence[str]) -> None:
    """Open the concepts."""
    raise NotImplementedError
