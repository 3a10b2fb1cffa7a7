"""Snapshots from a cluster's home: listed, saved, brought back and removed, each told before it is done."""

from __future__ import annotations

import time
from typing import Final

from textual.app import App

from kubetui.base.text import ago, clean, harmless
from kubetui.cluster import snapshots
from kubetui.cluster.folder import Cluster
from kubetui.cluster.snapshots import Snapshot
from kubetui.engine.events import Line, Sink
from kubetui.engine.stop import Stop
from kubetui.profile.plan import Plan
from screens.cluster.doing.working import Show, Work
from screens.widgets.choose import BACK, Answer, Choose, ask

_SAVE: Final[Answer] = ("/save", "Save one now", "all machines at this moment")
_RESTORE: Final[Answer] = ("restore", "Bring it back", "and lose what happened since then")
_REMOVE: Final[Answer] = ("remove", "Remove it", "and free its place on the disk")
_FROZEN: Final = "Its machines stand still for some seconds while they are copied. Nothing ends."
_HALTED: Final = "Its machines are shut down, saved by their provider, and started again."


def can_save(plan: Plan) -> bool:
    """Whether there are machines that can be saved."""
    return plan.provider.makes_machines and not plan.provider.rehearsal


def offer_snapshots(app: App[object], plan: Plan, show: Show) -> None:
    """List the snapshots; save one, or let the person choose one to bring back or to remove."""
    cluster = Cluster(plan.profile.name)
    shelf = snapshots.read(cluster)
    answers = [(each.label, clean(each.label), _about(each)) for each in shelf.whole]
    answers += [(label, clean(label), "cannot be read") for label in shelf.damaged]

    def answered(answer: str | None) -> None:
        if answer == _SAVE[0]:
            ask(app, "Save a snapshot", saving(plan), "Save", lambda: show(_save(cluster, plan)))
        elif answer in shelf.labels:
            whole = next((each for each in shelf.whole if each.label == answer), None)
            _offer_one(app, cluster, answer or "", whole, show)

    app.push_screen(Choose(f"Snapshots of {plan.profile.name}", "", [BACK, _SAVE, *answers]), answered)


def _about(snapshot: Snapshot) -> str:
    return ", ".join(
        filter(None, (ago(time.time() - snapshot.at), snapshot.size, f"Kubernetes {clean(snapshot.kubernetes)}"))
    )


def saving(plan: Plan) -> str:
    """Say what saving a cluster does."""
    names = ", ".join(clean(machine.name) for machine in plan.machines)
    return f"{names}: all of them as they are at one moment.\n{_FROZEN if plan.provider.name == 'lxc' else _HALTED}"


def _offer_one(app: App[object], cluster: Cluster, label: str, snapshot: Snapshot | None, show: Show) -> None:
    def answered(answer: str | None) -> None:
        if answer == _RESTORE[0] and snapshot is not None:
            show(_restore(cluster, snapshot))
        elif answer == _REMOVE[0]:
            show(_remove(cluster, label))

    text = "\n".join(map(clean, snapshot.losses(time.time()))) if snapshot else "Its record cannot be read."
    answers = [BACK, *([_RESTORE] if snapshot else []), _REMOVE]
    app.push_screen(Choose(f"The snapshot {label}", text, answers), answered)


def _save(cluster: Cluster, plan: Plan) -> Work:
    async def job(sink: Sink, stop: Stop) -> bool:
        from kubetui.operations.maintain import snapshots as operation  # noqa: PLC0415 - loads asyncssh, in this thread
        from kubetui.operations.up import up  # noqa: PLC0415 - as above

        began = operation.halting(cluster) and await operation.runs(cluster)
        saved = await operation.save(cluster, operation.free_label(cluster, None), sink, stop)
        return (not began or (await up(plan.profile, sink, stop)).ok) and saved.ok

    return Work("Save a snapshot", "saving all machines", "it is saved", "there is no new snapshot", job)


def _restore(cluster: Cluster, snapshot: Snapshot) -> Work:
    async def job(sink: Sink, stop: Stop) -> bool:
        from kubetui.operations.maintain import snapshots as operation  # noqa: PLC0415 - loads asyncssh, in this thread
        from kubetui.operations.up import up  # noqa: PLC0415 - as above
        from kubetui.profile.files import file as profilefile  # noqa: PLC0415 - as above

        if not (await operation.restore(cluster, snapshot, sink, stop)).ok:
            return False
        return bool(snapshot.after) or (await up(profilefile.load_built(cluster), sink, stop)).ok

    return Work("Restore", "bringing its machines back", "it is as it was", "it is not as it was yet", job)


def _remove(cluster: Cluster, label: str) -> Work:
    async def job(sink: Sink, _stop: Stop) -> bool:
        from kubetui.operations.maintain import snapshots as operation  # noqa: PLC0415 - loads asyncssh, in this thread

        def say(text: str) -> None:
            sink(Line(time.time(), cluster.name, "snapshot", harmless(text)))

        await operation.remove(cluster, label, say)
        say(f"The snapshot {label} is gone.")
        return True

    return Work("Remove a snapshot", "removing it", "it is gone", "some of it is left", job)
