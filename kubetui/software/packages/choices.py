"""The choice of the package family that the name of the box says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

AUTO: Final = "auto"
"""Its name in a profile."""
DEFAULT: Final = "apt"
"""The family where neither profile nor box says anything else."""


@dataclass(frozen=True, slots=True)
class ByBox:
    """A choice beside the families by their names."""

    help: str = f"{AUTO} (what the name of the box says, else {DEFAULT})"
    """The text shown beside the choice, worded as the end of a sentence."""
