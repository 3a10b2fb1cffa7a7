"""The boxes that kubetui takes by itself, and their order."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Final

from kubetui.machines.vagrant.packaging import PACKAGED, stored
from kubetui.profile.plan import Plan
from kubetui.software.packages import CATALOGUE

OWNER: Final = "kubetui"
"""The owner in the names of boxes that kubetui made; a system follows, or a prepared box's key."""
_OFFERED: Final = {"apt": "debian-13", "dnf": "almalinux-10"}
"""The system of the box that kubetui offers to build."""


def cached(plan: Plan, home: Path) -> str | None:
    """Return the box in Vagrant's store that a plan without a box of its own starts from; None when there is none.

    The provider's default box comes first. Then come boxes that `kubetui boxes build` made, for the profile's package
    family: Debian before Ubuntu, or AlmaLinux before Rocky Linux, and of each the newest release.
    """
    provider = plan.provider
    if provider.default_box and stored(home, provider.default_box, provider.name):
        return provider.default_box
    if plan.profile.machines.box_version:
        return None  # a version of the default box
    built = {box.name: _release(plan, box.name) for box in stored(home, f"{OWNER}/*", provider.name)}
    ranked = sorted((release, name) for name, release in built.items() if release is not None)
    return ranked[0][1] if ranked else None


def has_one(plan: Plan, home: Path) -> bool:
    """Return whether a plan that names no box has one: the provider's default, or one in Vagrant's store."""
    return bool(plan.provider.default_box) or cached(plan, home) is not None


def _release(plan: Plan, name: str) -> tuple[int, tuple[int, ...]] | None:
    """Return a built box's rank, the lowest first; None for a box that is not one or has another package family."""
    distributions = CATALOGUE[plan.packages].distributions
    found = re.fullmatch(rf"{OWNER}/([a-z]+)-(\d+(?:\.\d+)*)", name)
    if not found or found[1] not in distributions:
        return None
    return distributions.index(found[1]), tuple(-int(number) for number in found[2].split("."))


def offered(plan: Plan) -> str | None:
    """Return the system of the box that could be built for a plan; None for a provider that has no such boxes."""
    return _OFFERED.get(plan.packages) if plan.provider.name in PACKAGED else None


def build_command(plan: Plan) -> str | None:
    """Return the command that builds a box for a plan."""
    system = offered(plan)
    if not system:
        return None
    ca = f" --ca {shlex.quote(plan.profile.mirrors.ca)}" if plan.profile.mirrors.ca else ""
    return f"kubetui boxes build {system} --provider {plan.provider.name}{ca}"
