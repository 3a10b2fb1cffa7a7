"""Values that the command line sets in a profile: `--set machines.workers=3`, and --name and --provider."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from kubetui.base import strictyaml
from kubetui.base.errors import UsageError
from kubetui.base.places import Document, KeyPath, Place
from kubetui.base.text import shown

_EXAMPLE: Final = r"Write a field and its value, such as --set machines.workers=3; a dot of a name is \."
_DOT: Final = re.compile(r"(?<!\\)\.")


@dataclass(frozen=True, slots=True)
class Typed(Place):
    """The place of a value that is in no file, but was typed with an option."""

    option: str = "--set"


@dataclass(frozen=True, slots=True)
class Setting:
    """A value for a field of a profile; `raw` is its text, `option` what it was typed with."""

    path: KeyPath
    value: Any
    raw: str
    option: str = "--set"


def read(text: str) -> Setting:
    r"""Read a field and its value as --set has them; the value is YAML, and a dot of a name is \. Raises UsageError.

    >>> read(r"mirrors.registries.docker\.io=http://m").path
    ('mirrors', 'registries', 'docker.io')
    """
    key, equals, raw = text.partition("=")
    parts = (part.replace(r"\.", ".") for part in _DOT.split(key.strip()))
    path = tuple(int(part) if part.isdecimal() else part for part in parts)
    if not equals or not all(part != "" for part in path):
        raise UsageError(f"--set {shown(text)} sets nothing.", fix=_EXAMPLE)
    document = strictyaml.read(raw)
    if document.faults:
        fix = "Put the value in quotes: 'field=\"value\"'."
        raise UsageError(f"--set {shown(text)} cannot be read. {document.faults[0].message}", fix=fix)
    # 1.30 would be the number 1.3, and a shell has taken the quotes away that a file would have
    version = isinstance(document.value, float) and path[-1] == "version"
    return Setting(path, raw.strip() if version else document.value, raw.strip())


def apply(document: Document, settings: Sequence[Setting]) -> None:
    """Set values in a profile's document. Raises UsageError where a path leads through something that has no fields."""
    for setting in settings:
        value, path = document.value, setting.path
        for depth, (part, following) in enumerate(pairwise(path), start=1):
            value = _inner(value, part, following, setting)
            if path[:depth] not in document.values:
                document.values[path[:depth]] = document.keys[path[:depth]] = Typed(0, 0, setting.option)
        _put(value, path[-1], setting)
        _forget(document, path)
        document.values[path] = document.keys[path] = Typed(0, 0, setting.option)
        document.raw[path] = setting.raw


def _inner(value: Any, part: str | int, following: str | int, setting: Setting) -> Any:
    """Return what a value has under a key or an index; a group that is not there is made."""
    if isinstance(value, dict):
        if value.get(part) is None:
            if isinstance(following, int):
                raise _lost(setting)
            value[part] = {}
        return value[part]
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return value[part]
    raise _lost(setting)


def _put(value: Any, part: Any, setting: Setting) -> None:
    if not isinstance(value, dict) and not (isinstance(value, list) and isinstance(part, int) and part < len(value)):
        raise _lost(setting)
    value[part] = setting.value


def _lost(setting: Setting) -> UsageError:
    path = ".".join(map(str, setting.path))
    return UsageError(f"--set {shown(path)}: the profile has nothing there that could take a value.", fix=_EXAMPLE)


def _forget(document: Document, path: KeyPath) -> None:
    """Forget the faults and places of what a setting replaces."""
    document.faults[:] = [fault for fault in document.faults if not fault.path or fault.path[: len(path)] != path]
    for places in (document.values, document.keys, document.raw):
        for old in [each for each in places if each[: len(path)] == path]:
            del places[old]
