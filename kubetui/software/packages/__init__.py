"""Package families, one file each, and the catalogue that a profile chooses from.

The family is a field of the profile, `machines.packages`, and not asked of the machine. A plan shows every command
before any machine exists, so the scripts must be known by then. The other way, scripts that carry every family's
library and pick one by /etc/os-release, would show commands that never run and would make each script longer with
each family. The step that looks at a machine refuses one that belongs to another family, before anything is installed.
"""

from __future__ import annotations

from kubetui.software.packages.apt import APT
from kubetui.software.packages.family import Family

CATALOGUE: dict[str, Family] = {
    "apt": APT,
}

__all__ = ["CATALOGUE", "Family"]
