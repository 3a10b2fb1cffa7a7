"""What a provider can do with snapshots of a cluster's machines."""

from __future__ import annotations

from typing import Protocol

from kubetui.base.text import LineSink
from kubetui.profile.machine import Machine


class Snapshots(Protocol):
    """Saves all machines of a cluster under a label, all at one moment, and brings each of them back.

    It keeps no list: what counts as saved is what `kubetui.cluster.snapshots` has written down.
    """

    @property
    def halts(self) -> bool:
        """Whether the machines have to be off while they are saved."""

    async def save(self, label: str, older: str, log: LineSink) -> int | None:
        """Save every machine; return the bytes that this takes of the disk, None where nobody can tell.

        `older` is the label of another snapshot, which it may share unchanged files with; empty without one. Raises
        HostError where the disk is too small.
        """

    async def check(self, label: str) -> None:
        """Raise RunError where a machine has no part in a snapshot, HostError where this host cannot bring it back."""

    async def restore(self, machine: Machine, label: str, log: LineSink) -> None:
        """Make a machine what it was, and leave it off; safe to repeat after it was cut off at any moment."""

    async def remove(self, label: str, log: LineSink) -> None:
        """Remove what there is of a snapshot, whole or not, from every machine."""

    async def settle(self, log: LineSink) -> None:
        """Wait for what a killed run left working, and let machines go on that it left frozen."""
