"""Add-ons as one line of text: names with commas between, and after a name what its entry has besides.

The wizard and its plain questions take them like this: `storage, loadbalancer addresses=192.168.56.240-192.168.56.250`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from kubetui.base.text import did_you_mean
from kubetui.profile.schema.addons import Chosen
from kubetui.software.addons import CATALOGUE

EXAMPLE: Final = "storage, metrics"
HOW: Final = "Write names with commas between, such as storage, metrics; after a name, version= and the like."
_NUMBERS: Final = frozenset(key for key, field in Chosen.model_fields.items() if field.annotation == int | None)
_KEYS: Final = tuple(key for key in Chosen.model_fields if key != "name")


def parse(text: str) -> list[str | dict[str, str | int]]:
    """Return the add-ons in a line as a profile's file has them; the profile validates names and values.

    Raises ValueError, with a sentence for the person, where a word after a name is no KEY=VALUE of an add-on.
    """
    return [_entry(part.split()) for part in text.split(",") if part.strip()]


def _entry(words: list[str]) -> str | dict[str, str | int]:
    name, *more = words
    said = dict(_pair(name, word) for word in more)
    return {"name": name, **said} if said else name


def _pair(name: str, word: str) -> tuple[str, str | int]:
    key, equals, value = word.partition("=")
    if not equals and key in CATALOGUE:
        raise ValueError(f"There is no comma between {name} and {key}.")
    if not equals or key not in _KEYS:
        raise ValueError(f"{word} means nothing after {name}. {did_you_mean(key, _KEYS)}")
    if not value:
        raise ValueError(f"{word} of {name} has no value.")
    return key, int(value) if key in _NUMBERS and value.isascii() and value.isdecimal() else value


def written(entries: Iterable[str | Mapping[str, Any]]) -> str:
    """Return add-ons as a line; `parse` reverses it."""
    return ", ".join(" ".join(_words(each)) for each in entries)


def _words(entry: str | Mapping[str, Any]) -> Iterator[str]:
    if isinstance(entry, str):
        yield entry
        return
    yield str(entry["name"])
    yield from (f"{key}={entry[key]}" for key in _KEYS if entry.get(key) is not None)


def could_go_on(text: str) -> bool:
    """Return whether the last name of a line may become one that there is; what follows a name is never wrong yet."""
    last = text.rpartition(",")[2].lstrip()
    return " " in last or any(name.startswith(last) for name in CATALOGUE)
