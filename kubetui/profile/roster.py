"""A profile with more machines or with fewer: those that stay keep their names and addresses."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from kubetui.profile.machine import MOST_NUMBERS, Role, machine_names, numbered, role_of
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import OneMachine, Profile

_COUNTS: Final[Mapping[Role, str]] = {Role.CONTROL_PLANE: "control_planes", Role.WORKER: "workers"}
"""The field that counts the machines of a role."""


def free_names(profile: Profile, role: Role) -> Iterator[str]:
    """Yield the names that no machine has, without end: those that were left out first."""
    used = {name for name, _ in machine_names(profile)}
    return (name for name in numbered(profile, role) if name not in used)


def needed(built: Profile, wanted: Profile) -> str:
    """Say who has to stay in a cluster that was built, in a sentence; nothing if the wanted profile has them all.

    kubetui asks a cluster on its first control plane. The taints of control planes follow from whether there are
    workers, so one of those stays.
    """
    before, after = Plan(built), Plan(wanted)
    first = before.control_plane.name
    if first not in {machine.name for machine in after.machines}:
        return f"{first} is the first control plane, by which kubetui reaches {built.name}."
    if before.workers and not after.workers:
        return f"Without a worker, no machine of {built.name} would run your pods: control planes have a taint."
    return ""


def grown(profile: Profile, names: Collection[str], own: Mapping[str, OneMachine] | None = None) -> Profile:
    """Return a profile with these machines too, each with what is its `own`.

    Raises ValueError for a name whose turn it is not: a machine has it, or the numbering has not come to it.
    """
    for role in Role:
        added = [name for name in names if role_of(profile, name) is role]
        due = list(islice(free_names(profile, role), len(added)))
        for name in added:
            if name not in due:
                raise ValueError(f"{name} cannot be added: the next {role} is {due[0]}")
    return settled(profile, _of(profile, {*_names(profile), *names}, {**profile.machines.by_name, **(own or {})}))


def shrunk(profile: Profile, names: Collection[str]) -> Profile:
    """Return a profile without these machines and the ports that lead to them, or without these hosts."""
    if not Plan(profile).provider.makes_machines:
        return profile.model_copy(update={"hosts": tuple(host for host in profile.hosts if host.name not in names)})
    by_name = {name: one for name, one in profile.machines.by_name.items() if name not in names}
    ports = tuple(port for port in profile.machines.ports if port.machine not in names)
    return settled(profile, _changed(_of(profile, _names(profile) - {*names}, by_name), {"ports": ports}))


def settled(built: Profile, wanted: Profile) -> Profile:
    """Return the wanted profile; machines that the built one has too keep their addresses.

    Another first address moves every machine, and so does an address that the profile itself gives a machine.
    """
    if not Plan(wanted).provider.makes_machines or built.network.first_address != wanted.network.first_address:
        return wanted
    had = {machine.name: machine.address for machine in Plan(built).machines}
    by_name = dict(wanted.machines.by_name)
    for machine in Plan(wanted).machines:
        one = by_name.get(machine.name, OneMachine())
        if one.address is None and had.get(machine.name, machine.address) != machine.address:
            by_name[machine.name] = one.model_copy(update={"address": had[machine.name]})
    return _changed(wanted, {"by_name": by_name})


def joined(wanted: Profile, built: Profile, names: Collection[str]) -> Profile:
    """Return the wanted profile with some machines of the built one that it no longer has, as they are there."""
    if not Plan(wanted).provider.makes_machines:
        hosts = (*wanted.hosts, *(host for host in built.hosts if host.name in names))
        return wanted.model_copy(update={"hosts": hosts})
    own = {name: built.machines.by_name[name] for name in names if name in built.machines.by_name}
    whole = _of(wanted, {*_names(wanted), *names}, {**wanted.machines.by_name, **own})
    theirs = (port for port in built.machines.ports if port.machine in names)
    return settled(built, _changed(whole, {"ports": (*wanted.machines.ports, *theirs)}))


def _names(profile: Profile) -> frozenset[str]:
    return frozenset(name for name, _ in machine_names(profile))


def _of(profile: Profile, names: Collection[str], by_name: Mapping[str, OneMachine]) -> Profile:
    """Return the profile with machines of exactly these names."""
    left_out = {*profile.machines.without, *_names(profile)} - {*names}
    update: dict[str, Any] = {"by_name": by_name, "without": ()}
    for role, field in _COUNTS.items():
        possible = list(islice(numbered(profile, role), MOST_NUMBERS))
        # the place of a control plane that left stays free, or the workers after it would move up
        reached = [name in names or (role is Role.CONTROL_PLANE and name in left_out) for name in possible]
        numbers = [number for number, each in enumerate(reached, 1) if each]
        update[field] = sum(name in names for name in possible)
        update["without"] += tuple(name for name in possible[: max(numbers, default=0)] if name not in names)
    return _changed(profile, update)


def _changed(profile: Profile, update: Mapping[str, Any]) -> Profile:
    return profile.model_copy(update={"machines": profile.machines.model_copy(update=dict(update))})
