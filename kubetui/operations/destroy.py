"""Removes a cluster: its machines, the networks that only they used, its context, and its folder."""

from __future__ import annotations

from collections.abc import Callable

from kubetui.cluster.folder import Cluster
from kubetui.machines.hosts.access import Access
from kubetui.machines.make import make
from kubetui.operations.context import withdraw
from kubetui.operations.snapshots import unfinished
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.record import journal


async def destroy(cluster: Cluster, log: Callable[[str], None], access: Access | None = None) -> None:
    """Remove a cluster, complete or not. The folder goes last, so that a failed destroy can be repeated.

    Restores existing machines; `access` is what a person said about them.
    Raises BusyError while a run holds the cluster, RunError when a machine cannot be removed.
    """
    # lock the journal, too: somebody may have removed the lock file while a run held it
    with cluster.lock("destroy"), journal.spared(cluster.journal):
        plan = Plan(profilefile.load_built(cluster), cluster.identity())
        provider = make(plan, cluster.folder, access)
        await unfinished.clear(cluster, provider, log)
        await provider.destroy(log)
        withdraw(cluster, log)
        cluster.remove()
