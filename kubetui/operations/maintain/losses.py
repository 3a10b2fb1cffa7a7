"""What goes with the pods of machines that leave a cluster, or are drained for a while; asked before."""

from __future__ import annotations

from collections.abc import Collection

from kubetui.cluster.folder import Cluster
from kubetui.machines.hosts.access import Access
from kubetui.machines.make import make
from kubetui.operations.connect import visit
from kubetui.profile.files import file as profilefile
from kubetui.profile.machine import Role
from kubetui.profile.plan import Leaving, Plan
from kubetui.remote.command import Command
from kubetui.steps.cluster.leave.steps import LOSSES, LOST_QUORUM, UNHEARD, VOLUMES, ask, quorum


async def losses(
    cluster: Cluster, names: Collection[str], access: Access | None = None, *, forced: bool = False
) -> tuple[str, ...]:
    """Say what is lost, or in the way, when these machines leave, as the cluster itself tells. Changes nothing.

    `access` is what a person said about existing machines.

    Raises RunError when the first control plane or its API server does not answer, and with the id ETCD-QUORUM where
    etcd would lose its quorum, unless `forced`.
    """
    plan = Plan(profilefile.load_built(cluster), leaving=Leaving(forced=forced))
    return await of_nodes(cluster, plan, names, access, gone=True)


async def of_nodes(
    cluster: Cluster, plan: Plan, names: Collection[str], access: Access | None = None, *, gone: bool = False
) -> tuple[str, ...]:
    """Say the same of machines that are drained; of etcd and disks only where they are `gone` afterwards."""
    if plan.provider.rehearsal or not names:
        return ()
    node = await visit(cluster, make(plan, cluster.folder, access), plan.control_plane)
    said: list[str] = []
    try:
        for machine in (each for each in plan.machines if each.name in names):
            if gone and machine.role is Role.CONTROL_PLANE:
                await ask(node, machine, quorum(plan, machine), LOST_QUORUM)
            for looked in (LOSSES, *((VOLUMES,) if gone else ())):
                found = await ask(node, machine, Command(looked, {"NAME": machine.name}, timeout=120), UNHEARD)
                said += [f"{machine.name}: {line}" for line in found.lines]
    finally:
        await node.close()
    return tuple(said)
