"""Rules for what add-ons give away: addresses of the nodes' network."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import Final

from kubetui.profile.plan import Plan
from kubetui.profile.rules.ranges import Problem, addressed
from kubetui.profile.schema.addons import AddressRange

_EXAMPLE: Final = "Name some that nobody has, for example addresses: {}."


def given_addresses(plan: Plan) -> Iterator[Problem]:
    """Require that an add-on gives away addresses of the nodes' network that no machine and not this host has."""
    for number, chosen in enumerate(plan.profile.addons):
        path = ("addons", number, "addresses")
        pool = plan.pool(chosen)
        if not chosen.addon.pool:
            if chosen.addresses:
                yield Problem(path, f"{chosen.name} gives no addresses away.", "Delete them.")
        elif pool is None:
            message = f"{chosen.name} gives services addresses, and nobody knows which of your network are free."
            yield Problem(path, message, _EXAMPLE.format("192.168.1.240-192.168.1.250"))
        elif addressed(plan):
            yield from _free(plan, pool, path)


def _free(plan: Plan, pool: AddressRange, path: tuple[str | int, ...]) -> Iterator[Problem]:
    taken = {machine.address: f"the machine {machine.name}" for machine in plan.machines}
    fix = "Choose others."
    if plan.usual_pool:
        network, fix = plan.node_network, _EXAMPLE.format(plan.usual_pool)
        if not (pool.first in network and pool.last in network):
            yield Problem(path, f"{pool} is not in {network}, where the nodes are.", fix)
            return
        taken |= {network[0]: "the network itself", network[1]: "this host", network[-1]: "its broadcasts"}
    endpoint = plan.api_endpoint.partition(":")[0]
    if endpoint.replace(".", "").isdigit():
        taken.setdefault(IPv4Address(endpoint), "the API endpoint")
    if owners := [f"{address} of {who}" for address, who in sorted(taken.items()) if address in pool]:
        yield Problem(path, f"{pool} has {' and '.join(owners[:3])} in it.", fix)
