"""The three address ranges of a cluster, how they overlap others, and which ones are free."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network

from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Network

PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
"""The private ranges of RFC 1918."""
RESERVED = tuple(map(IPv4Network, ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3")))
"""Ranges that no machine, pod or service can use: loopback, link-local, multicast and others (RFC 6890)."""

_FREE = {
    "pod_cidr": ("10.244.0.0/16", "10.10.0.0/16", "172.16.0.0/16", "192.168.128.0/17"),
    "service_cidr": ("10.96.0.0/12", "10.112.0.0/12", "172.20.0.0/16", "192.168.192.0/20"),
    "first_address": (*(f"192.168.{third}.0/24" for third in range(56, 64)), "172.30.56.0/24", "10.200.56.0/24"),
}
_FIRST_HOST = 101
"""The last octet of the tutorial's first machine."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A violated rule: the field to blame, what is wrong with which values, and what to do."""

    path: tuple[str | int, ...]
    message: str
    fix: str

    def __str__(self) -> str:
        return f"{self.message} {self.fix}".strip()


@dataclass(frozen=True, slots=True)
class Range:
    """One of the cluster's ranges; `chosen` when the profile changes the default."""

    field: str
    label: str
    network: IPv4Network
    chosen: bool

    @property
    def path(self) -> tuple[str, ...]:
        """The profile's field."""
        return ("network", self.field)

    def __str__(self) -> str:
        return f"{self.label} {self.network[0] if self.network.num_addresses == 1 else self.network}"


def is_private(plan: Plan) -> bool:
    """Return whether the first machine's address is in one of the private ranges."""
    return any(plan.profile.network.first_address in network for network in PRIVATE)


def addressed(plan: Plan) -> tuple[Machine, ...]:
    """Return the plan's machines; none when their addresses would exceed the last IPv4 address."""
    return plan.machines if is_private(plan) or not plan.provider.makes_machines else ()


def ranges(plan: Plan) -> tuple[Range, Range, Range]:
    """Return the ranges of pods, services and machines; the range of existing machines may include other hosts."""
    chosen, default = plan.profile.network, Network()
    return (
        Range("pod_cidr", "the pod CIDR", chosen.pod_cidr, chosen.pod_cidr != default.pod_cidr),
        Range("service_cidr", "the service CIDR", chosen.service_cidr, chosen.service_cidr != default.service_cidr),
        Range(
            "first_address",
            "the machines' network",
            plan.node_network,
            chosen.first_address != default.first_address,
        ),
    )


def occupied(plan: Plan) -> tuple[Range, ...]:
    """Return the ranges that may not overlap: pods, services, and the machines' network or each existing address."""
    pods, services, nodes = ranges(plan)
    if plan.provider.makes_machines:
        return (pods, services, nodes)
    hosts = (
        Range("hosts", f"{machine.name}'s address", network, chosen=False)
        for machine, network in zip(plan.machines, plan.node_networks, strict=True)
    )
    return (pods, services, *hosts)


def subject(blamed: Range) -> str:
    """Return the start of a sentence about a range; the machines' network is introduced, as no field contains it."""
    if blamed.field == "first_address":
        return f"The machines' network {blamed.network}"
    return str(blamed.network)


def relation(one: IPv4Network, other: IPv4Network) -> str:
    """Return the verb between two overlapping ranges."""
    if one == other:
        return "is also"
    return "lies inside" if one.subnet_of(other) else "contains"


def suggestion(field: str, taken: Iterable[IPv4Network]) -> str:
    """Return a sentence that suggests a usual value which overlaps none of the taken ranges."""
    avoid = tuple(taken)
    for text in _FREE[field]:
        free = IPv4Network(text)
        if not any(free.overlaps(network) for network in avoid):
            return f"Try {free[_FIRST_HOST] if field == 'first_address' else free}."
    return f"Choose one that overlaps none of {', '.join(map(str, avoid))}."
