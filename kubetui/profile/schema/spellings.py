"""What people write for an amount of memory and for a version, read as the one spelling that a profile keeps."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from pydantic import WithJsonSchema

from kubetui.base.text import shown

_AMOUNT: Final = re.compile(r"([0-9]{1,8}(?:\.[0-9]{1,4})?) *(m|mb|mib|g|gb|gib|)", re.ASCII | re.IGNORECASE)
_SPOKEN: Final = re.compile(r"[vV](?=[0-9])")
_VERSION: Final = re.compile(r"1\.(0|[1-9][0-9]?)(\.(0|[1-9][0-9]{0,2}))?", re.ASCII)
_PATTERN: Final = r"^[0-9]+(\.[0-9]+)? *([mM]|[mM][iI]?[bB]|[gG]|[gG][iI]?[bB])?$"
"""An amount of memory with its unit, for editors that check a profile."""


def amounts(least: int, most: int) -> WithJsonSchema:
    """Return what the JSON Schema says of an amount in MiB: a number of them, or text such as 4 GiB."""
    return WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": least, "maximum": most},
                {"type": "string", "pattern": _PATTERN},
            ]
        }
    )


def amount(value: object) -> object:
    """Return MiB for an amount such as `4 GiB`, `4g` or `4096`; `MB` and `GB` mean MiB and GiB, as with memory itself.

    Other types pass through. Raises ValueError for text that is no amount.
    """
    return _mebibytes(value, "is not an amount of memory. Write MiB, such as 4096, or 4 GiB.")


def disk_size(value: object) -> object:
    """Return MiB for the size of a disk, read as `amount` reads memory. Raises ValueError for text that is none."""
    return _mebibytes(value, "is not the size of a disk. Write MiB, such as 10240, or 10 GiB.")


def _mebibytes(value: object, otherwise: str) -> object:
    if not isinstance(value, str):
        return value
    found = _AMOUNT.fullmatch(value.strip())
    if not found:
        raise ValueError(f"{shown(value)} {otherwise}")
    number, unit = Decimal(found[1]), found[2].lower()
    mebibytes = number * 1024 if unit.startswith("g") else number
    if mebibytes != mebibytes.to_integral_value():
        exact, whole = f"{mebibytes.normalize():f}", int(mebibytes) + 1
        raise ValueError(f"{shown(value)} is {exact} MiB, and only whole MiB can be had: write {whole}.")
    return int(mebibytes)


def spoken_version(value: object) -> object:
    """Return a version without the v that people and tags put before it; other types pass through."""
    return _SPOKEN.sub("", value.strip(), count=1) if isinstance(value, str) else value


def version(text: str) -> str:
    """Return a version 1.MINOR or 1.MINOR.PATCH. Raises ValueError that says how it is written."""
    if _VERSION.fullmatch(text):
        return text
    if not text:
        raise ValueError("There is no version. Write one such as 1.37, or 1.37.2.")
    alone = re.fullmatch(r"[1-9][0-9]", text, re.ASCII)
    instead = f"1.{text}" if alone else "1.37 for its newest release, or 1.37.2 for exactly that one"
    raise ValueError(f"{shown(text)} is not a version of Kubernetes. Write {instead}.")


def spoken_off(value: object) -> object:
    """Return the text off for what YAML reads from it without quotes, which is false."""
    return "off" if value is False else value
