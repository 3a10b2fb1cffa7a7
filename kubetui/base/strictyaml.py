"""YAML without surprises: turns text into plain values and their places.

It only accepts what cannot be misread: no aliases, so nothing can multiply; no tags, so nothing is constructed; no
`no` that means false and no `010` that means eight. It composes the pure Python parser's events with limits on depth
and number, so that a hostile file costs neither time nor memory.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import yaml

from kubetui.base.places import Document, Fault, KeyPath, Place
from kubetui.base.text import SHOWN, clean, shown

MAX_DEPTH = 20
"""Levels of nested groups; a profile with kubeadm patches needs about eight."""
MAX_VALUES = 5000
"""Values in one file; a profile with every key has about a hundred."""

_BOOLEANS = {"true": True, "false": False}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?[0-9]{1,40}\.[0-9]{0,40}([eE][-+][0-9]{1,3})?")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_SYNTAX_FIXES = {
    "mapping values are not allowed": "A value with a colon and a space in it needs quotes. "
    "Or the line above lacks its colon, or is indented otherwise.",
    "could not find expected ':'": "A key needs a colon and a space after it: name: lab",
    "expected <block end>": "Check the indentation: the keys of one group start in the same column.",
    "unexpected end of stream": "A quote or a bracket was opened and never closed.",
}


def read(text: str) -> Document:
    """Parse one YAML document. Raises nothing: problems are in its `faults`."""
    document = Document()
    if "\t" in text:
        document.faults.extend(_tabs(text))
        return document
    try:
        loader = yaml.SafeLoader(text)
    except yaml.reader.ReaderError as error:
        place = _place_at(text, error.position)
        message = f"Character number {ord(text[error.position])} is not allowed in YAML."
        document.faults.append(Fault(place, (), message, "Delete it; a control character is seldom meant."))
        return document
    try:
        _Composer(loader, document).compose()
    except yaml.MarkedYAMLError as error:
        document.faults.append(_syntax(error))
    except (ValueError, OverflowError):
        place = Place(loader.line + 1, loader.column + 1)
        document.faults.append(Fault(place, (), "A character or version number here is impossible.", _syntax_fix("")))
    finally:
        loader.dispose()
    return document


def _tabs(text: str) -> Iterator[Fault]:
    for number, line in enumerate(text.split("\n"), start=1):
        if "\t" in line:
            place = Place(number, line.index("\t") + 1)
            yield Fault(place, (), "There is a tab here, and YAML only allows spaces.", "Replace it by spaces.")


def _place_at(text: str, position: int) -> Place:
    before = text[:position]
    return Place(before.count("\n") + 1, position - before.rfind("\n"))


def _syntax_fix(problem: str) -> str:
    fixes = (fix for words, fix in _SYNTAX_FIXES.items() if words in problem)
    return next(fixes, "Check quotes, brackets and indentation around this line.")


def _syntax(error: yaml.MarkedYAMLError) -> Fault:
    mark = error.problem_mark or error.context_mark
    place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
    problem = clean(str(error.problem or "it cannot be read").splitlines()[0])[:200]
    context = f" ({clean(error.context)[:100]})" if error.context else ""
    return Fault(place, (), f"This is not YAML: {problem}{context}.", _syntax_fix(problem))


class _TooMuchError(Exception):
    """Ends the parsing of a document that is too deep or too large; its fault is already noted."""


class _Composer:
    """Composes one document's events into values."""

    def __init__(self, loader: yaml.SafeLoader, document: Document) -> None:
        self._loader = loader
        self._document = document
        self._count = 0

    def compose(self) -> None:
        self._next()
        if self._loader.check_event(yaml.StreamEndEvent):
            return
        self._next()
        try:
            self._document.value = self._node(self._next(), ())
        except _TooMuchError:
            return
        self._next()
        if not self._loader.check_event(yaml.StreamEndEvent):
            self._fault(self._next(), (), "A second document begins here.", "Keep one profile per file: delete ---.")

    def _next(self) -> Any:
        return self._loader.get_event()  # type: ignore[no-untyped-call]  # types-PyYAML lacks it

    def _fault(self, event: Any, path: KeyPath, message: str, fix: str) -> None:
        self._document.faults.append(Fault(_start(event), path, message, fix))

    def _node(self, event: Any, path: KeyPath) -> Any:
        self._document.values[path] = _start(event)
        self._guard(event, path)
        if isinstance(event, yaml.AliasEvent):
            self._fault(event, path, f"*{shown(event.anchor)} is an alias.", "Write out the value where it is needed.")
            return None
        if event.anchor is not None:
            self._fault(event, path, f"&{shown(event.anchor)} is an anchor.", "Delete it; aliases are not allowed.")
        if event.tag is not None:
            tag = str(event.tag).replace("tag:yaml.org,2002:", "!!")
            self._fault(event, path, f"{shown(tag)} is a tag.", "Delete it; a value's type follows from its key.")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        return self._scalar(event, path)

    def _guard(self, event: Any, path: KeyPath) -> None:
        self._count += 1
        if len(path) > MAX_DEPTH:
            self._fault(event, (), f"There are more than {MAX_DEPTH} nested groups here.", "Nest fewer groups.")
            raise _TooMuchError
        if self._count > MAX_VALUES:
            self._fault(event, (), f"There are more than {MAX_VALUES} values.", "Shorten the file.")
            raise _TooMuchError

    def _sequence(self, path: KeyPath) -> list[Any]:
        items: list[Any] = []
        while not self._loader.check_event(yaml.SequenceEndEvent):
            items.append(self._node(self._next(), (*path, len(items))))
        self._next()
        return items

    def _mapping(self, path: KeyPath) -> dict[str, Any]:
        pairs: dict[str, Any] = {}
        while not self._loader.check_event(yaml.MappingEndEvent):
            event = self._next()
            key = self._key(event, path)
            if key is None:
                self._node(self._next(), (*path, "?"))
            elif key in pairs:
                first = self._document.keys[(*path, key)].line
                self._fault(
                    event, (*path, key), f"{shown(key)} appears twice, first in line {first}.", "Keep one of them."
                )
                self._node(self._next(), (*path, "?"))
            else:
                self._document.keys[(*path, key)] = _start(event)
                pairs[key] = self._node(self._next(), (*path, key))
        self._next()
        return pairs

    def _key(self, event: Any, path: KeyPath) -> str | None:
        """Return a key, or None after noting the fault of an invalid one."""
        if isinstance(event, yaml.ScalarEvent) and event.value == "<<" and event.implicit[0]:
            self._fault(event, (*path, "?"), "<< is a merge key.", "Write out the keys where they are needed.")
            return None
        before = len(self._document.faults)
        key = self._node(event, (*path, "?"))
        if isinstance(key, str) and len(self._document.faults) == before:
            return key
        if len(self._document.faults) == before:
            text = shown(event.value) if isinstance(event, yaml.ScalarEvent) else "This"
            self._fault(event, (*path, "?"), f"{text} is not text, but a key must be.", "Put the key in quotes.")
        return None

    def _kind(self, text: str) -> str:
        """Return the type that YAML 1.1 gives a plain scalar: str, int, float, bool, null and a few more."""
        tag: str = self._loader.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]  # as above
        return tag.rpartition(":")[2]

    def _scalar(self, event: Any, path: KeyPath) -> Any:
        text: str = event.value
        if _UNPRINTABLE.search(text):
            self._fault(event, path, "There is a control character in this text.", "Delete it.")
            return None
        plain = event.implicit[0] and len(text) <= 2 * SHOWN
        kind = self._kind(text) if plain else "str"
        if kind == "null":
            return None
        if kind not in {"bool", "int", "float"}:
            return text
        self._document.raw[path] = text
        value = _number(kind, text)
        if value is None:
            fix = f'Put it in quotes: "{shown(text)}". Or write true, false or a plain decimal number.'
            self._fault(event, path, f"{shown(text)} means different things to different YAML programs.", fix)
        return value


def _start(event: Any) -> Place:
    return Place(event.start_mark.line + 1, event.start_mark.column + 1)


def _number(kind: str, text: str) -> bool | int | float | None:
    """Return the value of an unambiguous plain scalar, or None."""
    if kind == "bool":
        return _BOOLEANS.get(text)
    if kind == "int":
        return int(text) if _INTEGER.fullmatch(text) else None
    value = float(text) if _FLOAT.fullmatch(text) else math.inf
    return value if math.isfinite(value) else None
