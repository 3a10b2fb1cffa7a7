"""Destroying a cluster from any screen: what would be lost, a name to type, and the way into machines that stay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.screen import Screen

from kubetui.base.errors import ProfileError
from kubetui.cluster.folder import Cluster
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from screens.asking.meeting import meet
from screens.cluster.destroying import DestroyScreen
from screens.widgets.dialogs import Confirm

_MADE = "Its machines and everything in them are removed, its logs and its kubeconfig. Saved profiles stay."


def destroy(app: App[Any], name: str, show: Callable[[Screen[None]], object]) -> None:
    """Ask, and remove a cluster; `show` puts the screen up that does it."""
    plan = plan_of(name)

    def answered(sure: bool | None) -> None:  # noqa: FBT001 - the dialog's result
        if not sure:
            return
        if plan is None:
            show(DestroyScreen(name))
        else:
            meet(app, plan, lambda access: show(DestroyScreen(name, access)))

    app.push_screen(Confirm(f"Destroy {name}", words(plan), name), answered)


def plan_of(name: str) -> Plan | None:
    """Return a cluster's plan; None where its profile cannot be read, which destroying it will tell."""
    try:
        return Plan(profilefile.load(Cluster(name).profile))
    except ProfileError:
        return None


def words(plan: Plan | None) -> str:
    """Say what goes and what stays."""
    if plan is None:
        return _MADE
    if plan.provider.rehearsal:
        return "It is a rehearsal: no machine is removed, only its logs and its kubeconfig. Saved profiles stay."
    if plan.provider.makes_machines:
        return _MADE
    hosts = ", ".join(machine.name for machine in plan.machines)
    return (
        f"Your machines stay and become what they were: kubeadm reset on {hosts}, and what kubetui installed is "
        "removed, with the cluster's logs and its kubeconfig. Saved profiles stay."
    )
