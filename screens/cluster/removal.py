"""Asks before it destroys a cluster: says what is deleted, has the name typed, and connects to existing machines."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.app import App

from kubetui.base.errors import ProfileError
from kubetui.cluster.folder import Cluster
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from screens.asking.meeting import meet
from screens.widgets.dialogs import Confirm

if TYPE_CHECKING:
    from kubetui.machines.hosts.access import Access

_MADE = "Deletes its machines with everything in them, its logs and its kubeconfig. Saved profiles stay."


def confirm_destroy(app: App[object], name: str, then: Callable[[Access | None], object]) -> None:
    """Ask the person to confirm, and call `then` with the access to the cluster's machines."""
    plan = plan_of(name)

    def answered(sure: bool | None) -> None:  # noqa: FBT001 - the dialog's callback
        if not sure:
            return
        if plan is None:
            then(None)
        else:
            meet(app, plan, then)

    app.push_screen(Confirm(f"Destroy {name}", words(plan), name), answered)


def plan_of(name: str) -> Plan | None:
    """Return a cluster's plan; None where its profile cannot be read, which the destroy itself will report."""
    try:
        return Plan(profilefile.load_built(Cluster(name)))
    except ProfileError:
        return None


def words(plan: Plan | None) -> str:
    """Say what is deleted and what stays."""
    if plan is None:
        return _MADE
    if plan.provider.rehearsal:
        return "It is a rehearsal: deletes only its logs and its kubeconfig, no machines. Saved profiles stay."
    if plan.provider.makes_machines:
        return _MADE
    hosts = ", ".join(machine.name for machine in plan.machines)
    return (
        f"Your machines stay. Runs kubeadm reset on {hosts}, and removes what kubetui installed there, the "
        "cluster's logs and its kubeconfig. Saved profiles stay."
    )
