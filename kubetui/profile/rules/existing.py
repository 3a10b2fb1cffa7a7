"""Rules for existing machines, and for several control planes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from kubetui.profile.plan import Plan
from kubetui.profile.rules.ranges import Problem

PORTS = 2**16


def several_control_planes(plan: Plan) -> Iterator[Problem]:
    """Several control planes need one common address; kubeadm cannot add it to a running cluster."""
    endpoint = plan.profile.network.control_plane_endpoint
    if endpoint is not None and not 0 < int(endpoint.partition(":")[2] or 1) < PORTS:
        message = f"{endpoint} names a port that does not exist."
        yield Problem(("network", "control_plane_endpoint"), message, f"Ports are 1 to {PORTS - 1}; 6443 is usual.")
    count = sum(host.role == "control plane" for host in plan.profile.hosts)
    if plan.provider.makes_machines:
        count = plan.profile.machines.control_planes
    if count > 1 and not plan.common_endpoint:
        message = f"{count} control planes need one address that reaches them all, and there is none."
        fix = (
            "Add the add-on vip, set network.control_plane_endpoint to a load balancer's address, "
            "or use one control plane."
        )
        yield Problem(("network", "control_plane_endpoint"), message, fix)


def listed_hosts(plan: Plan) -> Iterator[Problem]:
    """Only the provider for existing machines has a list of hosts, with at least one control plane."""
    path, hosts = ("hosts",), plan.profile.hosts
    if plan.provider.makes_machines:
        if hosts:
            message = f"Hosts are listed, but {plan.profile.provider} makes its own machines."
            yield Problem(path, message, "Write provider: hosts to use them, or remove the list.")
        return
    if not any(host.role == "control plane" for host in hosts):
        message = "None of the hosts is a control plane." if hosts else "No hosts are listed."
        fix = "Add at least one control plane, with its name and its address."
        yield Problem(path, message, fix)
    for index, host in enumerate(hosts):
        if host.address is None and host.ssh is None:
            yield Problem(
                ("hosts", index),
                f"It does not say how SSH reaches {host.name}.",
                "Give it an address, or ssh: with a name from your OpenSSH configuration.",
            )
        elif host.internal is None:
            message = f"It does not say at which address other nodes reach {host.name}."
            yield Problem(("hosts", index), message, "Set node_address to an IPv4 address of the machine.")
    for address, count in Counter(host.internal for host in hosts if host.internal).items():
        if count > 1:
            yield Problem(path, f"{count} hosts have the address {address}.", "Give each its own node_address.")
