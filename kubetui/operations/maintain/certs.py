"""When a cluster's certificates expire, and how they are renewed while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from kubetui.base.errors import KubetuiError
from kubetui.cluster.certificates import LOOK, Certificate, parse
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import Operation, RunFinished, Sink
from kubetui.engine.provider import Provider
from kubetui.engine.stop import Stop
from kubetui.machines.hosts.access import Access
from kubetui.machines.make import make
from kubetui.operations.connect import visit
from kubetui.operations.maintain.run import carry_out, plan_of
from kubetui.profile.machine import Machine
from kubetui.remote.command import Command
from kubetui.steps.build import RENEWING


@dataclass(frozen=True, slots=True)
class Found:
    """The certificates of one machine and its time, in seconds since the epoch; or why they could not be read."""

    now: float = 0.0
    certificates: tuple[Certificate, ...] = ()
    trouble: str = ""


async def read(cluster: Cluster, access: Access | None = None) -> Mapping[str, Found]:
    """Read the certificates of every machine; private keys stay where they are.

    `access` is what a person said about existing machines. Raises BusyError while a run holds the cluster.
    """
    with cluster.lock("check"):
        plan = plan_of(cluster)
        provider = make(plan, cluster.folder, access)
        await provider.states()
        found = await asyncio.gather(*(_of(cluster, provider, machine) for machine in plan.machines))
    return dict(zip((machine.name for machine in plan.machines), found, strict=True))


async def _of(cluster: Cluster, provider: Provider, machine: Machine) -> Found:
    try:
        node = await visit(cluster, provider, machine)
        try:
            return Found(*parse(await node.read(Command(LOOK)), machine.name))
        finally:
            await node.close()
    except KubetuiError as error:
        return Found(trouble=error.message)


async def renew(cluster: Cluster, sink: Sink, stop: Stop, access: Access | None = None) -> RunFinished:
    """Renew all certificates, on one control plane after the other, and fetch the new kubeconfig.

    The machines have to run. Raises as `carry_out` does.
    """
    return await carry_out(cluster, RENEWING, Operation.CERTIFICATES, sink, stop, access=access)
