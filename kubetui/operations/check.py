"""Checks a cluster again, as the last step of its build did."""

from __future__ import annotations

from collections.abc import Callable

from kubetui.base.check import Check
from kubetui.base.text import LineSink, nowhere
from kubetui.cluster.folder import Cluster
from kubetui.machines.hosts.access import Access
from kubetui.machines.make import make
from kubetui.operations.connect import visits
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.record import checks as record
from kubetui.steps.cluster.proof.prove import prove
from kubetui.steps.cluster.proof.scene import Scene


async def check(
    cluster: Cluster, tell: Callable[[Check], None], log: LineSink = nowhere, access: Access | None = None
) -> tuple[Check, ...]:
    """Check a cluster, pass each check to `tell` as soon as it is made, and return all of them.

    Leaves nothing on the cluster. `access` is what a person said about existing machines.
    Raises BusyError while a run holds the cluster.
    """
    with cluster.lock("check"):
        plan = Plan(profilefile.load_built(cluster), cluster.identity())
        provider = make(plan, cluster.folder, access)
        async with visits(cluster, provider, plan.machines) as there:
            scene = Scene(plan, plan.machines, there.nodes, cluster.kubeconfig, tell, there.unreachable, log)
            made = await prove(scene)
        record.keep(cluster, made)
        return made
