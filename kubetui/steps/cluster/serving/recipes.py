"""Kubelets with serving certificates of the cluster's authority: asked for on every machine, approved on the first.

Nobody in Kubernetes approves the requests for them, because only who made the machines knows their names and addresses
(kubernetes.io, "TLS bootstrapping: Certificate rotation"; "Certificates and Certificate Signing Requests"). Once no
add-on verifies kubelets any more, they sign their certificates themselves again.
"""

from __future__ import annotations

from typing import Final

from kubetui.base.scripts import script
from kubetui.cluster.tables import ADMIN
from kubetui.engine.step import Recipe
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.software.addons import CATALOGUE

KUBELET: Final = script(__package__, "kubelet.sh")
SHARED: Final = ADMIN + script(__package__, "shared.sh")
REQUESTS: Final = script(__package__, "requests.sh")
_FORGET: Final = SHARED + script(__package__, "forget.sh")
SERVING_APPLY: Final = KUBELET + script(__package__, "kubelet-apply.sh")
SERVING_PROBE: Final = KUBELET + script(__package__, "kubelet-probe.sh")
APPROVE: Final = SHARED + REQUESTS + script(__package__, "approve-apply.sh")
APPROVED_PROBE: Final = SHARED + REQUESTS + script(__package__, "approve-probe.sh")
WITHDRAW: Final = KUBELET + script(__package__, "withdrawn-apply.sh")
WITHDRAWN_PROBE: Final = KUBELET + script(__package__, "withdrawn-probe.sh")
FORGET: Final = _FORGET + script(__package__, "forget-apply.sh")
FORGOTTEN_PROBE: Final = _FORGET + script(__package__, "forget-probe.sh")


def wanted(plan: Plan) -> bool:
    """Return whether the cluster has an add-on that verifies kubelets."""
    return any(CATALOGUE[name].kubelets_signed for name in plan.addons)


def by_patch(plan: Plan) -> bool:
    """Return whether the profile itself has kubelets ask for serving certificates, with add-ons or without."""
    return plan.patched("KubeletConfiguration", "serverTLSBootstrap") is True


def withdrawn(plan: Plan) -> bool:
    """Return whether an add-on goes that was the only reason for such certificates."""
    return any(each.addon.kubelets_signed for each in plan.dropped) and not (wanted(plan) or by_patch(plan))


def machines(plan: Plan) -> str:
    """Return each machine's name and address, a line for each."""
    return "\n".join(f"{each.name} {each.address}" for each in plan.machines)


def serving(plan: Plan, _machine: Machine) -> Recipe:
    """Return what has a machine's kubelet ask for its certificate."""
    return Recipe(Command(SERVING_APPLY, timeout=120), Command(SERVING_PROBE)) if wanted(plan) else Recipe()


def approval(plan: Plan, _machine: Machine) -> Recipe:
    """Return what judges the requests, approves those that fit, and waits until every kubelet has its certificate."""
    if not wanted(plan):
        return Recipe()
    values = {"MACHINES": machines(plan)}
    own = "1" if by_patch(plan) else ""
    return Recipe(Command(APPROVE, {**values, "OWN": own}, timeout=300), Command(APPROVED_PROBE, values))


def withdrawal(plan: Plan, _machine: Machine) -> Recipe:
    """Return what has a machine's kubelet sign its certificate itself again."""
    return Recipe(Command(WITHDRAW, timeout=120), Command(WITHDRAWN_PROBE)) if withdrawn(plan) else Recipe()


def oblivion(plan: Plan, _machine: Machine) -> Recipe:
    """Return what takes the requests, and the line for kubelets that join, out of the cluster."""
    if not withdrawn(plan):
        return Recipe()
    values = {"MACHINES": machines(plan)}
    return Recipe(Command(FORGET, values, timeout=120), Command(FORGOTTEN_PROBE, values))
