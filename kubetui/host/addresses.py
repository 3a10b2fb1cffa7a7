"""Rules that depend on the host kubetui runs on: its routes, and what VirtualBox allows."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path

from kubetui.base.text import clean
from kubetui.profile.plan import Plan
from kubetui.profile.rules.ranges import Problem, Range, ranges, relation, subject, suggestion
from kubetui.profile.schema.profile import Profile

NETWORKS_CONF = Path("/etc/vbox/networks.conf")
"""Where VirtualBox reads which host-only ranges it may use (VirtualBox manual, "Host-Only Networking")."""
ROUTES = Path("/proc/net/route")
"""Where Linux shows its IPv4 routes; other systems have none and are not checked."""

_VIRTUALBOX_DEFAULT = IPv4Network("192.168.56.0/21")
_REJECT = 0x0200
_VIRTUAL = re.compile(r"(vboxnet|virbr|lxcbr|lxdbr|vmnet|vagrant|br\d)")
_COLUMNS = 8


@dataclass(frozen=True, slots=True)
class Route:
    """A network that this host reaches, and the interface it goes through."""

    network: IPv4Network
    interface: str


def host_problems(profile: Profile) -> tuple[Problem, ...]:
    """Return what this host has against the profile's addresses; reads two files and changes nothing."""
    try:
        conf: str | None = NETWORKS_CONF.read_text(encoding="utf-8", errors="replace")
    except OSError:
        conf = None
    return (*virtualbox_problems(profile, virtualbox_ranges(conf)), *route_conflicts(profile, host_routes()))


def host_routes(path: Path = ROUTES) -> tuple[Route, ...]:
    """Return this host's IPv4 routes, or none where the system does not show them as Linux does."""
    try:
        return parse_routes(path.read_text(encoding="ascii", errors="replace"))
    except OSError:
        return ()


def parse_routes(text: str) -> tuple[Route, ...]:
    """Return the routes of /proc/net/route's text, without default and reject routes and what cannot be read."""
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
    """Return the number of an address that the kernel prints in the machine's own byte order."""
    return int.from_bytes(int(digits, 16).to_bytes(4, sys.byteorder), "big")


def route_conflicts(profile: Profile, routes: Sequence[Route]) -> tuple[Problem, ...]:
    """Return where the cluster's ranges touch networks that this host already reaches, one problem a range.

    A route that is the machines' network, on an interface that a provider made, is that network itself:
    machines may have it, pods and services may not.
    """
    if Plan(profile).provider.rehearsal:
        return ()
    everything = ranges(profile)
    known = [route.network for route in routes]
    # existing machines are where they are, most often on a network that this host reaches
    judged = everything if Plan(profile).provider.makes_machines else everything[:2]
    return tuple(
        problem
        for each in judged
        for problem in _conflict(profile, each, routes, [*known, *(r.network for r in everything if r is not each)])
    )


def _conflict(
    profile: Profile, blamed: Range, routes: Sequence[Route], taken: Sequence[IPv4Network]
) -> Iterator[Problem]:
    for route in routes:
        if not blamed.network.overlaps(route.network) or _is_own(profile, blamed, route):
            continue
        words = relation(blamed.network, route.network)
        message = f"{subject(blamed)} {words} {route.network}, which this host reaches through {route.interface}."
        yield Problem(blamed.path, message, suggestion(blamed.field, taken))
        return


def _is_own(profile: Profile, blamed: Range, route: Route) -> bool:
    made = _VIRTUAL.match(route.interface) or route.interface in profile.network.options.values()
    return blamed.field == "first_address" and route.network == blamed.network and bool(made)


def virtualbox_ranges(text: str | None) -> tuple[IPv4Network, ...]:
    """Return the ranges that VirtualBox allows for host-only networks, from networks.conf's text.

    None stands for a file that is not there: then 192.168.56.0/21 is allowed. A file without ranges allows
    none. Lines look like `* 10.0.0.0/8 192.168.0.0/16`; IPv6 ranges and what cannot be read are left out.
    """
    if text is None:
        return (_VIRTUALBOX_DEFAULT,)
    words = (word for line in text.splitlines() if line.strip().startswith("*") for word in line.strip()[1:].split())
    return tuple(network for word in words for network in _network(word))


def _network(word: str) -> Iterator[IPv4Network]:
    try:
        yield IPv4Network(word, strict=False)
    except ValueError:
        return


def virtualbox_problems(profile: Profile, allowed: Sequence[IPv4Network]) -> tuple[Problem, ...]:
    """Return a problem where the machines or the host's address beside them are outside what VirtualBox allows."""
    if profile.provider != "virtualbox":
        return ()
    plan = Plan(profile)
    needed = (plan.node_network[1], *(machine.address for machine in plan.machines))
    outside = [address for address in needed if not any(address in network for network in allowed)]
    if not outside:
        return ()
    shown = ", ".join(map(str, allowed)) or "no range at all"
    message = f"VirtualBox does not allow {outside[-1]} on a host-only network: it allows {shown}."
    fix = f"Add the line `* {plan.node_network}` to {NETWORKS_CONF}"
    tail = ", or start at 192.168.56.101." if _VIRTUALBOX_DEFAULT in allowed else "."
    return (Problem(("network", "first_address"), message, fix + tail),)
