"""Saves a cluster in one file, from which `kubetui.operations.restore` brings it back."""

from __future__ import annotations

from pathlib import Path

from kubetui.cluster import backup
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import Operation, RunFinished, Sink
from kubetui.engine.stop import Stop
from kubetui.machines.hosts.access import Access
from kubetui.operations.connect import RUNNING, refuse_rehearsal
from kubetui.operations.maintain.run import carry_out
from kubetui.profile.plan import Plan
from kubetui.steps.cluster.backup.save import saving


def refuse(plan: Plan, target: Path) -> None:
    """Raise UsageError for a cluster that has nothing to save, or not yet, and for a place where no file can be."""
    refuse_rehearsal(plan, "and has nothing to save", "kubetui explain etcd tells what a backup holds.")
    Cluster(plan.profile.name).refuse_halfway("backup")
    backup.refuse_place(target)


async def save(cluster: Cluster, target: Path, sink: Sink, stop: Stop, access: Access | None = None) -> RunFinished:
    """Save etcd, the authorities and the profile in a file that only its owner can read. The machines have to run.

    Raises as `carry_out` and `refuse` do.
    """
    return await carry_out(cluster, saving(target), Operation.BACKUP, sink, stop, access=access, patience=RUNNING)
