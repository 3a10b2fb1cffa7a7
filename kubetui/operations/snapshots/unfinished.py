"""What a cut off save, restore or removal of a snapshot left: cleared before anything else is done."""

from __future__ import annotations

from kubetui.base.text import LineSink
from kubetui.cluster import snapshots
from kubetui.cluster.folder import Cluster
from kubetui.engine.provider import Provider


async def clear(cluster: Cluster, provider: Provider, log: LineSink) -> None:
    """Let machines go on that were left frozen, and remove snapshots that are not whole.

    Only the holder of the cluster's lock may call it.
    """
    cut, provided = snapshots.read(cluster).cut, provider.snapshots
    if provided is None or not (cut or cluster.reverting.exists()):
        return
    await provided.settle(log)
    for label in cut:
        log(f"removing the snapshot {label}, which is not whole")
        await provided.remove(label, log)
        snapshots.forget(cluster, label)
