"""The rules between fields, shared by the wizard and the headless run.

One function per rule; `RULES` lists them. Rules that depend on this host are in `host/addresses.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain, combinations

from kubetui.base.text import counted
from kubetui.profile.credentials import hidden
from kubetui.profile.plan import NODE_MASK, Plan
from kubetui.profile.rules.access import extra_disks, for_made_machines, forwarded_ports, synced_folders
from kubetui.profile.rules.addons import given_addresses, shared_address, signed_kubelets
from kubetui.profile.rules.existing import listed_hosts, several_control_planes
from kubetui.profile.rules.nodes import (
    a_place_for_coredns,
    control_plane_size,
    left_out,
    own_addresses,
    single_machines,
)
from kubetui.profile.rules.packages import enforced, mirrors_for_each, recorded_family
from kubetui.profile.rules.patches import patch_kinds, patch_lists
from kubetui.profile.rules.ranges import (
    PRIVATE,
    RESERVED,
    Problem,
    addressed,
    is_private,
    occupied,
    relation,
    subject,
    suggestion,
)
from kubetui.profile.rules.registry import no_other_source, own_port, own_volume
from kubetui.profile.schema.boxes import BoxKind, BoxSource
from kubetui.profile.schema.kinds import GONE, PROVIDERS

POD_MASKS = range(8, NODE_MASK + 1)
"""Prefix lengths of a pod CIDR: kube-controller-manager allocates at most 2**16 subnets, each a /24."""
SERVICE_MASKS = range(12, 25)
"""Prefix lengths of a service CIDR: the API server refuses more than 20 host bits."""


def check(plan: Plan) -> tuple[Problem, ...]:
    """Return every problem between the fields of a plan's profile, in the order of `RULES`."""
    return tuple(chain.from_iterable(rule(plan) for rule in RULES))


def _machine_names(plan: Plan) -> Iterator[Problem]:
    for name, count in Counter(machine.name for machine in addressed(plan)).items():
        if count > 1 and not plan.provider.makes_machines:
            message = f"{count} hosts are called {name}."
            yield Problem(("hosts",), message, "Give each its own name: its host name.")
        elif count > 1:
            message = f"Two machines would be called {name}: a control plane and a worker."
            yield Problem(("machines", "worker_name"), message, "Choose names that differ in more than a number.")


def _provider_options(plan: Plan) -> Iterator[Problem]:
    for name in plan.profile.machines.options:
        makers = [kind.name for kind in PROVIDERS.values() if kind.makes_machines]
        if name not in makers:
            message, _ = GONE.get(name, (f"{name} is not a provider.", ""))
            fix = f"Options belong under one of: {', '.join(makers)}."
            yield Problem(("machines", "options", name), message, fix)


def _box(plan: Plan) -> Iterator[Problem]:
    """Refuse a checksum without a .box file, and a version of a box that has only one."""
    machines = plan.profile.machines
    yield from _checksum(("machines",), machines.box, machines.box_sha256)
    if machines.box_version and _kind(machines.box) is BoxKind.FILE:
        message = "A .box file has no version, and Vagrant refuses one."
        yield Problem(("machines", "box_version"), message, "Remove it; box_sha256 says which file it must be.")
    for name, one in machines.by_name.items():
        path = ("machines", "by_name", name)
        yield from _checksum(path, one.box, one.box_sha256)
        if _kind(one.box) is BoxKind.METADATA:
            message = "Vagrant's metadata is for the box of all machines, in machines.box."
            yield Problem((*path, "box"), message, "Write OWNER/NAME here, or the URL or path of the .box file in it.")


def _kind(box: BoxSource | None) -> BoxKind:
    return box.kind if box else BoxKind.CATALOGUE


def _checksum(path: tuple[str, ...], box: BoxSource | None, sha256: str | None) -> Iterator[Problem]:
    if sha256 and _kind(box) is not BoxKind.FILE:
        where = "metadata" if _kind(box) is BoxKind.METADATA else "catalogue"
        message = f"Vagrant's {where} has checksums of its own, and Vagrant compares no other."
        fix = "Remove box_sha256, or name the URL or path of a .box file."
        yield Problem((*path, "box_sha256"), message, fix)


def _private_address(plan: Plan) -> Iterator[Problem]:
    if plan.provider.makes_machines and not is_private(plan):
        message = f"{plan.profile.network.first_address} is not an address for a private network."
        fix = f"Choose one in {', '.join(map(str, PRIVATE[:-1]))} or {PRIVATE[-1]}, such as 192.168.56.101."
        yield Problem(("network", "first_address"), message, fix)


def _machine_addresses(plan: Plan) -> Iterator[Problem]:
    """Every machine's address is in the first one's /24, and not reserved for something else."""
    if not is_private(plan) or not plan.provider.makes_machines:
        return
    path = ("network", "first_address")
    own = {name for name, one in plan.profile.machines.by_name.items() if one.address is not None}
    if any(machine.address not in plan.node_network for machine in plan.machines if machine.name not in own):
        message = f"{len(plan.machines)} machines from {plan.machines[0].address} on do not fit in {plan.node_network}."
        yield Problem(path, message, f"Start at {plan.node_network[2]}, or have fewer machines.")
        return
    owners = {0: "the network itself", 1: "this host", 255: "broadcasts"}
    if plan.profile.provider == "lxc":
        owners[254] = "the bridge, where vagrant-lxc puts it"
    for machine in plan.machines:
        owner = owners.get(int(machine.address) & 0xFF)
        if owner and machine.address in plan.node_network:
            chosen = machine.name in own
            message = f"{machine.name} would get {machine.address}, which belongs to {owner}."
            where = ("machines", "by_name", machine.name, "address") if chosen else path
            yield Problem(where, message, "Choose another address." if chosen else "Choose another first address.")


def _mirrors(plan: Plan) -> Iterator[Problem]:
    """Refuse mirrors that the runtime cannot ask."""
    for registry, url in plan.profile.mirrors.registries.items():
        if reason := plan.runtime.unfit(registry, url):
            fix = "Choose another mirror, or another container runtime."
            yield Problem(
                ("mirrors", "registries", registry), f"{registry} has the mirror {hidden(url)}. {reason}", fix
            )


def _pod_range(plan: Plan) -> Iterator[Problem]:
    cidr, path = plan.profile.network.pod_cidr, ("network", "pod_cidr")
    count = len(plan.profile.hosts)
    if plan.provider.makes_machines:
        count = plan.profile.machines.control_planes + plan.profile.machines.workers
    if cidr.prefixlen not in POD_MASKS:
        message = f"{cidr} has a prefix of /{cidr.prefixlen}, and a pod CIDR needs one from /8 to /24."
        yield Problem(path, message, "Each machine takes a /24 of it: /16 has room for 256.")
    elif count > (room := 2 ** (NODE_MASK - cidr.prefixlen)):
        message = f"{cidr} has room for {counted(room, 'machine')}, and there are {count}."
        prefix = NODE_MASK - (count - 1).bit_length()
        yield Problem(path, message, f"Each takes a /24 of it: choose a /{prefix} or larger, or fewer machines.")


def _service_range(plan: Plan) -> Iterator[Problem]:
    cidr = plan.profile.network.service_cidr
    if cidr.prefixlen not in SERVICE_MASKS:
        message = f"{cidr} has a prefix of /{cidr.prefixlen}, and a service CIDR needs one from /12 to /24."
        yield Problem(("network", "service_cidr"), message, "The API server refuses larger ones. /16 is plenty.")


def _usable_ranges(plan: Plan) -> Iterator[Problem]:
    pods, services, *nodes = occupied(plan)
    for each, others in ((pods, (services, *nodes)), (services, (pods, *nodes))):
        for reserved in RESERVED:
            if each.network.overlaps(reserved):
                words = f"{relation(each.network, reserved)} {reserved}, which" if each.network != reserved else ""
                message = f"{each.network} {words} is reserved.".replace("  ", " ")
                yield Problem(each.path, message, suggestion(each.field, (other.network for other in others)))
                break


def _disjoint_ranges(plan: Plan) -> Iterator[Problem]:
    """Refuse overlapping ranges of pods, services and machines; kubeadm accepts them (kubeadm#3312)."""
    everything = occupied(plan)
    for one, other in combinations(everything, 2):
        if one.network.overlaps(other.network) and one.field != "hosts":
            blamed, kept = (other, one) if other.chosen and not one.chosen else (one, other)
            message = f"{subject(blamed)} {relation(blamed.network, kept.network)} {kept}."
            taken = (each.network for each in everything if each is not blamed)
            yield Problem(blamed.path, message, suggestion(blamed.field, taken))


def _own_manifest(plan: Plan) -> Iterator[Problem]:
    manifest, path = plan.profile.network.manifest, ("network", "manifest")
    if not plan.pod_network.own:
        return
    if manifest is None or bool(manifest.path) == bool(manifest.url):
        which = "both path and url" if manifest and manifest.path else "neither path nor url"
        message = f"The pod network is a manifest, and network.manifest has {which}."
        yield Problem((*path, "path"), message, "Give it one of the two; url needs sha256 as well.")
    elif manifest.url and not manifest.sha256:
        message = "A manifest from the web needs sha256, so that the cluster gets exactly what you reviewed."
        yield Problem((*path, "sha256"), message, "Add the checksum that sha256sum prints for the file.")


RULES: tuple[Callable[[Plan], Iterator[Problem]], ...] = (
    several_control_planes,
    control_plane_size,
    _machine_names,
    single_machines,
    own_addresses,
    left_out,
    for_made_machines,
    forwarded_ports,
    synced_folders,
    extra_disks,
    a_place_for_coredns,
    _provider_options,
    _box,
    listed_hosts,
    _private_address,
    _machine_addresses,
    _pod_range,
    _service_range,
    _usable_ranges,
    _disjoint_ranges,
    _own_manifest,
    given_addresses,
    signed_kubelets,
    shared_address,
    own_port,
    own_volume,
    no_other_source,
    recorded_family,
    mirrors_for_each,
    enforced,
    _mirrors,
    patch_kinds,
    patch_lists,
)
