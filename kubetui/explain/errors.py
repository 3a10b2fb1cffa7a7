"""The errors' pages, read from the tables of errors.md: what happened, and what helps, for each id."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

FILE: Final = "errors.md"
_ID: Final = re.compile(r"[A-Z][A-Z-]+")
_LINK: Final = re.compile(r"\[([^]]+)\]\([^)]+\)")
_COLUMNS: Final = 3


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """An error's page. `section` says what kind of thing failed."""

    id: str
    section: str
    happened: str
    helps: str


def parse(text: str) -> Iterator[ErrorPage]:
    """Yield the page of every id. Raises ValueError with the line of a row that is wrong, or of an id's second row."""
    section, seen = "", set[str]()
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("## "):
            section = line.removeprefix("## ")
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        ids = cells[0].split(", ")
        if not line.startswith("| ") or not all(map(_ID.fullmatch, ids)):
            continue
        if len(cells) != _COLUMNS or not all(cells):
            raise ValueError(f"{FILE}, line {number}: a row has an id, what happened, and what helps")
        for id_ in ids:
            if id_ in seen:
                raise ValueError(f"{FILE}, line {number}: {id_} has a row already")
            seen.add(id_)
            yield ErrorPage(id_, section, _sentence(cells[1]), _sentence(cells[2]))


def _sentence(cell: str) -> str:
    text = _LINK.sub(r"\1", cell)
    # a command keeps its small letter
    begin = text if text.startswith("`") else text[0].upper() + text[1:]
    return begin if begin.endswith(".") else f"{begin}."


@cache
def pages() -> Mapping[str, ErrorPage]:
    """Return every error's page, by its id."""
    text = resources.files(__package__).joinpath(FILE).read_text(encoding="utf-8")
    return {page.id: page for page in parse(text)}
