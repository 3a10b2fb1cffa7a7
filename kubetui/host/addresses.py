"""Rules that depend on this host: the networks that it reaches, and the ranges that VirtualBox allows."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv4Network
from pathlib import Path

import psutil

from kubetui.base.text import clean
from kubetui.host.interfaces import introduced, is_own, removal
from kubetui.machines.vagrant import virtualbox
from kubetui.profile.plan import Plan
from kubetui.profile.rules.ranges import Problem, Range, ranges, relation, subject, suggestion

ROUTES = Path("/proc/net/route")
"""Linux's IPv4 routes; on other systems only the networks of the host's own interfaces are known."""

_REJECT = 0x0200
_COLUMNS = 8


@dataclass(frozen=True, slots=True)
class Route:
    """A network that this host reaches, and the interface it goes through."""

    network: IPv4Network
    interface: str


def host_problems(plan: Plan) -> tuple[Problem, ...]:
    """Return why this host cannot use the plan's addresses; only reads."""
    return (*virtualbox.address_problems(plan), *route_conflicts(plan, host_routes()))


def host_routes(path: Path | None = None) -> tuple[Route, ...]:
    """Return the networks that this host reaches: its IPv4 routes on Linux, and its interfaces' networks everywhere.

    An interface that is down has no route, but its network comes back with the machines that use it.
    """
    try:
        routes = parse_routes((path or ROUTES).read_text(encoding="ascii", errors="replace"))
    except OSError:
        routes = ()
    return tuple(dict.fromkeys((*routes, *_connected())))


def routes_known() -> bool:
    """Return whether this system tells kubetui all routes of this host."""
    return ROUTES.exists()


def _connected() -> Iterator[Route]:
    for interface, addresses in psutil.net_if_addrs().items():
        for each in addresses:
            if each.family is not socket.AF_INET or not each.netmask:
                continue
            try:
                own = IPv4Interface(f"{each.address}/{each.netmask}")
            except ValueError:
                # a mask with holes is legal, and no network
                continue
            if not own.is_loopback and 1 < own.network.prefixlen < own.max_prefixlen:
                yield Route(own.network, clean(interface))


def parse_routes(text: str) -> tuple[Route, ...]:
    """Parse /proc/net/route, skipping default, reject and unreadable routes."""
    return tuple(_routes(text))


def _routes(text: str) -> Iterator[Route]:
    for line in text.splitlines()[1:]:
        columns = line.split()
        if len(columns) < _COLUMNS:
            continue
        try:
            flags = int(columns[3], 16)
            network = IPv4Network((_address(columns[1]), _address(columns[7]).bit_count()))
        except (ValueError, OverflowError):
            continue
        # /0 is the default route; VPNs that take all traffic split it into two of /1
        if network.prefixlen > 1 and not flags & _REJECT:
            yield Route(network, clean(columns[0]))


def _address(digits: str) -> int:
    """Return an address as a number; the kernel prints it in the machine's byte order."""
    return int.from_bytes(int(digits, 16).to_bytes(4, sys.byteorder), "big")


def route_conflicts(plan: Plan, routes: Sequence[Route]) -> tuple[Problem, ...]:
    """Return the cluster's ranges that overlap networks this host already reaches, one problem per range.

    A route through the interface that the plan's provider itself uses for the machines' network is no conflict for
    the machines, but one for pods and services.
    """
    if plan.provider.rehearsal:
        return ()
    everything = ranges(plan)
    known = [route.network for route in routes]
    # existing machines are usually on a network that this host reaches, and that is fine
    judged = everything if plan.provider.makes_machines else everything[:2]
    return tuple(
        problem
        for each in judged
        for problem in _conflict(plan, each, routes, [*known, *(r.network for r in everything if r is not each)])
    )


def _conflict(plan: Plan, blamed: Range, routes: Sequence[Route], taken: Sequence[IPv4Network]) -> Iterator[Problem]:
    for route in routes:
        if not blamed.network.overlaps(route.network) or _is_own(plan, blamed, route):
            continue
        words = f"{relation(blamed.network, route.network)} {route.network}, which"
        if blamed.network == route.network:
            words = "is a network that"
        message = f"{subject(blamed)} {words} this host reaches through {introduced(route.interface)}."
        fix = f"{suggestion(blamed.field, taken)} {removal(route.interface)}".rstrip()
        yield Problem(blamed.path, message, fix)
        return


def _is_own(plan: Plan, blamed: Range, route: Route) -> bool:
    return blamed.field == "first_address" and route.network == blamed.network and is_own(plan, route.interface)
