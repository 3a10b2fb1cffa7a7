"""Ports, folders and disks as Vagrant is told of them in machines.json; each key is there only where it says something.

A folder comes into a container by a bind mount; into all other machines Vagrant copies it at each start, because shared
folders need guest additions or kernel modules that boxes of cloud images lack.
"""

from __future__ import annotations

from typing import Any, Final

from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.profile.schema.access import Folder

_COPYING: Final = ("--verbose", "--archive", "--compress", "--copy-links")
"""rsync's arguments. Vagrant's own have --delete, with which a start would remove what pods wrote into the copy."""
_MIB: Final = 2**20


def of_machine(plan: Plan, machine: Machine) -> dict[str, list[Any]]:
    """Return a machine's further keys in machines.json: what Vagrant itself does, whatever the provider."""
    if plan.provider.rehearsal:
        return {}
    folders = () if plan.provider.shares_folders else plan.profile.machines.folders
    disks = () if plan.provider.name == "libvirt" else machine.disks
    found: dict[str, list[Any]] = {
        "ports": [
            {"host_ip": str(port.listen), "host": port.host, "guest": port.to, "auto_correct": False}
            for port in machine.ports
        ],
        "folders": [
            {"host": each.host, "guest": each.guest, "options": {"type": "rsync", "rsync__args": list(_COPYING)}}
            for each in folders
        ],
        "disks": [{"name": f"extra{number}", "size": disk.size * _MIB} for number, disk in enumerate(disks, 1)],
    }
    return {key: entries for key, entries in found.items() if entries}


def calls(plan: Plan, machine: Machine) -> dict[str, list[Any]]:
    """Return what the provider's plugin does by calls of its own, one per list entry, before the profile's options.

    vagrant-libvirt does not know Vagrant's disks. vagrant-lxc's own way to share folders breaks off (seen with 1.4.3),
    so containers are told of them in LXC's configuration, as that way would have it.
    """
    if plan.provider.name == "libvirt" and machine.disks:
        return {"storage": [["file", {"size": f"{disk.size}M"}] for disk in machine.disks]}
    if plan.provider.shares_folders and plan.profile.machines.folders:
        return {"customize": [["mount.entry", _mount(folder)] for folder in plan.profile.machines.folders]}
    return {}


def _mount(folder: Folder) -> str:
    """Return a line of fstab(5) as lxc.container.conf(5) has it: the path in the container is relative to its root."""
    options = ["bind", "create=dir", *([] if folder.writable else ["ro"])]
    place = folder.host.replace(" ", r"\040")
    return f"{place} {folder.guest.removeprefix('/')} none {','.join(options)} 0 0"
