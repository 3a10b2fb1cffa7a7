"""The package families with one more choice: to go by the name of the box."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from kubetui.software.packages.family import Family

AUTO: Final = "auto"
"""The choice of the family that the name of the box says."""
DEFAULT: Final = "apt"
"""The family where neither profile nor box says anything else."""


@dataclass(frozen=True, slots=True)
class ByBox:
    """The choice of no family by its name."""

    help: str = f"{AUTO} (what the name of the box says, else {DEFAULT})"
    """The text shown beside the choice, worded as the end of a sentence."""


@dataclass(frozen=True, eq=False)
class Choices(Mapping[str, Family | ByBox]):
    """A catalogue of families as it is now, and `AUTO` after them."""

    catalogue: Mapping[str, Family]

    def __getitem__(self, name: str) -> Family | ByBox:
        """Return what is chosen by a name."""
        return ByBox() if name == AUTO else self.catalogue[name]

    def __iter__(self) -> Iterator[str]:
        """Yield the names, the families first."""
        yield from (*self.catalogue, AUTO)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.catalogue) + 1
