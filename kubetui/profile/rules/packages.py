"""Rules for machines of several package families."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kubetui.profile.plan import Plan
from kubetui.profile.rules.ranges import Problem, addressed
from kubetui.software.packages import DEFAULT
from kubetui.software.packages.family import FORMAT_MARK
from kubetui.software.runtimes.upstream import SYSTEM_MARK

_ENFORCED: Final = "dnf"
"""The family whose systems have SELinux."""


def recorded_family(plan: Plan) -> Iterator[Problem]:
    """Require apt in a rehearsal: the machines that it plays are Debian's."""
    if plan.provider.rehearsal and any(machine.packages != DEFAULT for machine in addressed(plan)):
        message = "A rehearsal plays recordings of Debian, whose package manager is apt."
        yield Problem(("machines", "packages"), message, "Write packages: apt, or choose another provider.")


def mirrors_for_each(plan: Plan) -> Iterator[Problem]:
    """Require that a mirror's URL says where machines of each family find their packages."""
    families = sorted({machine.packages for machine in addressed(plan)})
    if len(families) < 2:  # noqa: PLR2004
        return
    mirrors, both = plan.profile.mirrors, " and ".join(families)
    for name in ("packages", "crio"):
        mirror = getattr(mirrors, name)
        if mirror and FORMAT_MARK not in mirror.url:
            message = f"The machines have {both}, and this mirror has packages for one of them."
            fix = f"Write {FORMAT_MARK} where its URL says deb or rpm; kubetui fills it in for each machine."
            yield Problem(("mirrors", name, "url"), message, fix)
    for name in ("containerd", "docker"):
        mirror = getattr(mirrors, name)
        if mirror and SYSTEM_MARK not in mirror.url:
            message = f"The machines have {both}, and this mirror has packages for one system."
            fix = f"Write {SYSTEM_MARK} where its URL says debian or rhel; each machine fills it in."
            yield Problem(("mirrors", name, "url"), message, fix)


def enforced(plan: Plan) -> Iterator[Problem]:
    """Require, for SELinux that stays enforcing, a runtime that kubetui can set up for it."""
    affected = any(machine.packages == _ENFORCED for machine in addressed(plan))
    if affected and plan.profile.machines.selinux == "enforcing" and not plan.runtime.confining:
        message = f"kubetui cannot set {plan.runtime.title} up for SELinux, which stays enforcing."
        yield Problem(("machines", "selinux"), message, "Write selinux: permissive, or runtime: containerd.")
