"""Checks a cluster again, as the last step of its build did."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from kubetui.base.check import Check
from kubetui.base.errors import KubetuiError
from kubetui.base.text import LineSink, nowhere
from kubetui.cluster.folder import Cluster
from kubetui.engine.provider import Provider
from kubetui.machines.hosts.access import Access
from kubetui.machines.make import make
from kubetui.operations.connect import visit
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Machine, Plan
from kubetui.record import checks as record
from kubetui.remote.node import Node
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
        # learn which machines run, so that one query finds the way to all of them
        await provider.states()
        found = await asyncio.gather(*(_visited(cluster, provider, machine) for machine in plan.machines))
        nodes = {name: node for name, node in found if not isinstance(node, str)}
        unreachable = {name: why for name, why in found if isinstance(why, str)}
        try:
            scene = Scene(plan, plan.machines, nodes, cluster.kubeconfig, tell, unreachable, log)
            made = await prove(scene)
        finally:
            await asyncio.gather(*(node.close() for node in nodes.values()), return_exceptions=True)
        record.keep(cluster, made)
        return made


async def _visited(cluster: Cluster, provider: Provider, machine: Machine) -> tuple[str, Node | str]:
    """Connect to a machine; return why that is impossible if it is."""
    try:
        return machine.name, await visit(cluster, provider, machine)
    except KubetuiError as error:
        return machine.name, error.message
