"""Providers: one file each; `make` is the one place that knows which file belongs to which name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kubetui.plan import Plan
    from kubetui.providers.base import Provider


def make(plan: Plan, folder: Path) -> Provider:
    """Return the provider of a plan, which keeps its files in the cluster's `folder`. Nothing is touched yet."""
    # inside: the catalogue is read by `profile`, which every provider needs
    from kubetui.providers.vagrant import VagrantProvider  # noqa: PLC0415

    return VagrantProvider(plan, folder)
