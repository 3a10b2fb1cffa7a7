"""Finds and removes what an interrupted start leaves behind.

Before a machine starts, kubetui puts a mark with its name into the cluster's folder; a successful start removes it.
A mark that is still there means that the start was interrupted. kubetui writes `new` into a mark while nothing with
the machine's name exists, so whatever has that name later is kubetui's own, even if Vagrant was killed before it
could record it. kubetui removes nothing else by name.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

from kubetui.base.files import private_folder, write_private
from kubetui.base.process import Finished, run
from kubetui.base.scripts import typed
from kubetui.base.text import CommandText, LineSink, nowhere
from kubetui.cluster.folder import made_by_vagrant
from kubetui.machines.vagrant.lxc.bridge import as_root
from kubetui.machines.vagrant.settings import container_name
from kubetui.profile.machine import Machine
from kubetui.remote.output import commands_alone

_VIRSH: Final = ("virsh", "--connect", "qemu:///system")
"""vagrant-libvirt's connection; virsh uses another by default unless run by root."""
_NEW: Final = "new\n"
_MARKS: Final = "starting"


def never_started(folder: Path, machines: Sequence[Machine]) -> list[Machine]:
    """Return the machines that no run has started to create yet, in a cluster's folder."""
    made = {name for name, _ in made_by_vagrant(folder)}
    return [each for each in machines if each.name not in made and not (folder / _MARKS / each.name).exists()]


class Leftovers:
    """Marks starts, and removes leftovers of one cluster's machines. `folder` is the cluster's folder."""

    def __init__(self, folder: Path, cluster: str, provider: str) -> None:
        self._folder = folder
        self._cluster = cluster
        self._provider = provider
        self._marks = folder / _MARKS

    def cut_off(self, machine: str) -> bool:
        """Return whether an earlier start of this machine was interrupted."""
        return (self._marks / machine).exists()

    async def make_way(self, machine: str, log: LineSink) -> None:
        """Remove a half-made machine of ours that Vagrant does not know, and mark the new start."""
        name = self._name(machine)
        exists = name is not None and await self._exists(name)
        if name is not None and exists and self.new(machine):
            log(f"removing {name}, which an interrupted start left half-made")
            await self._remove(name, log)
            exists = False
        self.begin(machine, new=not exists)

    def begin(self, machine: str, *, new: bool = False) -> None:
        """Mark a start; `new` means that nothing with the machine's name exists."""
        private_folder(self._marks)
        write_private(self._marks / machine, _NEW if new else "")

    def done(self, machine: str) -> None:
        """Remove the mark of a successful start."""
        (self._marks / machine).unlink(missing_ok=True)

    async def clear(self, log: LineSink, machines: Collection[str] | None = None) -> None:
        """Remove half-made machines of ours that Vagrant does not know (it removed the others), and their marks.

        `machines` limits this to those.
        """
        marked = sorted(mark.name for mark in self._marks.glob("*"))
        for machine in marked if machines is None else [name for name in marked if name in machines]:
            name = self._name(machine)
            if name is not None and self.new(machine) and await self._exists(name):
                log(f"removing {name}, which an interrupted start left half-made")
                await self._remove(name, log)
            self.done(machine)

    def new(self, machine: str) -> bool:
        """Return whether a machine is being made: nothing of it existed when its start was marked."""
        mark = self._marks / machine
        return mark.is_file() and mark.read_text(encoding="utf-8") == _NEW

    def _name(self, machine: str) -> str | None:
        match self._provider:
            case "lxc":
                return container_name(self._cluster, machine)
            case "libvirt":
                return f"{self._folder.name}_{machine}"
            case _:
                return None  # virtualbox and vmware_desktop invent a new name each time

    async def _exists(self, name: str) -> bool:
        if self._provider == "libvirt":
            return await self._succeeds([*_VIRSH, "domstate", name]) or await self._succeeds(
                [*_VIRSH, "vol-info", "--pool", "default", f"{name}.img"]
            )
        return await self._succeeds(["lxc-info", "--name", name, "--state"])

    async def _remove(self, name: str, log: LineSink) -> None:
        if self._provider == "libvirt":
            # any of them may be missing, depending on where the start was interrupted
            told = commands_alone(log)
            await self._command([*_VIRSH, "destroy", name], told)
            await self._command([*_VIRSH, "undefine", "--nvram", name], told)
            await self._command([*_VIRSH, "vol-delete", "--pool", "default", f"{name}.img"], told)
        else:
            await self._command(["lxc-destroy", "--force", "--name", name], log)

    async def _succeeds(self, argv: Sequence[str]) -> bool:
        return shutil.which(argv[0]) is not None and (await self._command(argv, nowhere)).code == 0

    async def _command(self, argv: Sequence[str], log: LineSink) -> Finished:
        if self._provider == "lxc":
            return await as_root(argv, self._folder, log)
        log(CommandText(typed(*argv)))
        return await run(argv, cwd=self._folder, env=os.environ, log=log)
