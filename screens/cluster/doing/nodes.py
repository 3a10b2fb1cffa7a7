"""One machine more in a cluster, or one less: chosen and told here, then shown as any other run."""

from __future__ import annotations

from textual.app import App

from kubetui.base.text import clean
from kubetui.profile import roster
from kubetui.profile.machine import Machine, Role
from kubetui.profile.plan import Plan
from screens.cluster.doing.working import Show
from screens.widgets.choose import BACK, Choose, ask
from screens.widgets.navigation import StartRun


def can_grow(plan: Plan) -> bool:
    """Whether a worker can join: where there is none, control planes run the pods, and that cannot change."""
    return plan.provider.makes_machines and bool(plan.workers)


def removable(plan: Plan) -> tuple[Machine, ...]:
    """Return the machines that can leave, one at a time."""
    profile = plan.profile
    return tuple(
        machine for machine in plan.machines if not roster.needed(profile, roster.shrunk(profile, [machine.name]))
    )


def larger(plan: Plan) -> Plan:
    """Return the plan with one worker more."""
    return Plan(roster.grown(plan.profile, [next(roster.free_names(plan.profile, Role.WORKER))]))


def adding(plan: Plan) -> str:
    """Say which machine a larger plan adds, and what that does."""
    new = larger(plan)
    had = {machine.name for machine in plan.machines}
    machine = next(each for each in new.machines if each.name not in had)
    return (
        f"{clean(machine.name)}, a {machine.role}: {machine.address}, {machine.memory} MiB, {machine.cpus} CPUs.\n"
        "It is made as the others were, and joins. They keep their names and addresses, and what runs goes on."
    )


def add_worker(app: App[object], plan: Plan, _show: Show) -> None:
    """Show what a worker more is, and add it once the person agrees; that is a run as of a build."""
    ask(app, "Add a worker", adding(plan), "Add", lambda: app.post_message(StartRun(larger(plan))))


def remove_machine(app: App[object], plan: Plan, _show: Show) -> None:
    """Let the person choose a machine; what is lost with it is asked before the run begins."""
    answers = [(each.name, clean(each.name), f"{each.role}, {each.address}") for each in removable(plan)]

    def answered(answer: str | None) -> None:
        if answer and answer != BACK[0]:
            app.post_message(StartRun(Plan(roster.shrunk(plan.profile, [answer]))))

    app.push_screen(Choose("Remove a machine", "", [BACK, *answers]), answered)
