"""SELinux, firewalld and NetworkManager: how machines of the Red Hat family are set so that pods work."""

from __future__ import annotations

from typing import Final

from kubetui.base.scripts import script, typed, written
from kubetui.engine.recipe import follow_recipe
from kubetui.engine.step import Recipe, Step, Teaching, Where
from kubetui.profile.machine import Machine, Role
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.software.addons import vip
from kubetui.software.packages.dnf import DNF
from kubetui.steps.machine.claim import CLAIM
from kubetui.steps.machine.start import FACTS

SELINUX_PROBE: Final = script(__package__, "selinux-probe.sh")
SELINUX_APPLY: Final = script(__package__, "selinux-apply.sh")
FIREWALL_LIBRARY: Final = script(__package__, "firewall.sh")
FIREWALL_PROBE: Final = FIREWALL_LIBRARY + script(__package__, "firewall-probe.sh")
FIREWALL_APPLY: Final = FIREWALL_LIBRARY + script(__package__, "firewall-apply.sh")
CONTROL_PLANE_PORTS: Final = ("6443/tcp", "2379-2380/tcp", "10257/tcp", "10259/tcp")
NODE_PORTS: Final = ("10250/tcp", "10256/tcp", "30000-32767/tcp", "30000-32767/udp")
"""kubernetes.io, "Ports and Protocols". NodePorts are open on control planes, too: kube-proxy answers there."""


def _selinux(plan: Plan, _machine: Machine) -> Recipe:
    values = {"MODE": plan.profile.machines.selinux}
    return Recipe(Command(SELINUX_APPLY, values), Command(SELINUX_PROBE, values))


def _setting_selinux(plan: Plan, _machine: Machine) -> tuple[str, ...]:
    chosen = plan.profile.machines.selinux
    return (
        f"setenforce {int(chosen == 'enforcing')}",
        typed("sed", "-i", "--follow-symlinks", f"s/^SELINUX=.*/SELINUX={chosen}/", "/etc/selinux/config"),
    )


def ports(plan: Plan, machine: Machine) -> tuple[str, ...]:
    """Return the ports that a machine's firewall opens: those of Kubernetes for its role, and the pod network's."""
    shared = (f"{vip.PORT}/tcp",) if plan.shared_address else ()
    own = (*CONTROL_PLANE_PORTS, *shared) if machine.role is Role.CONTROL_PLANE else ()
    return (*own, *NODE_PORTS, *(plan.pod_network.ports(plan.cluster_network) or ()))


def sources(plan: Plan) -> tuple[str, ...]:
    """Return the ranges that it trusts: pods and services, and the nodes where the pod network's ports are unknown."""
    network = plan.cluster_network
    known = plan.pod_network.ports(network) is not None
    # keepalived's VRRP is a protocol of its own, which has no ports
    peers = [each.address for each in plan.machines if each.role is Role.CONTROL_PLANE] if plan.shared_address else ()
    nodes = peers if known else network.node_networks
    return tuple(map(str, (network.pod_cidr, network.service_cidr, *nodes)))


def _links(plan: Plan) -> str:
    return ";".join(f"interface-name:{name}" for name in (*plan.pod_network.interfaces, "veth*"))


def _firewall(plan: Plan, machine: Machine) -> Recipe:
    values = {
        "FIREWALL": plan.profile.machines.firewall,
        "LINKS": _links(plan),
        "PORTS": " ".join(ports(plan, machine)),
        "SOURCES": " ".join(sources(plan)),
    }
    return Recipe(Command(FIREWALL_APPLY, values), Command(FIREWALL_PROBE, values))


def _setting_firewall(plan: Plan, machine: Machine) -> tuple[str, ...]:
    managing = (
        written("/etc/NetworkManager/conf.d/90-kubetui.conf", f"[keyfile]\nunmanaged-devices={_links(plan)}"),
        "systemctl reload NetworkManager",
    )
    if plan.profile.machines.firewall == "off":
        return (*managing, "systemctl disable --now firewalld")
    return (
        *managing,
        typed("firewall-cmd", "--permanent", *(f"--add-port={port}" for port in ports(plan, machine))),
        typed("firewall-cmd", "--permanent", "--zone=trusted", *(f"--add-source={each}" for each in sources(plan))),
        "firewall-cmd --permanent --add-masquerade",
        "firewall-cmd --reload",
    )


SELINUX: Final = Step(
    name="selinux",
    title="Set SELinux",
    why="Permissive, SELinux only logs: enforcing, it keeps pods from folders of the machine that its policy does not know.",
    source="kubernetes.io, Installing kubeadm: Red Hat-based distributions",
    where=Where.EVERY,
    family=DNF.name,
    needs=(FACTS, CLAIM),
    recipe=_selinux,
    run=follow_recipe,
    teaches=Teaching(
        commands=_setting_selinux,
        concepts=("selinux", "runtime"),
        changes=lambda plan, _machine: (f"SELinux, {plan.profile.machines.selinux}", "file /etc/selinux/config"),
    ),
)
FIREWALL: Final = Step(
    name="firewall",
    title="Let the nodes' traffic through",
    why="firewalld lets in little but SSH: a node could neither join, nor would packets of pods get through.",
    source="kubernetes.io, Ports and Protocols; flannel, Troubleshooting",
    where=Where.EVERY,
    family=DNF.name,
    needs=(FACTS, CLAIM),
    recipe=_firewall,
    run=follow_recipe,
    teaches=Teaching(
        commands=_setting_firewall,
        concepts=("firewalld", "pod-cidr", "nodeport"),
        changes=lambda plan, _machine: (
            "unit firewalld, " + ("disabled" if plan.profile.machines.firewall == "off" else "with its ports open"),
            "file /etc/NetworkManager/conf.d/90-kubetui.conf, where NetworkManager runs",
        ),
    ),
)
