"""Certificates that have run out, or are about to: renewed on the machine that uses them.

kubeadm renews those of the control plane (kubernetes.io, "Certificate Management with kubeadm"). The kubelet renews its
own, but not after a pause that outlasts it: then a control plane has it signed by the authority that lies there, and a
worker asks for it with a join token. Nobody renews an authority's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kubetui.base.errors import RunError
from kubetui.base.scripts import script
from kubetui.cluster.certificates import CLIENT, LOOK, SERVING, SIGNED, Certificate, parse
from kubetui.cluster.tables import ADMIN
from kubetui.engine.events import Outcome
from kubetui.engine.recipe import apply
from kubetui.engine.step import Task, Teaching
from kubetui.profile.machine import Machine, Role
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command, Late
from kubetui.steps import kubeadm
from kubetui.steps.cluster.join_token import mint
from kubetui.steps.cluster.libraries import KUBELET

RENEW: Final = ADMIN + script(__package__, "certificates-apply.sh")
ASK: Final = KUBELET + script(__package__, "kubelet-certificate.sh")


async def look(task: Task) -> tuple[float, tuple[Certificate, ...]]:
    """Return a machine's time and its certificates; none before kubeadm has run there."""
    now, found = parse(await task.node.read(Command(LOOK)), task.machine.name)
    # the kubelet itself asks for another one of these, and a later step approves that
    return now, tuple(each for each in found if each.path != SIGNED)


async def renew(task: Task, *, everything: bool = False) -> Outcome:
    """Renew what is due, or `everything`, and look whether it is renewed. Raises RunError where an authority's expired."""
    now, found = await look(task)
    _refuse_authorities(task.machine, found, now)
    due = [each for each in found if each.due(now) and not each.authority]
    if not found or not (due or everything):
        return Outcome.UNCHANGED
    for each in due:
        task.log(f"{each.path} {each.told(now)}")
    paths = {each.path for each in due}
    if task.machine.role is Role.CONTROL_PLANE:
        command = _renewing(task.plan, task.machine, paths)
    else:
        token = (await mint(task))[0] if CLIENT in paths else ""
        command = _asking(task.plan, task.machine, paths).bind(JOIN_TOKEN=token)
    await apply(task, command, None)
    task.run.forget(task.machine)
    now, found = await look(task)
    if left := [each.path for each in found if each.expired(now)]:
        raise RunError(
            f"{task.machine.name} still has certificates that have run out: {', '.join(left)}.",
            fix="Look at the log, then run the same command again.",
            id="CERTIFICATES-OLD",
        )
    return Outcome.DONE


def _refuse_authorities(machine: Machine, found: Sequence[Certificate], now: float) -> None:
    gone = [each.path for each in found if each.authority and each.expired(now)]
    if gone:
        raise RunError(
            f"{machine.name}: the certificate of an authority has run out ({', '.join(gone)}), and all others with it.",
            fix="kubeadm cannot renew it: build the cluster anew. kubernetes.io, Manual Rotation of CA Certificates, "
            "has the way by hand.",
            id="CA-EXPIRED",
        )


def _renewing(plan: Plan, machine: Machine, paths: set[str]) -> Command:
    values = {
        "ADDRESS": str(machine.address),
        "CRI_SOCKET": plan.runtime.socket,
        "NAME": machine.name,
        "IDENTITY": CLIENT if CLIENT in paths else "",
        "SERVING": SERVING if SERVING in paths else "",
        "CONFIG": kubeadm.render(kubeadm.init_documents(plan)[:2]),
    }
    return Command(RENEW, values, timeout=600)


def _asking(plan: Plan, machine: Machine, paths: set[str]) -> Command:
    values = {
        "ENDPOINT": plan.api_endpoint,
        "NAME": machine.name,
        "IDENTITY": CLIENT if CLIENT in paths else "",
        "SERVING": SERVING if SERVING in paths else "",
        "JOIN_TOKEN": Late(f"run: kubeadm token create (on {plan.control_plane.name})"),
    }
    return Command(ASK, values, timeout=300)


def standing(plan: Plan) -> bool:
    """Return whether a cluster may have certificates that have aged; a rehearsal has none."""
    return plan.standing and not plan.provider.rehearsal


TEACHES: Final = Teaching(
    commands=lambda _plan, _machine: (
        "kubeadm certs renew all --config=<file>",
        "systemctl restart kubelet",
        "crictl --runtime-endpoint=<socket> stopp <pod>",
    ),
    concepts=("certificates", "kubeadm"),
    changes=lambda _plan, _machine: ("/etc/kubernetes/pki, and the kubeconfigs beside it",),
)
OF_KUBELET: Final = Teaching(
    commands=lambda _plan, _machine: ("systemctl restart kubelet",),
    concepts=("certificates", "kubelet", "bootstrap"),
    changes=lambda _plan, _machine: ("/var/lib/kubelet/pki",),
)
