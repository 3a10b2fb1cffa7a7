"""Snapshots of a cluster: all its machines saved at one moment, brought back, removed."""

from __future__ import annotations

import time
from typing import Final

from kubetui.base.errors import UsageError
from kubetui.base.text import LineSink, did_you_mean
from kubetui.cluster import snapshots
from kubetui.cluster.folder import Cluster, is_name
from kubetui.cluster.snapshots import Snapshot
from kubetui.engine.events import Operation, RunFinished, Sink
from kubetui.engine.provider import MachineState
from kubetui.engine.stop import Stop
from kubetui.machines.make import make
from kubetui.operations import departure
from kubetui.operations.maintain.run import carry_out, plan_of
from kubetui.operations.snapshots import unfinished
from kubetui.profile.plan import Plan
from kubetui.steps.build import STEPS
from kubetui.steps.machine.snapshot import restoring, saving

_PLACES: Final = {step.name: place for place, step in enumerate(STEPS)}


def refuse(plan: Plan) -> None:
    """Raise UsageError for machines that nothing can save."""
    name = plan.profile.name
    if plan.provider.rehearsal:
        raise UsageError(f"{name} is a rehearsal: it has no machines to save.", fix="Rehearse it again: it is free.")
    if not plan.provider.makes_machines:
        raise UsageError(
            f"The machines of {name} are yours, and kubetui cannot save them.",
            fix="Take snapshots where they run: all machines at one moment, off.",
        )


def free_label(cluster: Cluster, label: str | None) -> str:
    """Return a label for a new snapshot, made of the time where none is given. Raises UsageError where it cannot be."""
    label = time.strftime("%Y-%m-%d-%H%M%S") if label is None else label
    if not is_name(label):
        raise UsageError(
            f"{label[:60]!r} cannot be a snapshot's label.",
            fix="Use lowercase letters, digits and hyphens, at most 40.",
        )
    if label in snapshots.read(cluster).labels:
        raise UsageError(
            f"{cluster.name} has a snapshot {label}.",
            fix=f"Choose another label, or: kubetui snapshot remove {cluster.name} {label}",
        )
    return label


def before(cluster: Cluster, step: str) -> Snapshot:
    """Return the newest checkpoint that was made before a step. Raises UsageError where there is none."""
    if step not in _PLACES:
        raise UsageError(f"There is no step {step[:40]}.", fix=did_you_mean(step, list(_PLACES)))
    made = [each for each in snapshots.read(cluster).whole if each.after]
    for each in made:
        if _PLACES.get(each.after, len(_PLACES)) < _PLACES[step]:
            return each
    known = ", ".join(each.label for each in made) or "none; kubetui up --checkpoints makes them"
    raise UsageError(f"{cluster.name} has no checkpoint from before {step}.", fix=f"Its checkpoints: {known}.")


def refuse_others(cluster: Cluster, snapshot: Snapshot) -> None:
    """Raise UsageError where the cluster's machines are not those of a snapshot any more."""
    now, then = snapshots.identities(cluster.folder), snapshot.machines
    gone = [name for name in then if name not in now]
    anew = [name for name in then if name in now and now[name] != then[name]]
    added = [name for name in now if name not in then]
    if not (gone or anew or added):
        return
    changes = ((gone, "gone"), (anew, "made anew"), (added, "added"))
    said = "; ".join(f"{what} since then: {', '.join(names)}" for names, what in changes if names)
    fix = "What is gone does not come back from a snapshot: restore a newer one, or build the cluster anew."
    if not (gone or anew):
        fix = f"Take it out first: kubetui node remove {cluster.name} {' '.join(added)}"
    raise UsageError(
        f"{cluster.name} has other machines than the snapshot {snapshot.label}: {said}.",
        fix=fix,
        id="SNAPSHOT-MACHINES",
    )


def halting(cluster: Cluster) -> bool:
    """Whether a cluster's machines have to be off while they are saved. Raises UsageError for those that cannot be."""
    plan = plan_of(cluster)
    refuse(plan)
    provided = make(plan, cluster.folder).snapshots
    return provided is not None and provided.halts


async def runs(cluster: Cluster) -> bool:
    """Whether any machine of a cluster runs."""
    states = await make(plan_of(cluster), cluster.folder).states()
    return MachineState.RUNNING in states.values()


async def save(cluster: Cluster, label: str, sink: Sink, stop: Stop) -> RunFinished:
    """Save all machines of a cluster under a free label. They are off afterwards where `halting` says so.

    Raises as `carry_out` does, and UsageError where the label is taken or machines are about to leave.
    """
    halts = halting(cluster)
    if leaving := departure.pending(cluster):
        raise UsageError(
            f"{', '.join(leaving)} is about to leave {cluster.name}.",
            fix=f"Let it go first: kubetui start {cluster.name}",
        )
    return await carry_out(cluster, saving(free_label(cluster, label), halts=halts), Operation.SAVE, sink, stop)


async def restore(cluster: Cluster, snapshot: Snapshot, sink: Sink, stop: Stop) -> RunFinished:
    """Bring all machines of a cluster back, and leave them off; those of a checkpoint are started.

    What it is then, `kubetui.operations.up` heals and proves. Raises as `carry_out` and `refuse_others` do.
    """
    refuse(plan_of(cluster))
    refuse_others(cluster, snapshot)
    steps = restoring(snapshot.label, start=bool(snapshot.after))
    # the profile may have machines since then that were never made, or not have some that are still there
    kept = cluster.snapshots / snapshot.label
    return await carry_out(cluster, steps, Operation.RESTORE, sink, stop, kept=kept)


async def remove(cluster: Cluster, label: str, log: LineSink) -> None:
    """Remove a snapshot, whole or damaged. Raises UsageError where there is none, BusyError while a run goes on."""
    shelf = snapshots.read(cluster)
    if label not in shelf.labels:
        shelf.find(label)
    with cluster.lock("discard"):
        if cluster.reverting.exists() and cluster.reverting.read_text(encoding="utf-8") == label:
            raise UsageError(
                f"{cluster.name} is not brought back from {label} yet.",
                fix=f"Go on with: kubetui snapshot restore {cluster.name} {label}",
                id="SNAPSHOT-PENDING",
            )
        snapshots.give_up(cluster, label)
        await unfinished.clear(cluster, make(plan_of(cluster), cluster.folder), log)
