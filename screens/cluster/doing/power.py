"""A cluster's machines, shut down from its home."""

from __future__ import annotations

from textual.app import App

from kubetui.base.text import clean
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import Sink
from kubetui.engine.stop import Stop
from kubetui.profile.plan import Plan
from screens.cluster.doing.working import Show, Work
from screens.widgets.choose import ask


def can_stop(plan: Plan) -> bool:
    """Whether its machines are kubetui's to shut down."""
    return plan.provider.makes_machines


def stop(app: App[object], plan: Plan, show: Show) -> None:
    """Shut them down once the person agrees."""
    name = plan.profile.name

    async def job(sink: Sink, stop: Stop) -> bool:
        from kubetui.operations.maintain.power import shut_down  # noqa: PLC0415 - loads asyncssh, in this thread

        return (await shut_down(Cluster(name), sink, stop)).ok

    work = Work("Stop", "shutting its machines down", "its machines are off", "some of its machines run", job)
    ask(app, f"Stop {name}", halting(plan), "Stop", lambda: show(work))


def halting(plan: Plan) -> str:
    """Say what stopping a cluster does, in its order."""
    groups = [
        (plan.workers, "workers"),
        (plan.other_control_planes, "control planes"),
        ((plan.control_plane,), "the first control plane"),
    ]
    order = [(", ".join(clean(machine.name) for machine in machines), what) for machines, what in groups]
    width = max(len(names) for names, _ in order)
    lines = "\n".join(f"  {names:<{width}}  {what}" for names, what in order if names)
    return f"Shuts its machines down, in this order:\n{lines}\nPods end, and come back with it. Nothing is lost."
