"""Package families, one file each, and the catalogue that a profile chooses from.

The profile names the family, in `machines.packages`; kubetui does not detect it. A plan shows every command before
any machine exists, so the scripts must be known by then. The alternative, scripts that carry every family's library
and pick one by /etc/os-release, would show commands that never run and would grow with each family. The step that
inspects a machine refuses one of another family before anything is installed.
"""

from __future__ import annotations

from kubetui.software.packages.apt import APT
from kubetui.software.packages.family import Family

CATALOGUE: dict[str, Family] = {
    "apt": APT,
}

__all__ = ["CATALOGUE", "Family"]
