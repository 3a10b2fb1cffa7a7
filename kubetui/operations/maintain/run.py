"""One run on a cluster that exists: the same engine, journal and logs as a build, with other steps."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from kubetui.base.files import room
from kubetui.cluster.folder import Cluster
from kubetui.engine.engine import Engine
from kubetui.engine.events import Operation, RunFinished, Sink, logger
from kubetui.engine.step import Run, Step
from kubetui.engine.stop import Stop
from kubetui.machines.hosts.access import Access
from kubetui.machines.make import make
from kubetui.operations.connect import connector
from kubetui.operations.snapshots import unfinished
from kubetui.operations.up import written
from kubetui.profile import credentials
from kubetui.profile.credentials import Logins
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.record.journal import Journal
from kubetui.record.logs import Logs
from kubetui.remote.connection import Patience


def plan_of(cluster: Cluster, kept: Path | None = None, *, logins: bool = False) -> Plan:
    """Return what a cluster was built as, by the copy of its profile in the folder `kept`, where one is named.

    With `logins`, the plan has the passwords of its proxies and mirrors. Raises ProfileError where the profile cannot
    be read, or a password is unknown.
    """
    profile = profilefile.load_built(cluster, kept)
    return Plan(
        profile,
        cluster.identity(),
        logins=credentials.of_run(profile) if logins else Logins(),
        labelled=cluster.labelled.exists(),
        trusting=cluster.authorities.exists(),
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
    kept: Path | None = None,
    patience: Patience | None = None,
) -> RunFinished:
    """Run steps on the machines that a cluster was built of, and return how that ended.

    `access` is what a person said about existing machines, `kept` as in `plan_of`, `patience` how long each machine
    may take to answer, where it has no reason to boot. Raises StoppedError when it is stopped at once while no engine
    runs, BusyError when another run holds the cluster, and as its `lock` does when something else is halfway done.
    """
    with stop.cancels_this(), room(cluster.folder), cluster.lock(operation.value):
        plan = plan_of(cluster, kept, logins=operation is Operation.MEND)
        return await execute(cluster, plan, steps, operation, sink, stop=stop, access=access, patience=patience)


async def execute(
    cluster: Cluster,
    plan: Plan,
    steps: Sequence[Step],
    operation: Operation,
    sink: Sink,
    *,
    stop: Stop,
    access: Access | None,
    patience: Patience | None = None,
) -> RunFinished:
    """Run steps as a plan has them, for who holds the cluster's lock."""
    provider = make(plan, cluster.folder, access)
    with closing(Journal(cluster.journal)) as journal, closing(Logs(cluster.logs)) as logs:
        recorded = written(cluster.folder, journal, logs, sink)
        first = steps[0].name if steps else ""
        await unfinished.clear(cluster, provider, logger(plan.control_plane.name, first, recorded))
        connect = connector(cluster, provider, patience)
        run = Run(plan, cluster, provider, tuple(steps), connect, operation=operation)
        return await Engine(run, recorded, stop).execute()
