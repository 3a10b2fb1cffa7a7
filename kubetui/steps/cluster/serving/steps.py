"""Kubelets with serving certificates of the cluster's authority: asked for on every machine, approved on the first.

Nobody in Kubernetes approves the requests for them, because only who made the machines knows their names and addresses
(kubernetes.io, "TLS bootstrapping: Certificate rotation"; "Certificates and Certificate Signing Requests").
"""

from __future__ import annotations

from typing import Final

from kubetui.base.scripts import script, typed
from kubetui.cluster.tables import ADMIN
from kubetui.engine.events import Outcome
from kubetui.engine.recipe import follow_recipe
from kubetui.engine.step import Recipe, Step, Task, Teaching, Where
from kubetui.profile.plan import Machine, Plan
from kubetui.remote.command import Command
from kubetui.software.addons import CATALOGUE
from kubetui.steps.cluster.init import INIT_STEP
from kubetui.steps.cluster.join import JOIN_STEP
from kubetui.steps.cluster.join_control_plane import JOIN_CONTROL_PLANE

KUBELET: Final = script(__package__, "kubelet.sh")
SHARED: Final = ADMIN + script(__package__, "shared.sh")
REQUESTS: Final = script(__package__, "requests.sh")
SERVING_APPLY: Final = KUBELET + script(__package__, "kubelet-apply.sh")
SERVING_PROBE: Final = KUBELET + script(__package__, "kubelet-probe.sh")
APPROVE: Final = SHARED + REQUESTS + script(__package__, "approve-apply.sh")
APPROVED_PROBE: Final = SHARED + REQUESTS + script(__package__, "approve-probe.sh")
FILE: Final = "/var/lib/kubelet/config.yaml"
_SOURCE: Final = "kubernetes.io, Certificate Management with kubeadm: Enabling signed kubelet serving certificates"


def wanted(plan: Plan) -> bool:
    """Return whether the cluster has an add-on that verifies kubelets."""
    return any(CATALOGUE[name].kubelets_signed for name in plan.addons)


def by_patch(plan: Plan) -> bool:
    """Return whether the profile itself has kubelets ask for serving certificates, with add-ons or without."""
    patches = plan.profile.kubernetes.patches
    said = [patch for patch in patches if patch.get("kind") == "KubeletConfiguration" and "serverTLSBootstrap" in patch]
    return bool(said) and said[-1]["serverTLSBootstrap"] is True


def machines(plan: Plan) -> str:
    """Return each machine's name and address, a line for each."""
    return "\n".join(f"{each.name} {each.address}" for each in plan.machines)


async def seen_anew(task: Task) -> Outcome:
    """Follow the recipe by what is there now: earlier steps of the run may have written the configuration anew."""
    task.run.findings.pop((task.machine.name, task.step.name), None)
    return await follow_recipe(task)


def _serving(plan: Plan, _machine: Machine) -> Recipe:
    return Recipe(Command(SERVING_APPLY, timeout=120), Command(SERVING_PROBE)) if wanted(plan) else Recipe()


def _approval(plan: Plan, _machine: Machine) -> Recipe:
    if not wanted(plan):
        return Recipe()
    values = {"MACHINES": machines(plan)}
    own = "1" if by_patch(plan) else ""
    return Recipe(Command(APPROVE, {**values, "OWN": own}, timeout=300), Command(APPROVED_PROBE, values))


SERVING: Final = Step(
    name="kubelet-serving",
    title="Have the kubelet ask for a serving certificate",
    why="kubeadm's kubelets sign what they show themselves: whoever asks them cannot know that it is them.",
    source=_SOURCE,
    where=Where.EVERY,
    needs=(INIT_STEP, JOIN_CONTROL_PLANE, JOIN_STEP),
    recipe=_serving,
    run=seen_anew,
    wanted=wanted,
    teaches=Teaching(
        commands=lambda _plan, _machine: (
            typed("sed", "-i", "/^serverTLSBootstrap:/d; $a\\serverTLSBootstrap: true", FILE),
            "systemctl restart kubelet",
        ),
        concepts=("serving-certificate", "kubelet-configuration"),
        changes=lambda _plan, _machine: (f"file {FILE}", "folder /var/lib/kubelet/pki"),
    ),
)
APPROVED: Final = Step(
    name="approve-serving",
    title="Approve the kubelets' serving certificates",
    why="Nobody else can judge them: kubetui knows which name and address each machine has, and approves only those.",
    source=_SOURCE,
    where=Where.FIRST,
    needs=(SERVING,),
    gathers=True,
    recipe=_approval,
    run=seen_anew,
    wanted=wanted,
    teaches=Teaching(
        commands=lambda _plan, _machine: (
            "kubectl --namespace=kube-system patch configmap kubelet-config --type=merge --patch-file=<file>",
            "kubectl certificate approve <request>",
        ),
        concepts=("serving-certificate", "certificates"),
        changes=lambda _plan, _machine: ("configmap kubelet-config in kube-system",),
    ),
)
