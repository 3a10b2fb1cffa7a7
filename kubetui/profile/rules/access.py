"""Rules for ports of this host, its folders, and extra disks."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import PurePosixPath
from typing import Final

from kubetui.base.text import did_you_mean
from kubetui.profile.machine import machine_names
from kubetui.profile.plan import Plan
from kubetui.profile.rules.ranges import Problem, addressed
from kubetui.profile.schema.access import Folder, Port
from kubetui.profile.schema.kinds import PROVIDERS
from kubetui.software.addons.storage import FOLDER as VOLUMES

FIRST_FREE: Final = 1024
"""The first port at which a program without root's rights may listen (ip(7), net.ipv4.ip_unprivileged_port_start)."""
VAGRANTS: Final = range(2200, 2251)
"""Where Vagrant puts the machines' SSH, besides 2222 (Vagrant's documentation, config.vm.usable_port_range)."""
_SSH: Final = 2222
_OF_THE_SYSTEM: Final = frozenset(
    {"/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32"}
    | {"/proc", "/root", "/run", "/sbin", "/sys", "/tmp", "/usr", "/var"}  # noqa: S108 - only compared
)
"""Folders of the system, and below them those of the kubelet, etcd, the container runtime and kubetui."""
_OF_NODES: Final = ("/opt/cni", "/opt/containerd", VOLUMES)
_PARENTS: Final = ("/home", "/opt")
"""Folders that hold other programs' or persons' files, which a mount would hide; what lies below is free."""
_MACHINES: Final = ("machines",)
_FIELDS: Final = ("ports", "folders", "disks")


def for_made_machines(plan: Plan) -> Iterator[Problem]:
    """Refuse ports, folders and disks of machines that exist already: kubetui does not change what they are."""
    if plan.provider.makes_machines:
        return
    for path in _named(plan):
        message = f"{'.'.join(path)} is for machines that kubetui makes, and these exist."
        yield Problem(path, message, "Delete it, and set that up on the machines themselves.")


def _named(plan: Plan) -> Iterator[tuple[str, ...]]:
    """Yield the paths of all fields that name any."""
    machines = plan.profile.machines
    yield from ((*_MACHINES, field) for field in _FIELDS if getattr(machines, field))
    if machines.worker.disks:
        yield *_MACHINES, "worker", "disks"
    # by_name has a rule of its own for machines that exist
    if plan.provider.makes_machines:
        yield from ((*_MACHINES, "by_name", name, "disks") for name, one in machines.by_name.items() if one.disks)


def forwarded_ports(plan: Plan) -> Iterator[Problem]:
    """Require ports that Vagrant can forward, each once, to machines that there are."""
    if not plan.provider.makes_machines or plan.provider.rehearsal:
        return
    path, ports = (*_MACHINES, "ports"), plan.profile.machines.ports
    if ports and not plan.provider.forwards_ports:
        yield Problem(path, *_unforwarded(plan, ports[0]))
        return
    names = [name for name, _ in machine_names(plan.profile)]
    for index, port in enumerate(ports):
        if port.machine is not None and port.machine not in names:
            fix = f"{did_you_mean(port.machine, names)} Or have more machines."
            yield Problem((*path, index, "machine"), f"No machine is called {port.machine}.", fix)
        if reason := _taken(port):
            yield Problem((*path, index, "host"), reason, "Choose another port of this host, such as 8080.")
    for index, port in enumerate(ports):
        if any(_collide(port, other) for other in ports[:index]):
            message = f"The port {port.host} of this host leads to two places."
            yield Problem((*path, index, "host"), message, "Give each its own port of this host.")


def _unforwarded(plan: Plan, port: Port) -> tuple[str, str]:
    """Say why a provider forwards none, and how the machine is reached without."""
    why = {
        "lxc": "vagrant-lxc breaks off as it forwards ports (seen with 1.4.3)",
        "libvirt": "vagrant-libvirt forwards by an SSH connection that does not come back when it breaks",
    }.get(plan.provider.name, "It forwards no ports")
    name = port.machine or plan.control_plane.name
    found = next((each.address for each in addressed(plan) if each.name == name), None)
    place = f" {name}'s is {found}:{port.to}." if found else ""
    fix = f"Delete machines.ports: this host reaches the machines' own addresses.{place} Or see: kubetui tunnel --help"
    return f"{why}.", fix


def _taken(port: Port) -> str:
    if port.host < FIRST_FREE:
        return f"Only root may listen at {port.host}, as at all ports below {FIRST_FREE}, and Vagrant runs as you."
    if port.host == _SSH or port.host in VAGRANTS:
        return f"Vagrant uses {port.host} itself: the machines' SSH is at {_SSH} and {VAGRANTS[0]} to {VAGRANTS[-1]}."
    return ""


def _collide(one: Port, other: Port) -> bool:
    """Return whether both cannot listen: at the same address, or one at all of this host's."""
    listening = {one.listen, other.listen}
    return one.host == other.host and (len(listening) == 1 or any(each.is_unspecified for each in listening))


def synced_folders(plan: Plan) -> Iterator[Problem]:
    """Require folders that hide nothing a node needs, and that are only writable where the provider shares them."""
    if not plan.provider.makes_machines:
        return
    path, folders = (*_MACHINES, "folders"), plan.profile.machines.folders
    for index, folder in enumerate(folders):
        if owner := _owner(folder.guest):
            message = f"{folder.guest} {owner}: a folder of this host would hide that."
            yield Problem((*path, index, "guest"), message, "Choose a path below /srv, /mnt or /data.")
        if folder.writable and not plan.provider.shares_folders and not plan.provider.rehearsal:
            sharing = " or ".join(kind.title for kind in PROVIDERS.values() if kind.shares_folders)
            message = (
                f"With {plan.provider.title} machines get a copy of {folder.host}, and nothing comes back from it."
            )
            yield Problem((*path, index, "writable"), message, f"Leave writable out, or choose {sharing}.")
    for (_, one), (index, other) in combinations(enumerate(folders), 2):
        if _nested(one, other):
            message = f"{other.guest} and {one.guest} are the same folder or one lies in the other."
            yield Problem((*path, index, "guest"), message, "Give each a path of its own, beside the other.")


def _owner(guest: str) -> str:
    path = PurePosixPath(guest)
    top = f"/{path.parts[1]}"
    if top in _OF_THE_SYSTEM:
        return "is the system's" if guest == top else f"lies in {top}, which is the system's"
    if guest in _PARENTS:
        return "holds files of other programs"
    if guest == "/home/vagrant":
        return "holds the key by which kubetui reaches the machine"
    if any(path.is_relative_to(place) or PurePosixPath(place).is_relative_to(path) for place in _OF_NODES):
        return "holds programs or volumes of the node"
    return ""


def _nested(one: Folder, other: Folder) -> bool:
    first, second = PurePosixPath(one.guest), PurePosixPath(other.guest)
    return first.is_relative_to(second) or second.is_relative_to(first)


def extra_disks(plan: Plan) -> Iterator[Problem]:
    """Require a provider that can give its machines further disks."""
    kind = plan.provider
    if not kind.makes_machines or kind.rehearsal or kind.adds_disks:
        return
    able = " or ".join(each.title for each in PROVIDERS.values() if each.adds_disks)
    why = "containers have no disks of their own" if not kind.isolates else "kubetui cannot add any to its machines"
    fix = f"Delete it, or choose {able}."
    if kind.shares_folders:
        fix = f"Delete it and name a folder of this host in machines.folders, or choose {able}."
    for path in _named(plan):
        if path[-1] == "disks":
            yield Problem(path, f"There are no extra disks with {kind.title}: {why}.", fix)


def listens_beyond(port: Port) -> bool:
    """Return whether others than this host can reach a port."""
    return not port.listen.is_loopback
