"""Asks before it destroys a cluster: says what is deleted, has the name typed, and connects to existing machines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from textual.app import App

from kubetui.base.errors import ProfileError
from kubetui.base.files import tilde
from kubetui.base.text import clean, counted
from kubetui.cluster import snapshots
from kubetui.cluster.folder import Cluster
from kubetui.operations import context
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from screens.asking.meeting import meet
from screens.widgets.dialogs import Confirm

if TYPE_CHECKING:
    from kubetui.machines.hosts.access import Access

_NAMED: Final = 6
"""How many machines are named."""


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

    app.push_screen(Confirm(f"Destroy {name}", words(Cluster(name), plan), name), answered)


def plan_of(name: str) -> Plan | None:
    """Return a cluster's plan; None where its profile cannot be read, which the destroy itself will report."""
    try:
        return Plan(profilefile.load_built(Cluster(name)))
    except ProfileError:
        return None


def words(cluster: Cluster, plan: Plan | None) -> str:
    """Say what is deleted, a line for each kind, and what stays."""
    rows = list(_gone(cluster, plan))
    width = max(len(what) for what, _ in rows)
    stays = "Saved profiles stay."
    if plan is not None and not plan.provider.makes_machines:
        stays = f"Your machines stay. {stays}"
    lines = "\n".join(f"  {what:<{width}}  {about}" for what, about in rows)
    return f"This cannot be undone. It removes\n{lines}\n{stays}"


def _gone(cluster: Cluster, plan: Plan | None) -> Iterator[tuple[str, str]]:
    folder = tilde(cluster.folder)
    if plan is None:
        yield "machines", "whatever its folder says that it made"
    elif plan.provider.rehearsal:
        yield "machines", "none: it is a rehearsal"
    else:
        names = [clean(machine.name) for machine in plan.machines]
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        named = f"{', '.join(names[:_NAMED])}{more}"
        if plan.provider.makes_machines:
            yield counted(len(names), "machine"), f"{named}, with everything in them"
            yield "networks", "those that only these machines use"
        else:
            yield "Kubernetes", f"from {named}: kubeadm reset, and what kubetui installed there"
    if saved := snapshots.read(cluster).words:
        yield "snapshots", f"{saved}, with the machines that they are of"
    yield "folder", f"{folder}: logs, timings, kubeconfig"
    merged = [tilde(path) for path in context.holding(cluster)]
    if merged:
        yield "context", f"{cluster.name} in {', '.join(merged)}"
