"""Shuts a cluster's machines down. `kubetui.operations.up` starts them again, and repairs what the pause broke."""

from __future__ import annotations

from kubetui.base.errors import UsageError
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import Operation, RunFinished, Sink
from kubetui.engine.stop import Stop
from kubetui.operations.maintain.run import carry_out
from kubetui.profile.plan import Plan
from kubetui.steps.machine.halt import HALTING


def refuse_hosts(plan: Plan) -> None:
    """Raise UsageError for existing machines, which belong to somebody."""
    if not plan.provider.makes_machines:
        name = plan.profile.name
        raise UsageError(
            f"The machines of {name} are yours, and kubetui does not shut them down.",
            fix=f"Shut them down yourself, workers first. Once they run again: kubetui start {name}",
        )


async def shut_down(cluster: Cluster, sink: Sink, stop: Stop) -> RunFinished:
    """Shut a cluster's machines down: workers, then the other control planes, then the first one.

    Machines that are off already stay so; a run that was cut off is repeated. Raises as `carry_out` does.
    """
    return await carry_out(cluster, HALTING, Operation.STOP, sink, stop)
