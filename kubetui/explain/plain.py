"""Concepts and errors' pages as plain text, wrapped to a width; commands and links stay on one line."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Final

from kubetui.base.errors import UsageError
from kubetui.base.text import did_you_mean, shown
from kubetui.explain.concepts import Concept, all_concepts, find
from kubetui.explain.errors import ErrorPage, pages

MOST_COLUMNS: Final = 100
"""Longer lines are hard to read."""
CONTINUES: Final = "The same kubetui up continues where it stopped. The machine's whole output is in its log."
_RUN: Final = ("Machines", "Steps")
"""The sections of errors that end a run."""


def look_up(text: str) -> Concept | ErrorPage:
    """Return what a person asks about: an error by its id in capitals, else a concept, else an error.

    Raises UsageError with similar names.
    """
    known = pages()
    found = known.get(text) or find(text) or known.get(text.upper())
    if found is not None:
        return found
    names = [*(each.name for each in all_concepts()), *(id_.lower() for id_ in known)]
    guess = did_you_mean(text.lower(), dict.fromkeys(names), most=3, otherwise="")
    raise UsageError(
        f"There is no concept and no error called {shown(text)}.",
        fix=f"{guess} `kubetui explain` lists the concepts.".strip(),
    )


def names() -> tuple[str, ...]:
    """Return everything that can be explained: concepts, and errors by their ids."""
    return (*(each.name for each in all_concepts()), *pages())


def answer(text: str, columns: int) -> str:
    """Return what a person asks about, or the list of all concepts for an empty text. Raises UsageError."""
    return explained(look_up(text), columns) if text else listing(columns)


def explained(subject: Concept | ErrorPage, columns: int) -> str:
    """Return a concept or an error's page."""
    blocks = _concept(subject) if isinstance(subject, Concept) else _page(subject)
    return "\n\n".join("\n".join(_wrapped(block, columns)) for block in blocks)


def listing(columns: int) -> str:
    """Return every concept, one line each where the terminal is wide enough, and how to ask for more."""
    width = max(len(each.name) for each in all_concepts())
    rows = (named(each.name, each.short, width, columns) for each in all_concepts())
    more = "kubetui explain NAME explains one of them, and kubetui explain ID an error."
    return "\n".join([*rows, "", *textwrap.wrap(more, fitting(columns))])


def named(name: str, about: str, width: int, columns: int, *, indent: str = "") -> str:
    """Return a name, padded to the `width` of the longest, and what it is about, wrapped to the terminal."""
    return textwrap.fill(
        f"{indent}{name:<{width}}  {about}",
        fitting(columns),
        subsequent_indent=" " * (len(indent) + width + 2),
        break_on_hyphens=False,
    )


def continues(page: ErrorPage) -> bool:
    """Tell whether an error ends a run that the same command continues."""
    return page.section in _RUN


def related(page: ErrorPage) -> Concept | None:
    """Return the concept that has the same name as an error."""
    return find(page.id)


def _concept(each: Concept) -> Iterator[str]:
    yield f"{each.title}\n{'=' * len(each.title)}"
    yield from each.text.splitlines()
    yield f"Try {each.at.words}:\n  {each.command}"
    yield f"Read more:\n  {each.link}"
    yield f"See also: {', '.join(each.see)}"


def _page(page: ErrorPage) -> Iterator[str]:
    yield f"{page.id}\n{'=' * len(page.id)}"
    yield f"What happened: {page.happened}"
    yield f"What helps: {page.helps}"
    if continues(page):
        yield CONTINUES
    other = related(page)
    if other:
        yield f"See also: {other.name}"


def _wrapped(block: str, columns: int) -> Iterator[str]:
    for line in block.splitlines():
        if line.startswith("  "):
            yield line
        else:
            yield from textwrap.wrap(line, fitting(columns), break_long_words=False, break_on_hyphens=False)


def fitting(columns: int) -> int:
    """Return how wide text is to be in a terminal of this width."""
    return max(20, min(columns, MOST_COLUMNS))
