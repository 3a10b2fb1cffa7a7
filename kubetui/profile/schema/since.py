"""Since which version of kubetui a profile may have a field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pydantic.fields import FieldInfo

FIRST: Final = "0.1"
"""The version of kubetui that every field has been there since, unless it says otherwise."""


@dataclass(frozen=True, slots=True)
class Since:
    """The version of kubetui that a field came with: `Annotated[Memory, Since("0.2")]`."""

    version: str


def since(field: FieldInfo) -> str:
    """Return the version of kubetui that a field came with."""
    return next((each.version for each in field.metadata if isinstance(each, Since)), FIRST)
