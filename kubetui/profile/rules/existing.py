"""The rules for machines that exist, and for several control planes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from kubetui.profile.rules.ranges import Problem
from kubetui.profile.schema.kinds import PROVIDERS
from kubetui.profile.schema.profile import Profile

PORTS = 2**16


def makes_machines(profile: Profile) -> bool:
    """Tell whether the provider makes the machines, or takes those that exist."""
    return PROVIDERS[profile.provider].makes_machines


def several_control_planes(profile: Profile) -> Iterator[Problem]:
    """One address reaches all control planes; kubeadm cannot add it to a cluster that began without."""
    endpoint = profile.network.control_plane_endpoint
    if endpoint is not None and not 0 < int(endpoint.partition(":")[2] or 1) < PORTS:
        message = f"{endpoint} names a port that does not exist."
        yield Problem(("network", "control_plane_endpoint"), message, f"Ports are 1 to {PORTS - 1}; 6443 is usual.")
    count = sum(host.role == "control plane" for host in profile.hosts)
    if makes_machines(profile):
        count = profile.machines.control_planes
    if count > 1 and endpoint is None:
        message = f"{count} control planes need one address that reaches them all, and none is named."
        fix = "Name a load balancer's address in network.control_plane_endpoint, or have one control plane."
        yield Problem(("network", "control_plane_endpoint"), message, fix)


def listed_hosts(profile: Profile) -> Iterator[Problem]:
    """Existing machines are listed for the provider that takes them, and for no other."""
    path, hosts = ("hosts",), profile.hosts
    if makes_machines(profile):
        if hosts:
            message = f"Hosts are listed, and {profile.provider} makes machines of its own."
            yield Problem(path, message, "Write provider: hosts to use them, or take the list away.")
        return
    if not any(host.role == "control plane" for host in hosts):
        message = "None of the hosts is a control plane." if hosts else "No hosts are listed."
        fix = "Name at least one control plane, with its name and its address."
        yield Problem(path, message, fix)
    for index, host in enumerate(hosts):
        if host.address is None and host.ssh is None:
            yield Problem(
                ("hosts", index),
                f"Nothing says how SSH reaches {host.name}.",
                "Give it an address, or ssh: and a name of your OpenSSH configuration.",
            )
        elif host.internal is None:
            message = f"Nothing says at which address other nodes reach {host.name}."
            yield Problem(("hosts", index), message, "Set node_address to an IPv4 address that the machine has.")
    for address, count in Counter(host.internal for host in hosts if host.internal).items():
        if count > 1:
            yield Problem(path, f"{count} hosts have the address {address}.", "Each has a node_address of its own.")
