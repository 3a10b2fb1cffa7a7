"""Opens a port of this host that leads to a service, through SSH and the control plane."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from kubetui.cluster.folder import Cluster
from kubetui.machines.hosts.access import Access
from kubetui.machines.make import make
from kubetui.operations.connect import refuse_rehearsal, visit
from kubetui.operations.extras.tunnel.service import Target, look, target
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.remote.ssh import SshNode


@dataclass(frozen=True, slots=True)
class Wanted:
    """The service that a person wants to reach.

    `port` is one of its ports by number or name, empty where it has only one; `local` a port of this host, 0 for any
    that is free.
    """

    service: str
    namespace: str = "default"
    port: str = ""
    local: int = 0


@dataclass(frozen=True, slots=True)
class Tunnel:
    """An open tunnel: the port of this host, and where it leads."""

    local: int
    target: Target
    node: SshNode

    @property
    def place(self) -> str:
        """What a person opens: a URL, or ADDRESS:PORT where the service is none that a browser opens."""
        scheme = f"{self.target.scheme}://" if self.target.scheme else ""
        return f"{scheme}127.0.0.1:{self.local}"

    async def lost(self) -> None:
        """Return when the connection that carries it is lost."""
        await self.node.ended()


def refuse(plan: Plan) -> None:
    """Raise UsageError for a rehearsal, which has no services."""
    refuse_rehearsal(plan, "and has no services")


@asynccontextmanager
async def opened(cluster: Cluster, wanted: Wanted, access: Access | None = None) -> AsyncIterator[Tunnel]:
    """Open a tunnel, for as long as the block lasts. Takes no lock: it changes nothing.

    Raises UsageError where the service, its port or the port of this host cannot be used, RunError where nothing is
    ready behind it or the control plane does not answer.
    """
    plan = Plan(profilefile.load_built(cluster))
    refuse(plan)
    node = await visit(cluster, make(plan, cluster.folder, access), plan.control_plane)
    try:
        text = await node.read(look(wanted.namespace, wanted.service))
        found = target(text, wanted.namespace, wanted.service, wanted.port)
        async with node.forwarded(wanted.local, found.address, found.port.number) as local:
            yield Tunnel(local, found, node)
    finally:
        await node.close()
