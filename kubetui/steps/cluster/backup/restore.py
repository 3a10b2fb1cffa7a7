"""A control plane made from a backup: brought to the first machine, put in place before kubeadm init, settled after it.

kubeadm takes the authorities that it finds, and etcd goes on with the data. What the lost machines were to the cluster is
set right before new ones join.
"""

from __future__ import annotations

from typing import Final

from kubetui.base.errors import RunError
from kubetui.base.scripts import script, typed
from kubetui.cluster import restoring
from kubetui.cluster.tables import ADMIN
from kubetui.engine.events import Outcome
from kubetui.engine.recipe import apply
from kubetui.engine.step import Task, Teaching
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.remote import pieces
from kubetui.remote.command import Command
from kubetui.steps import kubeadm

BACKUP: Final = "/var/lib/kubetui/restore.tar"
"""Where the backup lies on the first control plane until it is restored."""
THERE: Final = script(__package__, "there.sh")
RESTORE: Final = script(__package__, "init-restore.sh")
"""What init does before kubeadm, where a backup is restored."""
SETTLE: Final = ADMIN + script(__package__, "settle.sh")


def values(plan: Plan, machine: Machine) -> dict[str, str]:
    """Return the values of RESTORE that init has not."""
    registering = kubeadm.init_documents(plan)[0]
    return {
        "ADDRESS": str(machine.address),
        "BACKUP": BACKUP,
        "CLUSTER": kubeadm.render([kubeadm.cluster_configuration(plan)]),
        "NAME": machine.name,
        "PRESENT": "" if kubeadm.skips_all(registering) else "DirAvailable--var-lib-etcd",
    }


def wanted(plan: Plan) -> bool:
    """Return whether a plan makes its control plane from a backup."""
    return plan.restored


async def bring(task: Task) -> Outcome:
    """Bring the backup to the machine, unless it is there or not needed any more."""
    found = restoring.pending(task.run.cluster)
    if found is None:
        return Outcome.UNCHANGED
    look = Command(THERE, {"CLUSTER_ID": task.plan.identity, "DIGEST": found.digest, "FILE": BACKUP})
    if (await task.node.run(look)).ok:
        return Outcome.UNCHANGED
    await pieces.bring(task.node, found.backup(task.run.cluster), BACKUP)
    if not (await task.node.run(look)).ok:
        raise RunError(
            f"The backup did not come to {task.machine.name} as it is here.",
            fix="Run the same command again. If it stays so, restore from another copy of the file.",
            id="BACKUP-BROUGHT",
        )
    return Outcome.DONE


async def settle(task: Task) -> Outcome:
    """Set right what the lost machines were to the cluster, and forget the restore: it is done."""
    names = " ".join(machine.name for machine in task.plan.machines)
    values = {"ADDRESS": str(task.machine.address), "BACKUP": BACKUP, "NAME": task.machine.name, "NAMES": names}
    command = Command(SETTLE, values, timeout=600)
    await apply(task, command, None)
    restoring.end(task.run.cluster)
    return Outcome.DONE


def teaches(machine: Machine) -> tuple[str, ...]:
    """Return the commands of RESTORE."""
    peer = f"https://{machine.address}:2380"
    place = "/var/lib/kubetui/restore"
    return (
        typed("tar", "--extract", f"--file={BACKUP}", f"--directory={place}", "--no-same-owner"),
        typed("cp", "--recursive", f"{place}/pki", "/etc/kubernetes"),
        f"crictl run {place}/container.json {place}/pod.json # "
        + typed(
            *("etcdutl", "snapshot", "restore", "/restore/etcd.db", "--data-dir=/restore/etcd"),
            *(f"--name={machine.name}", f"--initial-cluster={machine.name}={peer}"),
            *(f"--initial-advertise-peer-urls={peer}", "--bump-revision=1000000000", "--mark-compacted"),
        ),
        typed("mv", f"{place}/etcd/member", "/var/lib/etcd/member"),
    )


def _settling(plan: Plan, machine: Machine) -> tuple[str, ...]:
    patch = ("--subresource=status", "--type=strategic", "--patch=<its condition Ready is Unknown>")
    pods = (
        "--namespace=kube-system",
        "--selector=tier=control-plane",
        f"--field-selector=spec.nodeName!={machine.name}",
    )
    return (
        *(typed("kubectl", "patch", "node", each.name, *patch) for each in plan.machines if each != machine),
        typed("kubectl", "delete", "pods", *pods, "--force", "--grace-period=0"),
        typed("kubectl", "delete", "pods", pods[0], "--selector=k8s-app=kube-proxy", "--force", "--grace-period=0"),
    )


BROUGHT: Final = Teaching(
    concepts=("etcd", "certificates"),
    changes=lambda _plan, _machine: (f"file {BACKUP}, until the control plane is made",),
    none="kubetui copies the file itself, over SSH.",
)
"""What the step before init teaches."""
SETTLED: Final = Teaching(
    commands=_settling,
    concepts=("node", "etcd"),
    changes=lambda _plan, _machine: (
        "the status of the nodes in the backup; those that the profile lacks are deleted",
    ),
)
"""What the step after init teaches."""
