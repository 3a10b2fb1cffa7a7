"""Rules for machines of several package families."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from kubetui.profile.plan import Plan
from kubetui.profile.rules.ranges import Problem, addressed
from kubetui.profile.schema.mirrors import PackageRepository, RuntimeRepository
from kubetui.software.packages import DEFAULT
from kubetui.software.packages.family import FORMAT_MARK
from kubetui.software.runtimes.upstream import SYSTEM_MARK

_MARKS: Final[Mapping[type, tuple[str, str]]] = {
    PackageRepository: (FORMAT_MARK, "deb or rpm"),
    RuntimeRepository: (SYSTEM_MARK, "debian or rhel"),
}
"""What a mirror's URL has in place of one family's part, and what that part is, by the kind of mirror."""


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
    both = " and ".join(families)
    for name, mirror in plan.profile.mirrors:
        mark, parts = _MARKS.get(type(mirror), ("", ""))
        if mark and mark not in mirror.url:
            message = f"The machines have {both}, and this mirror has packages for one of them."
            fix = f"Write {mark} where its URL says {parts}; it is filled in for each machine."
            yield Problem(("mirrors", name, "url"), message, fix)


def enforced(plan: Plan) -> Iterator[Problem]:
    """Require, for SELinux that stays enforcing, a runtime that kubetui can set up for it."""
    affected = any(machine.family.selinux for machine in addressed(plan))
    if affected and plan.profile.machines.selinux == "enforcing" and not plan.runtime.confining:
        message = f"kubetui cannot set {plan.runtime.title} up for SELinux, which stays enforcing."
        yield Problem(("machines", "selinux"), message, "Write selinux: permissive, or runtime: containerd.")
