"""Maps each kind of machines to its provider; no other module does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kubetui.base.check import Check
    from kubetui.base.system import System
    from kubetui.engine.provider import Provider
    from kubetui.machines.hosts.access import Access
    from kubetui.profile.plan import Plan


def make(plan: Plan, folder: Path, access: Access | None = None) -> Provider:
    """Return a plan's provider, which keeps its files in the cluster's `folder`. Touches nothing yet.

    `access` holds what a person gave for existing machines: confirmed host keys and the sudo password.
    """
    if not plan.provider.makes_machines:
        from kubetui.machines.hosts.provider import HostsProvider

        return HostsProvider(plan, folder, access)
    if plan.provider.rehearsal:
        from kubetui.machines.rehearsal.provider import RehearsalProvider

        return RehearsalProvider(plan, folder)
    from kubetui.machines.vagrant.provider import VagrantProvider

    return VagrantProvider(plan, folder)


async def checks(plan: Plan | None, system: System) -> tuple[Check, ...]:
    """Check what a plan's provider needs from this host; without a plan, whether any provider could create machines.

    Raises nothing: whatever it cannot find out becomes a warning.
    """
    if plan is not None and not plan.provider.makes_machines:
        from kubetui.machines.hosts.findings import quorum_check

        return (quorum_check(plan),)
    if plan is not None and plan.provider.rehearsal:
        from kubetui.machines.rehearsal.provider import NEEDS_NOTHING

        return (NEEDS_NOTHING,)
    from kubetui.machines.vagrant import checks as vagrant

    return await (vagrant.of_any_provider(system) if plan is None else vagrant.of_plan(plan, system))


async def each_provider(system: System) -> Mapping[str, tuple[Check, ...]]:
    """Check what each kind of machines needs from this host, keyed by its name; takes as long as Vagrant, a second."""
    from kubetui.machines.vagrant import checks as vagrant

    return await vagrant.of_each_provider(system)
