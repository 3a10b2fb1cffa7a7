"""Advice about a profile as the wizard gives it: with the fields of its pages in place of the profile's keys."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from kubetui.profile.questions.pages import Question, pages

_KEY: Final = re.compile(r"\b[a-z]+(?:\.[a-z_0-9]+)+\b")


def fields(advice: str) -> tuple[Question, ...]:
    """Return the questions whose keys an advice names."""
    asked = {".".join(question.path): question for page in pages() for question in page.questions}
    return tuple(dict.fromkeys(asked[key] for key in _KEY.findall(advice) if key in asked))


def for_pages(advice: str) -> str:
    """Return an advice with each field by its title, and with the page that it is on.

    >>> for_pages("Choose a smaller number in machines.cpus.")
    'Choose a smaller number in CPUs each. CPUs each is on the page Machines.'
    """
    found = fields(advice)
    if not found:
        return advice
    titles = {".".join(question.path): question.title for question in found}
    told = _KEY.sub(lambda key: titles.get(key[0], key[0]), advice)
    where = [page.title for page in pages() if set(page.questions) & set(found)]
    are, there = "is" if len(found) == 1 else "are", "page" if len(where) == 1 else "pages"
    return f"{told} {_and(titles.values())} {are} on the {there} {_and(where)}."


def _and(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
