"""Rules for what add-ons take or give away of the nodes' network, and for what they need of the kubelets."""

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


def shared_address(plan: Plan) -> Iterator[Problem]:
    """Require that the address which control planes share is one of the nodes' network that nobody else has."""
    for number, chosen in enumerate(plan.profile.addons):
        path = ("addons", number, "address")
        if not chosen.addon.endpoint:
            if chosen.address:
                yield Problem(path, f"{chosen.name} has no address of its own.", "Delete it.")
            continue
        if own := [field for field in ("version", "url", "sha256") if getattr(chosen, field)]:
            message = f"{chosen.name} comes from the distribution's packages, without {' and '.join(own)}."
            yield Problem(path[:2], message, "Delete that.")
        if endpoint := plan.profile.network.control_plane_endpoint:
            message = f"{chosen.name} gives the control planes an address, and they have {endpoint} already."
            yield Problem(path[:2], message, "Leave the add-on out, or delete network.control_plane_endpoint.")
        elif plan.shared_address is None:
            message = "Nobody knows which address of your network is free for the control planes."
            yield Problem(path, message, "Name one that nobody has, for example address: 192.168.1.239.")
        elif addressed(plan):
            yield from _alone(plan, plan.shared_address, path)


def _alone(plan: Plan, shared: IPv4Address, path: tuple[str | int, ...]) -> Iterator[Problem]:
    usual, network = plan.usual_shared, plan.node_network
    free = f"Name one that nobody has, for example address: {usual}." if usual else "Choose another."
    if usual and shared not in network:
        yield Problem(path, f"{shared} is not in {network}, where the nodes are.", free)
    elif owner := _owners(plan).get(shared):
        yield Problem(path, f"{shared} is the address of {owner}.", free)


def _owners(plan: Plan) -> dict[IPv4Address, str]:
    """Return whose addresses of the nodes' network are taken."""
    owners = {machine.address: f"the machine {machine.name}" for machine in plan.machines}
    if plan.provider.makes_machines:
        network = plan.node_network
        owners |= {network[0]: "the network itself", network[1]: "this host", network[-1]: "its broadcasts"}
    return owners


def _free(plan: Plan, pool: AddressRange, path: tuple[str | int, ...]) -> Iterator[Problem]:
    taken = _owners(plan)
    fix = "Choose others."
    if plan.usual_pool:
        network, fix = plan.node_network, _EXAMPLE.format(plan.usual_pool)
        if not (pool.first in network and pool.last in network):
            yield Problem(path, f"{pool} is not in {network}, where the nodes are.", fix)
            return
    endpoint = plan.api_endpoint.partition(":")[0]
    if endpoint.replace(".", "").isdigit():
        taken.setdefault(IPv4Address(endpoint), "the API endpoint")
    if owners := [f"{address} of {who}" for address, who in sorted(taken.items()) if address in pool]:
        yield Problem(path, f"{pool} has {' and '.join(owners[:3])} in it.", fix)


def signed_kubelets(plan: Plan) -> Iterator[Problem]:
    """Refuse a patch that keeps kubelets from the certificates by which an add-on knows them."""
    needing = [chosen.name for chosen in plan.profile.addons if chosen.addon.kubelets_signed]
    for number, patch in enumerate(plan.profile.kubernetes.patches):
        if (
            needing
            and patch.get("kind") == "KubeletConfiguration"
            and patch.get("serverTLSBootstrap", True) is not True
        ):
            message = f"{needing[0]} needs kubelets whose certificates the cluster's authority signs."
            fix = f"Delete serverTLSBootstrap, or the add-on {needing[0]}."
            yield Problem(("kubernetes", "patches", number, "serverTLSBootstrap"), message, fix)
