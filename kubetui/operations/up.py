"""One run, from a profile to a cluster: what `kubetui up` and the wizard's run screen both call."""

from __future__ import annotations

import time
from collections.abc import Collection
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from kubetui.base.files import room, write_private
from kubetui.base.redaction import Stream
from kubetui.base.text import LineSink, clean, nowhere
from kubetui.cluster.folder import Cluster
from kubetui.engine.engine import Engine
from kubetui.engine.events import Event, Line, RunFinished, Sink, TaskFinished
from kubetui.engine.step import Run
from kubetui.engine.stop import Stop
from kubetui.machines.hosts.access import Access
from kubetui.machines.make import make
from kubetui.machines.rehearsal.options import lasting
from kubetui.machines.rehearsal.recording.scribe import Scribe
from kubetui.operations import changes
from kubetui.operations.boxes import store
from kubetui.operations.connect import connector
from kubetui.profile import credentials
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Machine, Plan
from kubetui.profile.schema.profile import Profile
from kubetui.record import timings
from kubetui.record.journal import Journal
from kubetui.record.logs import Logs
from kubetui.software import networks
from kubetui.steps.build import STEPS
from kubetui.steps.machine.start import START


async def up(
    profile: Profile,
    sink: Sink,
    stop: Stop,
    scribe: Scribe | None = None,
    access: Access | None = None,
    *,
    confirmed: Collection[str] = (),
) -> RunFinished:
    """Build what the profile says, or what is missing of it, and return how it went.

    A scribe makes a recording of it; `access` is what a person said about machines that exist, and `confirmed` names
    those that may be destroyed because the profile was changed (`changes.revision` tells beforehand which).

    Raises StoppedError when it is stopped at once and no engine is there yet, or any more,
    BusyError when another run has the cluster, ProfileError when the cluster that exists was built
    from a profile that differs in what cannot be changed in place, a machine would be destroyed that is not
    `confirmed`, a password is not known, or the pod network's manifest cannot be had.
    """
    cluster = Cluster(profile.name)
    logins = credentials.of_run(profile)
    # what goes before the engine and after it may take long, too
    with stop.cancels_this():
        plan = Plan(profile)
        await networks.fetch(plan.pod_network, plan.cluster_network)
        with room(cluster.folder), cluster.lock():
            cluster.create()
            # the journal lets one run alone go on, also where somebody removed the lock's file
            with closing(Journal(cluster.journal)) as journal, closing(Logs(cluster.logs)) as logs:
                plan = replace(store.planned(plan), identity=cluster.identity(), logins=logins)
                times = timings.Recorder(plan, STEPS)
                written = _written(cluster.folder, journal, logs, times, sink)
                log = _logger(plan.control_plane, written)
                revision = await changes.revision(cluster, plan, log)
                if revision is not None:
                    revision.refuse_unconfirmed(confirmed)
                    await revision.make_way(cluster, log)
                    journal.revised(time.time())
                provider = make(plan, cluster.folder, access)
                await provider.prepare()
                write_private(cluster.profile, profilefile.dump(lasting(profile)))
                connect = connector(cluster, provider)
                run = Run(plan, cluster, provider, STEPS, scribe.around(connect) if scribe else connect)
                try:
                    finished = await Engine(run, written, stop).execute()
                finally:
                    times.keep(cluster)
            if scribe and finished.ok:
                endpoint = await provider.endpoint(plan.control_plane)
                node = await connect(plan.control_plane, endpoint, nowhere)
                try:
                    await scribe.look_around(node)
                finally:
                    await node.close()
            return finished


def _written(folder: Path, journal: Journal, logs: Logs, times: timings.Recorder, sink: Sink) -> Sink:
    """Return a sink that hands an event on once it is on disk: what is not written down does not begin."""

    def take(event: Event) -> None:
        with room(folder):
            journal(event)
            logs(event)
            if isinstance(event, TaskFinished):
                event = replace(event, left_out=logs.left_out(event.task))
            times(event)
        sink(event)

    return take


def _logger(machine: Machine, sink: Sink) -> LineSink:
    """Return what takes lines before the engine does; they stand above the first machine's start."""
    hide = Stream()
    return lambda text: sink(Line(time.time(), machine.name, START.name, hide(clean(text))))
