"""The names and addresses of the machines that kubetui makes: numbered by their role, counting up, some left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from ipaddress import IPv4Address
from itertools import chain, count, islice
from typing import Final

from kubetui.profile.schema.profile import Profile

MOST_NUMBERS: Final = 999
"""How many names of machines the numbering has for a role."""


class Role(StrEnum):
    """A machine's role in the cluster."""

    CONTROL_PLANE = "control plane"
    WORKER = "worker"


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
