"""kubeadm's part of an upgrade: apply on the first control plane, node on every other machine."""

from __future__ import annotations

from typing import Final

from kubetui.base.scripts import script
from kubetui.engine.step import Recipe
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.steps import kubeadm
from kubetui.steps.cluster.libraries import HEALTHY, INIT, JOIN, KUBEADM

APPLIED: Final = script(__package__, "upgraded.sh")
FIRST_PROBE: Final = INIT + APPLIED
FIRST_APPLY: Final = INIT + KUBEADM + HEALTHY + script(__package__, "first-apply.sh")
NODE_PROBE: Final = JOIN + APPLIED
NODE_APPLY: Final = JOIN + KUBEADM + script(__package__, "node-apply.sh")
APPLY_SECONDS: Final = 1800.0
"""etcd and three programs restart one after the other, and kubeadm waits up to five minutes for each."""


def of_first(plan: Plan, machine: Machine) -> Recipe:
    """Return `kubeadm upgrade apply`, as of the first control plane."""
    values = {
        "CLUSTER_ID": plan.identity,
        "CLUSTER_NAME": plan.profile.name,
        "POD_CIDR": str(plan.profile.network.pod_cidr),
        **_common(plan, machine),
    }
    return Recipe(Command(FIRST_APPLY, values, timeout=APPLY_SECONDS), Command(FIRST_PROBE, values))


def of_node(plan: Plan, machine: Machine) -> Recipe:
    """Return `kubeadm upgrade node`, as of every other machine."""
    values = {
        "ADDRESS": str(machine.address),
        "CLUSTER_ID": plan.identity,
        "ENDPOINT": plan.api_endpoint,
        **_common(plan, machine),
    }
    return Recipe(Command(NODE_APPLY, values, timeout=APPLY_SECONDS), Command(NODE_PROBE, values))


def _common(plan: Plan, machine: Machine) -> dict[str, str]:
    registering = kubeadm.init_documents(plan)[0] if machine.first else kubeadm.join_documents(plan, machine)[0]
    return {
        "CRI_SOCKET": plan.runtime.socket,
        "CGROUP_V1_SKIPS": kubeadm.skipped_on_cgroup_v1(plan, registering),
        "ROLE": machine.role.value,
        "VERSION": plan.version,
    }
