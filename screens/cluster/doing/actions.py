"""What can be done to a cluster from its home: chosen from a list, told before it is done, then done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from textual.app import App

from kubetui.base.text import clean
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import Sink
from kubetui.engine.stop import Stop
from kubetui.operations.state import ClusterState, State
from kubetui.profile.plan import Machine, Plan
from screens.asking.meeting import meet
from screens.cluster.doing.mending import offer_mending
from screens.cluster.doing.nodes import add_worker, can_grow, removable, remove_machine
from screens.cluster.doing.saving import back_up
from screens.cluster.doing.working import Work, WorkScreen
from screens.threads import Threads
from screens.widgets.choose import BACK, Answer, Choose, ask

if TYPE_CHECKING:
    from kubetui.machines.hosts.access import Access

_STOP, _ADD, _REMOVE, _MEND, _RENEW, _BACKUP = "stop", "add", "remove", "mend", "renew", "backup"
_RUNS: Final = frozenset({State.READY, State.DEGRADED, State.UNREACHABLE, State.FAILED, State.STOPPED, State.UNKNOWN})


def possible(state: ClusterState) -> tuple[Answer, ...]:
    """Return what can be done to a cluster as it is now; each with a sentence."""
    plan = state.plan
    if plan is None or state.state not in _RUNS:
        return ()
    found: list[Answer] = []
    if plan.provider.makes_machines:
        found.append((_STOP, "Stop", "shut its machines down; nothing is lost"))
    if can_grow(plan):
        found.append((_ADD, "Add a worker", "a machine more; the others stay as they are"))
    if removable(plan):
        found.append((_REMOVE, "Remove a machine", "its pods go elsewhere first"))
    found.append((_MEND, "Compare and mend", "see how its machines differ from the plan"))
    if not plan.provider.rehearsal:
        found.append((_RENEW, "Renew certificates", "all of them, for as long as at first"))
        found.append((_BACKUP, "Back up", "save etcd and the authorities in a file"))
    return tuple(found)


def choose_action(app: App[object], state: ClusterState, threads: Threads) -> None:
    """Let the person choose one, show what it does, and do it once they agree."""
    plan, found = state.plan, possible(state)
    if plan is None or not found:
        app.notify("Nothing can be done to it now but what the keys below say.")
        return

    def chosen(answer: str | None) -> None:
        if answer == _STOP:
            ask(app, f"Stop {plan.profile.name}", halting(plan), "Stop", lambda: _stop(app, plan, threads))
        elif answer == _ADD:
            add_worker(app, plan)
        elif answer == _REMOVE:
            remove_machine(app, plan)
        elif answer == _MEND:
            meet(app, plan, lambda access: offer_mending(app, plan, access, lambda: _mend(app, plan, threads, access)))
        elif answer == _RENEW:
            ask(app, "Renew certificates", renewing(plan), "Renew", lambda: _renew(app, plan, threads))
        elif answer == _BACKUP:
            back_up(app, plan, lambda work: _show(app, plan, work, threads))

    app.push_screen(Choose(plan.profile.name, "", [BACK, *found]), chosen)


def halting(plan: Plan) -> str:
    """Say what stopping a cluster does, in its order."""
    order = [
        (_named(plan.workers), "workers"),
        (_named(plan.other_control_planes), "control planes"),
        (_named([plan.control_plane]), "the first control plane"),
    ]
    width = max(len(names) for names, _ in order)
    lines = "\n".join(f"  {names:<{width}}  {what}" for names, what in order if names)
    return f"Shuts its machines down, in this order:\n{lines}\nPods end, and come back with it. Nothing is lost."


def renewing(plan: Plan) -> str:
    """Say what renewing a cluster's certificates does."""
    names = _named([machine for machine in plan.machines if machine not in plan.workers])
    return (
        f"On {names}, one after the other: kubeadm certs renew all, then a restart of the programs that use them. "
        "Its kubeconfig here is renewed, too. With one control plane the API server is away for some seconds."
    )


def _named(machines: Sequence[Machine]) -> str:
    return ", ".join(clean(machine.name) for machine in machines)


def _stop(app: App[object], plan: Plan, threads: Threads) -> None:
    async def job(sink: Sink, stop: Stop) -> bool:
        from kubetui.operations.maintain.power import shut_down  # noqa: PLC0415 - loads asyncssh, in this thread

        return (await shut_down(Cluster(plan.profile.name), sink, stop)).ok

    work = Work("Stop", "shutting its machines down", "its machines are off", "some of its machines run", job)
    _show(app, plan, work, threads)


def _renew(app: App[object], plan: Plan, threads: Threads) -> None:
    def met(access: Access | None) -> None:
        async def job(sink: Sink, stop: Stop) -> bool:
            from kubetui.operations.maintain.certs import renew  # noqa: PLC0415 - loads asyncssh, in this thread

            return (await renew(Cluster(plan.profile.name), sink, stop, access)).ok

        work = Work("Renew certificates", "renewing them", "they are renewed", "some are as old as before", job)
        _show(app, plan, work, threads)

    meet(app, plan, met)


def _mend(app: App[object], plan: Plan, threads: Threads, access: Access | None) -> None:
    async def job(sink: Sink, stop: Stop) -> bool:
        from kubetui.operations.maintain.diff import mend  # noqa: PLC0415 - loads asyncssh, in this thread

        return (await mend(Cluster(plan.profile.name), (), sink, stop, access)).ok

    work = Work("Mend", "mending it", "it is as planned again", "it still differs from its plan", job)
    _show(app, plan, work, threads)


def _show(app: App[object], plan: Plan, work: Work, threads: Threads) -> None:
    app.push_screen(WorkScreen(plan.profile.name, work, threads, tuple(machine.name for machine in plan.machines)))
