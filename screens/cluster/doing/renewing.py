"""A cluster's certificates, renewed from its home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import App

from kubetui.base.text import clean
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import Sink
from kubetui.engine.stop import Stop
from kubetui.profile.plan import Plan
from screens.asking.meeting import meet
from screens.cluster.doing.working import Show, Work
from screens.widgets.choose import ask

if TYPE_CHECKING:
    from kubetui.machines.hosts.access import Access


def renew(app: App[object], plan: Plan, show: Show) -> None:
    """Renew them once the person agrees."""
    words = renewing(plan)
    ask(app, "Renew certificates", words, "Renew", lambda: meet(app, plan, lambda access: show(_work(plan, access))))


def renewing(plan: Plan) -> str:
    """Say what renewing a cluster's certificates does."""
    names = ", ".join(clean(machine.name) for machine in (plan.control_plane, *plan.other_control_planes))
    return (
        f"On {names}, one after the other: kubeadm certs renew all, then a restart of the programs that use them. "
        "Its kubeconfig here is renewed, too. With one control plane the API server is away for some seconds."
    )


def _work(plan: Plan, access: Access | None) -> Work:
    async def job(sink: Sink, stop: Stop) -> bool:
        from kubetui.operations.maintain.certs import renew  # noqa: PLC0415 - loads asyncssh, in this thread

        return (await renew(Cluster(plan.profile.name), sink, stop, access)).ok

    return Work("Renew certificates", "renewing them", "they are renewed", "some are as old as before", job)
