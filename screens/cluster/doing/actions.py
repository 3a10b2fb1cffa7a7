"""What can be done to a cluster from its home: chosen from a list, told before it is done, then done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from textual.app import App

from kubetui.operations.state import ClusterState, State
from kubetui.profile.plan import Plan
from screens.cluster.doing.mending import compare
from screens.cluster.doing.nodes import add_worker, can_grow, removable, remove_machine
from screens.cluster.doing.power import can_stop, stop
from screens.cluster.doing.renewing import renew
from screens.cluster.doing.saving import back_up
from screens.cluster.doing.snapshots import can_save, offer_snapshots
from screens.cluster.doing.upgrading import can_upgrade, offer_upgrade
from screens.cluster.doing.working import Show, Work, WorkScreen
from screens.threads import Threads
from screens.widgets.choose import BACK, Answer, Choose

_RUNS: Final = frozenset({State.READY, State.DEGRADED, State.UNREACHABLE, State.FAILED, State.STOPPED, State.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Action:
    """Something that can be done: where it can, and how it begins, by telling what it does."""

    answer: Answer
    possible: Callable[[Plan], object]
    begin: Callable[[App[object], Plan, Show], object]


def _is_real(plan: Plan) -> bool:
    return not plan.provider.rehearsal


ACTIONS: Final = (
    Action(("stop", "Stop", "shut its machines down; nothing is lost"), can_stop, stop),
    Action(("add", "Add a worker", "a machine more; the others stay as they are"), can_grow, add_worker),
    Action(("remove", "Remove a machine", "its pods go elsewhere first"), removable, remove_machine),
    Action(("upgrade", "Upgrade Kubernetes", "to the next version, machine by machine"), can_upgrade, offer_upgrade),
    Action(("mend", "Compare and mend", "see how its machines differ from the plan"), lambda _plan: True, compare),
    Action(("renew", "Renew certificates", "all of them, for as long as at first"), _is_real, renew),
    Action(("backup", "Back up", "save etcd and the authorities in a file"), _is_real, back_up),
    Action(("snapshots", "Snapshots", "save all machines, or bring them back"), can_save, offer_snapshots),
)


def possible(state: ClusterState) -> tuple[Action, ...]:
    """Return what can be done to a cluster as it is now."""
    plan = state.plan
    if plan is None or state.state not in _RUNS:
        return ()
    return tuple(action for action in ACTIONS if action.possible(plan))


def choose_action(app: App[object], state: ClusterState, threads: Threads) -> None:
    """Let the person choose one, show what it does, and do it once they agree."""
    plan, found = state.plan, {action.answer[0]: action for action in possible(state)}
    if plan is None or not found:
        app.notify("Nothing can be done to it now but what the keys below say.")
        return
    machines = tuple(machine.name for machine in plan.machines)

    def show(work: Work) -> None:
        app.push_screen(WorkScreen(plan.profile.name, work, threads, machines))

    def chosen(answer: str | None) -> None:
        if action := found.get(answer or ""):
            action.begin(app, plan, show)

    app.push_screen(Choose(plan.profile.name, "", [BACK, *(action.answer for action in found.values())]), chosen)
