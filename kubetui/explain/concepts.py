"""Concepts: what stands behind the steps, each a few sentences, a command to try now, and a link to the official page.

Each is a Markdown file in `concepts/` with a YAML header, and is parsed here, once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any, Final, NoReturn

from kubetui.base import strictyaml

FENCE: Final = "---"
"""The line above and below a header."""
KEYS: Final = ("name", "title", "command", "at", "link", "see")


class At(StrEnum):
    """Where a concept's command runs."""

    CONTROL_PLANE = "control-plane"
    NODE = "node"
    HOST = "host"

    @property
    def words(self) -> str:
        """Return the place as a text calls it."""
        return {At.CONTROL_PLANE: "on the control plane", At.NODE: "on any node", At.HOST: "on this host"}[self]


@dataclass(frozen=True, slots=True)
class Concept:
    """A concept. `text` has one line for each paragraph, `see` the names of related concepts."""

    name: str
    title: str
    text: str
    command: str
    at: At
    link: str
    see: tuple[str, ...]

    @property
    def short(self) -> str:
        """Return the first sentence, which says what it is."""
        return self.text.partition(". ")[0].rstrip(".") + "."


def parse(file: str, text: str) -> Concept:
    """Parse a concept's file. Raises ValueError with the file and the line of what is wrong."""
    lines = text.splitlines()
    if lines[:1] != [FENCE] or FENCE not in lines[1:]:
        _refuse(file, 1, f"a header between two lines of {FENCE} is missing")
    end = lines.index(FENCE, 1)
    values = _header(file, "\n".join(lines[1:end]))
    body = "\n".join(lines[end + 1 :]).strip()
    if not body:
        _refuse(file, end + 1, "there is no text below the header")
    paragraphs = (" ".join(paragraph.split()) for paragraph in body.split("\n\n"))
    return Concept(**values, text="\n".join(paragraphs))


def _header(file: str, text: str) -> Mapping[str, Any]:
    document = strictyaml.read(text)
    for fault in document.faults:
        _refuse(file, fault.place.line + 1, fault.message)
    values = document.value
    if not isinstance(values, dict):
        _refuse(file, 1, "the header has no keys")
    missing = [key for key in KEYS if key not in values]
    if missing:
        _refuse(file, 1, f"the header lacks {', '.join(missing)}")
    for key, value in values.items():
        problem = _problem(file, key, value)
        if problem:
            _refuse(file, document.place((key,), of_key=True).line + 1, problem)
    return {**values, "at": At(values["at"]), "see": tuple(values["see"])}


def _problem(file: str, key: str, value: object) -> str:
    """Return what is wrong with one value of a header; empty if nothing is."""
    if key not in KEYS:
        return f"there is no key {key}; the keys are {', '.join(KEYS)}"
    if key == "see":
        names = isinstance(value, list) and all(isinstance(each, str) and each for each in value)
        return "" if names else "see is not a list of names"
    if not isinstance(value, str) or not value:
        return f"{key} is not a text"
    if key == "name" and file != f"{value}.md":
        return f"the file of {value} is {value}.md"
    if key == "at" and value not in set(At):
        return f"{value} is no place; the places are {', '.join(At)}"
    return ""


def _refuse(file: str, line: int, problem: str) -> NoReturn:
    raise ValueError(f"{file}, line {line}: {problem}")


@cache
def _by_name() -> Mapping[str, Concept]:
    folder = resources.files(__package__).joinpath("concepts")
    files = (file for file in folder.iterdir() if file.name.endswith(".md"))
    concepts = (parse(file.name, file.read_text(encoding="utf-8")) for file in files)
    return {each.name: each for each in sorted(concepts, key=lambda each: each.name)}


def all_concepts() -> tuple[Concept, ...]:
    """Return every concept, in the order of their names."""
    return tuple(_by_name().values())


def concept(name: str) -> Concept:
    """Return the concept of this name. Raises KeyError where there is none."""
    return _by_name()[name]


def find(text: str) -> Concept | None:
    """Return the concept that a person means, by its name or its title, in any case; None where there is none."""
    wanted = "-".join(text.lower().split())
    by_title = {"-".join(each.title.lower().split()): each for each in all_concepts()}
    return _by_name().get(wanted) or by_title.get(wanted)
