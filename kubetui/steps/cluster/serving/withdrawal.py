"""Kubelets that sign their serving certificates themselves again, once no add-on verifies them any more."""

from __future__ import annotations

from typing import Final

from kubetui.base.scripts import script, typed
from kubetui.engine.step import Recipe, Step, Teaching, Where
from kubetui.profile.plan import Machine, Plan
from kubetui.remote.command import Command
from kubetui.steps.cluster.addons.steps import REMOVING
from kubetui.steps.cluster.serving.steps import FILE, KUBELET, SHARED, by_patch, machines, seen_anew, wanted

_SOURCE: Final = "kubernetes.io, Kubelet Configuration (v1beta1): serverTLSBootstrap"
WITHDRAW: Final = KUBELET + script(__package__, "withdrawn-apply.sh")
WITHDRAWN_PROBE: Final = KUBELET + script(__package__, "withdrawn-probe.sh")
_FORGET: Final = SHARED + script(__package__, "forget.sh")
FORGET: Final = _FORGET + script(__package__, "forget-apply.sh")
FORGOTTEN_PROBE: Final = _FORGET + script(__package__, "forget-probe.sh")


def withdrawn(plan: Plan) -> bool:
    """Return whether an add-on goes that was the only reason for such certificates."""
    return any(each.addon.kubelets_signed for each in plan.dropped) and not (wanted(plan) or by_patch(plan))


def _kubelet(plan: Plan, _machine: Machine) -> Recipe:
    return Recipe(Command(WITHDRAW, timeout=120), Command(WITHDRAWN_PROBE)) if withdrawn(plan) else Recipe()


def _cluster(plan: Plan, _machine: Machine) -> Recipe:
    if not withdrawn(plan):
        return Recipe()
    values = {"MACHINES": machines(plan)}
    return Recipe(Command(FORGET, values, timeout=120), Command(FORGOTTEN_PROBE, values))


WITHDRAWN: Final = Step(
    name="kubelet-self-signed",
    title="Have the kubelet sign its certificate again",
    why="Without the add-on nobody approves the requests, and a kubelet without a certificate shows no logs.",
    source=_SOURCE,
    where=Where.EVERY,
    needs=REMOVING,
    recipe=_kubelet,
    run=seen_anew,
    wanted=withdrawn,
    teaches=Teaching(
        commands=lambda _plan, _machine: (
            typed("sed", "-i", "/^serverTLSBootstrap: true$/d", FILE),
            "systemctl restart kubelet",
        ),
        concepts=("serving-certificate", "kubelet-configuration"),
        changes=lambda _plan, _machine: (f"file {FILE}", "folder /var/lib/kubelet/pki"),
    ),
)
FORGOTTEN: Final = Step(
    name="forget-serving",
    title="Forget the requests for serving certificates",
    why="The cluster's own kubelet configuration says the same again as the one on every machine.",
    source=_SOURCE,
    where=Where.FIRST,
    needs=(WITHDRAWN,),
    gathers=True,
    recipe=_cluster,
    run=seen_anew,
    wanted=withdrawn,
    teaches=Teaching(
        commands=lambda _plan, _machine: (
            "kubectl --namespace=kube-system patch configmap kubelet-config --type=merge --patch-file=<file>",
            "kubectl delete certificatesigningrequest <request> --ignore-not-found",
        ),
        concepts=("serving-certificate", "certificates"),
        changes=lambda _plan, _machine: ("configmap kubelet-config in kube-system",),
    ),
)
