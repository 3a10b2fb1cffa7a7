"""The first control plane: `kubeadm init`, the kubeconfig and the pod network."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from kubetui.base.errors import KubetuiError
from kubetui.base.files import write_private
from kubetui.base.redaction import remember_key
from kubetui.base.scripts import script
from kubetui.cluster import kubeconfig
from kubetui.engine.events import Outcome
from kubetui.engine.recipe import follow_recipe
from kubetui.engine.step import Recipe, Step, Task, Where, no_recipe
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.steps import kubeadm
from kubetui.steps.cluster import byhand, certificates, taught
from kubetui.steps.cluster.backup import restore
from kubetui.steps.cluster.libraries import HEALTHY, INIT, KUBEADM, NETWORK
from kubetui.steps.cluster.vip.steps import SHARED_ADDRESS
from kubetui.steps.cluster.warnings import explaining
from kubetui.steps.node.containers import PULL_IMAGES
from kubetui.steps.node.libraries import IMAGES

ADMIN_CONF: Final = "cat /etc/kubernetes/admin.conf\n"

INIT_PROBE: Final = INIT + script(__package__, "init-probe.sh")
_AGAIN: Final = script(__package__, "init-again.sh")
_RESET: Final = script(__package__, "init-reset.sh")
_APPLY: Final = INIT + KUBEADM + _AGAIN + HEALTHY + script(__package__, "init-apply.sh") + _RESET
_BEGIN: Final = script(__package__, "init-begin.sh")
INIT_APPLY: Final = _APPLY + _BEGIN
INIT_RESTORED: Final = _APPLY + IMAGES + restore.RESTORE + _BEGIN
"""The same from a backup, which lies on the machine."""
_SHARED: Final = script(__package__, "init-shared.sh")
"""Shell after either, where control planes share an address: it waits until that stays with an API server."""


def _init(plan: Plan, machine: Machine) -> Recipe:
    documents = kubeadm.init_documents(plan)
    values = {
        "CLUSTER_ID": plan.identity,
        "CLUSTER_NAME": plan.profile.name,
        "POD_CIDR": str(plan.profile.network.pod_cidr),
        "CRI_SOCKET": plan.runtime.socket,
        "CGROUP_V1_SKIPS": kubeadm.skipped_on_cgroup_v1(plan, documents[0]),
    }
    config = {"CONFIG": kubeadm.render(documents)}
    settled = _SHARED if plan.shared_address else ""
    if plan.restored:
        apply = Command(INIT_RESTORED + settled, {**values, **restore.values(plan, machine), **config}, timeout=2400)
    else:
        apply = Command(INIT_APPLY + settled, {**values, **config}, timeout=1500)
    return Recipe(apply, Command(INIT_PROBE, values))


async def _run(task: Task) -> Outcome:
    return await follow_recipe(explaining(task))


def _taught(plan: Plan, machine: Machine) -> tuple[str, ...]:
    return (*(restore.teaches(machine) if plan.restored else ()), *taught.INIT.commands(plan, machine))


CERTIFICATES = Step(
    name="certificates",
    title="Renew certificates that run out",
    why="kubeadm's certificates hold for a year, and those of a machine that is off run out with all others.",
    source="kubernetes.io, Certificate Management with kubeadm",
    where=Where.CONTROL_PLANES,
    needs=(PULL_IMAGES,),
    recipe=no_recipe,
    run=certificates.renew,
    wanted=certificates.standing,
    teaches=certificates.TEACHES,
)
BRING_BACKUP = Step(
    name="bring-backup",
    title="Bring the backup",
    why="The new control plane starts from the backup's data and authorities, and not from nothing.",
    source="kubernetes.io, Operating etcd clusters for Kubernetes: Restoring an etcd cluster",
    where=Where.FIRST,
    needs=(PULL_IMAGES,),
    recipe=no_recipe,
    run=restore.bring,
    wanted=restore.wanted,
    teaches=restore.BROUGHT,
)
INIT_STEP = Step(
    name="init",
    title="kubeadm init",
    why="kubeadm creates the certificates, starts etcd and the API server, and prepares for nodes to join with a join token.",
    source="kubernetes.io, Creating a cluster with kubeadm",
    where=Where.FIRST,
    needs=(PULL_IMAGES, CERTIFICATES, BRING_BACKUP, SHARED_ADDRESS),
    recipe=_init,
    run=_run,
    teaches=replace(taught.INIT, commands=_taught),
    turn=byhand.INIT_TURN,
)
SETTLE = Step(
    name="settle",
    title="Settle what was restored",
    why="The backup tells of machines that are gone: their nodes wait for new ones, or go.",
    source="kubernetes.io, Nodes: Manual Node administration",
    where=Where.FIRST,
    needs=(INIT_STEP,),
    recipe=no_recipe,
    run=restore.settle,
    wanted=restore.wanted,
    teaches=restore.SETTLED,
)

KUBECONFIG: Final = 'home=$(getent passwd "${USER_NAME:-root}" | cut -d: -f6)\n'
KUBECONFIG_PROBE: Final = KUBECONFIG + script(__package__, "kubeconfig-probe.sh")
KUBECONFIG_APPLY: Final = KUBECONFIG + script(__package__, "kubeconfig-apply.sh")


def _kubeconfig(plan: Plan, _machine: Machine) -> Recipe:
    values = {"USER_NAME": plan.user}
    return Recipe(Command(KUBECONFIG_APPLY, values), Command(KUBECONFIG_PROBE, values))


async def _fetch(task: Task) -> Outcome:
    outcome = await follow_recipe(task)
    text = await task.node.read(Command(ADMIN_CONF, quiet=True))
    remember_key(text)
    path = task.run.cluster.kubeconfig
    if not path.exists() or path.read_text() != text:
        write_private(path, text)
        task.log(f"fetched to {path}")
        for merged in task.run.cluster.merged_into():
            _refresh(task, Path(merged))
        outcome = Outcome.DONE
    return outcome


def _refresh(task: Task, path: Path) -> None:
    """Renew the cluster's entries in a kubeconfig of the person's, if they are still there."""
    cluster = task.run.cluster
    try:
        if kubeconfig.has(cluster.kubeconfig, cluster.name, path):
            kubeconfig.merge(cluster.kubeconfig, cluster.name, path)
            task.log(f"renewed the context {cluster.name} in {path}")
    except (KubetuiError, OSError) as error:
        # it must not keep the cluster from working
        task.log(f"{path} keeps an old context {cluster.name}: {' '.join(str(error).split())}")


KUBECONFIG_STEP = Step(
    name="kubeconfig",
    title="Hand out the kubeconfig",
    why="kubectl needs the API server's address and a certificate, both in the machine and on this host.",
    source="kubernetes.io, Creating a cluster with kubeadm: More information",
    where=Where.FIRST,
    needs=(INIT_STEP,),
    recipe=_kubeconfig,
    run=_fetch,
    teaches=taught.KUBECONFIG,
)

NETWORK_PROBE: Final = NETWORK + script(__package__, "network-probe.sh")
NETWORK_APPLY: Final = NETWORK + script(__package__, "network-apply.sh")


def _network(plan: Plan, _machine: Machine) -> Recipe:
    values = {"MANIFEST": plan.pod_network.manifest(plan.cluster_network)}
    return Recipe(Command(NETWORK_APPLY, values), Command(NETWORK_PROBE, values))


POD_NETWORK = Step(
    name="network",
    title="Install the pod network",
    why="Kubernetes itself does not connect pods; every node stays NotReady until a pod network does.",
    source="kubernetes.io, Creating a cluster with kubeadm: Installing a Pod network add-on",
    where=Where.FIRST,
    needs=(INIT_STEP,),
    recipe=_network,
    run=follow_recipe,
    wanted=lambda plan: plan.pod_network.installed,
    teaches=taught.NETWORK,
    turn=byhand.NETWORK_TURN,
)
