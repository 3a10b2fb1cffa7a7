"""Positions in a file that a person wrote, so that a message can point at them.

A path names a key or a value as the file nests it. A parser fills a `Document`; whoever validates its values
looks up the place of a path there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kubetui.base.text import shown

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a file; line and column count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Fault:
    """A problem in a file: its place, its key, why, and what to do."""

    place: Place
    path: KeyPath
    message: str
    fix: str


@dataclass(slots=True)
class Document:
    """A file's values, and the place of each key and value.

    `values` maps a path to its value's place, `keys` to its key's place, `raw` to the text of a plain scalar before
    it became a number. Do not trust a value under the path of a fault.
    """

    value: Any = None
    values: dict[KeyPath, Place] = field(default_factory=dict)
    keys: dict[KeyPath, Place] = field(default_factory=dict)
    raw: dict[KeyPath, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def place(self, path: KeyPath, *, of_key: bool = False) -> Place:
        """Return the place of a path, or of its nearest parent in the file."""
        if of_key and path in self.keys:
            return self.keys[path]
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, Place(1, 1))


def dotted(path: KeyPath) -> str:
    """Return a path as people write it.

    >>> dotted(("kubernetes", "patches", 0, "kind"))
    'kubernetes.patches[0].kind'
    """
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{shown(part)}" for part in path)
    return text.removeprefix(".")
