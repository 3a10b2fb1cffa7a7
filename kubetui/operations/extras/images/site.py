"""The machines of a cluster whose images are looked at or changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from kubetui.base.errors import KubetuiError, RunError
from kubetui.cluster.folder import Cluster, Purpose
from kubetui.machines.hosts.access import Access
from kubetui.machines.make import make
from kubetui.operations.connect import refuse_rehearsal, visits
from kubetui.operations.extras.images.stored import Stored, parsed, stored
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.remote.ssh import SshNode
from kubetui.steps.node.containers import own_images

T = TypeVar("T")


@dataclass
class Site:
    """The machines that answer, and why the others do not; one that fails later joins the latter."""

    plan: Plan
    nodes: dict[str, SshNode]
    troubles: dict[str, str] = field(default_factory=dict)

    async def each(self, do: Callable[[str, SshNode], Awaitable[T]]) -> dict[str, T]:
        """Do something on every machine at once, and return the results of those where it did not fail."""

        async def one(name: str, node: SshNode) -> tuple[str, T] | None:
            try:
                return name, await do(name, node)
            except KubetuiError as error:
                self.troubles[name] = error.message
                self.nodes.pop(name)
                await node.close()
                return None

        done = await asyncio.gather(*(one(name, node) for name, node in tuple(self.nodes.items())))
        return dict(filter(None, done))

    async def stored(self) -> Mapping[str, tuple[Stored, ...]]:
        """Return the images that each machine has."""

        async def look(name: str, node: SshNode) -> tuple[Stored, ...]:
            try:
                return parsed(await node.read(stored()))
            except ValueError as error:
                raise RunError(f"crictl on {name} prints no list of images: {error}.") from error

        return await self.each(look)

    async def own(self) -> frozenset[str]:
        """Return the names of the images that the cluster itself needs. Raises RunError where no machine tells."""
        node = next(iter(self.nodes.values()))
        return frozenset((await node.read(own_images(self.plan))).split())


def refuse(plan: Plan) -> None:
    """Raise UsageError for a rehearsal, whose machines have no images."""
    refuse_rehearsal(plan, "and its machines have no images")


@asynccontextmanager
async def visited(cluster: Cluster, purpose: Purpose, access: Access | None = None) -> AsyncIterator[Site]:
    """Hold a cluster's lock, and connections to its machines.

    `access` is what a person said about existing machines. Raises RunError when none answers, and as the lock does.
    """
    with cluster.lock(purpose):
        plan = Plan(profilefile.load_built(cluster), cluster.identity())
        refuse(plan)
        async with visits(cluster, make(plan, cluster.folder, access), plan.machines) as there:
            if not there.nodes:
                raise RunError(
                    f"No machine of {cluster.name} answers: {' '.join(there.unreachable.values())}",
                    fix=f"Start them: kubetui start {cluster.name}",
                )
            yield Site(plan, there.nodes, there.unreachable)
