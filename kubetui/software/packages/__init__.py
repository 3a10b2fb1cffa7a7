"""Package families, one file each, and the catalogue that a profile chooses from.

The profile names the family, or the name of a box does; a machine is not asked. A plan shows every command before any
machine exists, so the scripts must be known by then. The alternative, scripts that carry every family's library and
pick one by /etc/os-release, would show commands that never run and would grow with each family. The step that inspects
a machine refuses one of another family before anything is installed, and says which field to set.
"""

from __future__ import annotations

from collections import ChainMap
from typing import Any

from kubetui.software.packages.apt import APT
from kubetui.software.packages.choices import AUTO, DEFAULT, ByBox
from kubetui.software.packages.dnf import DNF
from kubetui.software.packages.family import Family

CATALOGUE: dict[str, Family] = {
    "apt": APT,
    "dnf": DNF,
}
CHOICES: ChainMap[str, Any] = ChainMap({AUTO: ByBox()}, CATALOGUE)
"""What a profile says of most machines: a family, or that their box says it."""


def family_in(box: str) -> str | None:
    """Return the family that the name of a box tells; None where it tells none, or more than one."""
    found = [name for name, family in CATALOGUE.items() if family.named_in(box)]
    return found[0] if len(found) == 1 else None


__all__ = ["AUTO", "CATALOGUE", "CHOICES", "DEFAULT", "Family", "family_in"]
