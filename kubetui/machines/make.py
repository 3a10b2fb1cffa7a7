"""Providers: one file each; `make` is the one place that knows which file belongs to which name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kubetui.engine.provider import Provider
    from kubetui.machines.hosts.access import Access
    from kubetui.profile.plan import Plan


def make(plan: Plan, folder: Path, access: Access | None = None) -> Provider:
    """Return the provider of a plan, which keeps its files in the cluster's `folder`. Nothing is touched yet.

    `access` is what a person said about existing machines.
    """
    # inside: the catalogue is read by `profile`, which every provider needs
    if not plan.provider.makes_machines:
        from kubetui.machines.hosts.provider import HostsProvider  # noqa: PLC0415

        return HostsProvider(plan, folder, access)
    from kubetui.machines.rehearsal.provider import RehearsalProvider  # noqa: PLC0415
    from kubetui.machines.vagrant.provider import VagrantProvider  # noqa: PLC0415

    if plan.provider.rehearsal:
        return RehearsalProvider(plan, folder)

    return VagrantProvider(plan, folder)
