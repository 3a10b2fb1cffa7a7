"""Ports, folders and disks as Vagrant is told of them in machines.json; each key is there only where it says something.

A folder comes into a container by a bind mount; into all other machines Vagrant copies it at each start, because shared
folders need guest additions or kernel modules that boxes of cloud images lack.
"""

from __future__ import annotations

from typing import Any, Final

from kubetui.profile.plan import Machine, Plan
from kubetui.profile.schema.access import Folder

_COPYING: Final = ("--verbose", "--archive", "--compress", "--copy-links")
"""rsync's arguments. Vagrant's own have --delete, with which a start would remove what pods wrote into the copy."""
_MIB: Final = 2**20


def of_machine(plan: Plan, machine: Machine) -> dict[str, Any]:
    """Return a machine's further keys in machines.json: its ports, folders, and disks that Vagrant itself makes."""
    if plan.provider.rehearsal:
        return {}
    found: dict[str, list[Any]] = {
        "ports": [
            {"host_ip": str(port.listen), "host": port.host, "guest": port.to, "auto_correct": False}
            for port in machine.ports
        ],
        "folders": [_folder(plan, folder) for folder in plan.profile.machines.folders],
        "disks": []
        if plan.provider.name == "libvirt"
        else [{"name": f"extra{number}", "size": disk.size * _MIB} for number, disk in enumerate(machine.disks, 1)],
    }
    return {key: entries for key, entries in found.items() if entries}


def storage(plan: Plan, machine: Machine) -> list[list[Any]]:
    """Return the calls that give a machine its disks with vagrant-libvirt, which does not know Vagrant's own way."""
    return [["file", {"size": f"{disk.size}M"}] for disk in machine.disks] if plan.provider.name == "libvirt" else []


def _folder(plan: Plan, folder: Folder) -> dict[str, Any]:
    place = {"host": folder.host, "guest": folder.guest}
    if not plan.provider.shares_folders:
        return {**place, "options": {"type": "rsync", "rsync__args": list(_COPYING)}}
    mount = ["bind", "create=dir", *([] if folder.writable else ["ro"])]
    return {**place, "options": {"type": "lxc", "mount_options": mount}}
