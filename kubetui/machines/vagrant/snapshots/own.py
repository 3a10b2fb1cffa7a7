"""Snapshots by the provider itself, through Vagrant; their names begin so that a person's own are left alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

from kubetui.base.errors import RunError
from kubetui.base.text import LineSink
from kubetui.machines.vagrant import commandline, orphans
from kubetui.profile.machine import Machine

PREFIX: Final = "kubetui-"


class OwnSnapshots:
    """VirtualBox's, libvirt's and VMware's.

    `change` runs Vagrant and raises what it fails with, `read` returns its output. The machines have to be off: members
    of etcd that run on while the others are saved are of different moments.
    """

    halts = True

    def __init__(
        self,
        machines: Sequence[str],
        folder: Path,
        change: Callable[[Sequence[str], LineSink], Awaitable[None]],
        read: Callable[[Sequence[str]], Awaitable[Sequence[str]]],
    ) -> None:
        self._machines = machines
        self._folder = folder
        self._change = change
        self._read = read

    async def save(self, label: str, _older: str, log: LineSink) -> None:
        """Save one machine after the other."""
        for machine in self._machines:
            await self._change(commandline.snapshot_arguments("save", machine, PREFIX + label), log)

    async def check(self, label: str) -> None:
        """Ask the provider for each machine's snapshot."""
        for machine in self._machines:
            if not await self._has(machine, label):
                raise RunError(
                    f"{machine} has no snapshot {PREFIX}{label}: something else than kubetui removed it.",
                    fix="Restore another one.",
                    id="SNAPSHOT-GONE",
                )

    async def restore(self, machine: Machine, label: str, log: LineSink) -> None:
        """Have the provider bring a machine back; it ends it first, if it runs."""
        arguments = commandline.snapshot_arguments("restore", machine.name, PREFIX + label)
        await self._change([*arguments, "--no-provision", "--no-start"], log)

    async def remove(self, label: str, log: LineSink) -> None:
        """Remove it from every machine that has it."""
        for machine in self._machines:
            if await self._has(machine, label):
                await self._change(commandline.snapshot_arguments("delete", machine, PREFIX + label), log)

    async def settle(self, log: LineSink) -> None:
        """Wait for a Vagrant that a killed run left working."""
        await orphans.wait_for(self._folder, log)

    async def _has(self, machine: str, label: str) -> bool:
        listed = await self._read(commandline.snapshot_list_arguments(machine))
        return any(line.split()[-1:] == [PREFIX + label] for line in listed)
