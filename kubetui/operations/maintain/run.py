"""One run on a cluster that exists: the same engine, journal and logs as a build, with other steps."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from kubetui.base.files import room
from kubetui.cluster.folder import Cluster
from kubetui.engine.engine import Engine
from kubetui.engine.events import Operation, RunFinished, Sink
from kubetui.engine.step import Run, Step
from kubetui.engine.stop import Stop
from kubetui.machines.hosts.access import Access
from kubetui.machines.make import make
from kubetui.operations.connect import connector
from kubetui.operations.up import written
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.record.journal import Journal
from kubetui.record.logs import Logs
from kubetui.remote.connection import Patience


def plan_of(cluster: Cluster) -> Plan:
    """Return what a cluster was built as. Raises ProfileError where its profile cannot be read."""
    profile = profilefile.load_built(cluster)
    return Plan(
        profile,
        cluster.identity(),
        labelled=cluster.labelled.exists(),
        standing=True,
        restored=cluster.restoring.exists(),
    )


async def carry_out(
    cluster: Cluster,
    steps: Sequence[Step],
    operation: Operation,
    sink: Sink,
    stop: Stop,
    *,
    access: Access | None = None,
    patience: Patience | None = None,
) -> RunFinished:
    """Run steps on the machines that a cluster was built of, and return how that ended.

    `access` is what a person said about existing machines, `patience` how long each may take to answer, where it has no
    reason to boot. Raises StoppedError when it is stopped at once while no engine runs, BusyError when another run
    holds the cluster.
    """
    with stop.cancels_this(), room(cluster.folder), cluster.lock(operation.value):
        plan = plan_of(cluster)
        provider = make(plan, cluster.folder, access)
        with closing(Journal(cluster.journal)) as journal, closing(Logs(cluster.logs)) as logs:
            run = Run(
                plan, cluster, provider, tuple(steps), connector(cluster, provider, patience), operation=operation
            )
            return await Engine(run, written(cluster.folder, journal, logs, sink), stop).execute()
