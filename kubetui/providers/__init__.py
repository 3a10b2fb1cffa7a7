"""Providers: one file each; `make` is the one place that knows which file belongs to which name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kubetui.access import Access
    from kubetui.plan import Plan
    from kubetui.providers.base import Provider


def make(plan: Plan, folder: Path, access: Access | None = None) -> Provider:
    """Return the provider of a plan, which keeps its files in the cluster's `folder`. Nothing is touched yet.

    `access` is what a person said about existing machines.
    """
    # inside: the catalogue is read by `profile`, which every provider needs
    if not plan.provider.makes_machines:
        from kubetui.providers.hosts import HostsProvider  # noqa: PLC0415

        return HostsProvider(plan, folder, access)
    from kubetui.providers.rehearsal import RehearsalProvider  # noqa: PLC0415
    from kubetui.providers.vagrant import VagrantProvider  # noqa: PLC0415

    if plan.provider.rehearsal:
        return RehearsalProvider(plan, folder)

    return VagrantProvider(plan, folder)
