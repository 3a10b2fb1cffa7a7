"""The machines that a profile asks for: their names, addresses and sizes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address
from itertools import chain, count, islice
from typing import Final

from kubetui.profile.schema.access import Disk, Port
from kubetui.profile.schema.boxes import BoxSource, VagrantBox, vagrant_box
from kubetui.profile.schema.hosts import Host
from kubetui.profile.schema.nodes import Taint
from kubetui.profile.schema.profile import OneMachine, Profile
from kubetui.software import packages
from kubetui.software.packages import Family

MOST_NUMBERS: Final = 999
"""How many names of machines the numbering has for a role."""
_NOWHERE = IPv4Address(0)
"""The address of a host that lacks one, until the profile is complete."""


class Role(StrEnum):
    """A machine's role in the cluster."""

    CONTROL_PLANE = "control plane"
    WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine of the plan. `memory` is in MiB; `first` marks the control plane that runs `kubeadm init`.

    `host` is the profile's entry of an existing machine, whose memory and CPUs are unknown: 0 here. `box` is None
    unless the machine has a box of its own. `packages` names its package family. `labels` and `taints` are the
    profile's; kubeadm's own taint is not among them.
    """

    name: str
    role: Role
    address: IPv4Address
    memory: int
    cpus: int
    first: bool = False
    host: Host | None = field(default=None, hash=False)
    box: VagrantBox | None = None
    packages: str = packages.DEFAULT
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    taints: tuple[Taint, ...] = ()
    ports: tuple[Port, ...] = ()
    """The ports of this host that lead to it."""
    disks: tuple[Disk, ...] = ()
    """Its disks besides its own."""
    leaving: bool = False
    """Whether it is on its way out of the cluster: then it only has the steps for that."""

    @property
    def family(self) -> Family:
        """How software is installed in it."""
        return packages.CATALOGUE[self.packages]


def existing(profile: Profile) -> Iterator[Machine]:
    """Yield the profile's existing machines, control planes first; a placeholder while the list is empty."""
    listed = profile.hosts or (Host(name="host", role="control plane"),)
    ranked = chain(*([host for host in listed if host.role == role] for role in Role))
    for index, host in enumerate(ranked):
        role = Role(host.role)
        labels, taints = _of_role(profile, role)
        yield Machine(
            host.name,
            role,
            host.internal or _NOWHERE,
            memory=0,
            cpus=0,
            first=index == 0,
            host=host,
            packages=host.packages or usual_packages(profile),
            labels={**labels, **host.labels},
            taints=_together(taints, host.taints),
        )


def made(profile: Profile) -> Iterator[Machine]:
    """Yield the machines that a provider makes, control planes first."""
    chosen, addresses = profile.machines, addresses_of(profile)
    names = tuple(machine_names(profile))
    for index, (name, role) in enumerate(names):
        one = chosen.by_name.get(name, OneMachine())
        labels, taints = _of_role(profile, role)
        own = chosen.control_plane if role is Role.CONTROL_PLANE else OneMachine()
        yield Machine(
            name,
            role,
            addresses[name],
            memory=one.memory or own.memory or chosen.memory,
            cpus=one.cpus or own.cpus or chosen.cpus,
            first=index == 0,
            box=vagrant_box(one.box, one.box_sha256 or "") if one.box else None,
            packages=one.packages or _named(one.box) or usual_packages(profile),
            labels={**labels, **one.labels},
            taints=_together(taints, one.taints),
            ports=tuple(port for port in chosen.ports if (port.machine or names[0][0]) == name),
            disks=_disks(profile, role, one),
        )


def _disks(profile: Profile, role: Role, one: OneMachine) -> tuple[Disk, ...]:
    """Return the disks of the narrowest place that names any, and none is a choice there."""
    of_role = profile.machines.worker.disks if role is Role.WORKER else None
    return next(disks for disks in (one.disks, of_role, profile.machines.disks) if disks is not None)


def usual_packages(profile: Profile) -> str:
    """Return the family of machines that are not told another one: the profile's, else the one its box names."""
    chosen = profile.machines
    return chosen.packages if chosen.packages != packages.AUTO else _named(chosen.box) or packages.DEFAULT


def _named(box: BoxSource | None) -> str | None:
    """Return the package family that the name of a box tells; of a URL or a path, its last part is the name."""
    return packages.family_in(box.name) if box else None


def _of_role(profile: Profile, role: Role) -> tuple[Mapping[str, str], tuple[Taint, ...]]:
    part = profile.machines.control_plane if role is Role.CONTROL_PLANE else profile.machines.worker
    return part.labels, part.taints


def _together(role: Iterable[Taint], own: Iterable[Taint]) -> tuple[Taint, ...]:
    """Return the taints of a role and a machine's own, which win where key and effect are the same."""
    return tuple({taint.place: taint for taint in (*role, *own)}.values())


def machine_names(profile: Profile) -> Iterator[tuple[str, Role]]:
    """Yield the name and role of each machine that kubetui makes, control planes first."""
    return ((name, role) for name, role in _places(profile) if name not in profile.machines.without)


def numbered(profile: Profile, role: Role) -> Iterator[str]:
    """Yield the names that machines of a role can have, without end."""
    if role is Role.WORKER:
        return (f"{profile.machines.worker_name}{number}" for number in count(1))
    first = profile.machines.control_plane_name
    return chain([first], (f"{first}{number}" for number in count(2)))


def role_of(profile: Profile, name: str) -> Role | None:
    """Return the role of a machine of this name, whether there is one or not; None for a name that none can have."""
    return next((role for role in Role if name in islice(numbered(profile, role), MOST_NUMBERS)), None)


def _places(profile: Profile) -> Iterator[tuple[str, Role]]:
    """Yield the names that the numbering has come to, with those that it leaves out: each has an address.

    So a worker keeps its address when a control plane that came before it is gone.
    """
    chosen, left_out = profile.machines, frozenset(profile.machines.without)
    for role, wanted in ((Role.CONTROL_PLANE, chosen.control_planes), (Role.WORKER, chosen.workers)):
        ahead, made = {name for name in left_out if role_of(profile, name) is role}, 0
        for name in numbered(profile, role):
            if made == wanted and not ahead:
                break
            ahead.discard(name)
            made += name not in left_out
            yield name, role


def addresses_of(profile: Profile) -> Mapping[str, IPv4Address]:
    """Return each name's address, counting up past those that single machines are given.

    A name counts even where its machine is given another address, so that this moves no other machine.
    """
    own = {name: one.address for name, one in profile.machines.by_name.items() if one.address is not None}
    taken = set(own.values())
    free = (each for number in count() if (each := profile.network.first_address + number) not in taken)
    return {name: own.get(name, address) for (name, _), address in zip(_places(profile), free, strict=False)}
