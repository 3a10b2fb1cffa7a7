"""One run, from a profile to a cluster; `kubetui up` and the wizard's run screen both call it."""

from __future__ import annotations

import time
from collections.abc import Collection
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from kubetui.base.files import room, write_private
from kubetui.base.text import LineSink, nowhere
from kubetui.cluster.folder import Cluster
from kubetui.engine.engine import Engine
from kubetui.engine.events import Event, RunFinished, Sink, TaskFinished, TaskId, logger
from kubetui.engine.provider import Provider
from kubetui.engine.step import Connect, Run
from kubetui.engine.stop import Stop
from kubetui.engine.turns import Turns
from kubetui.machines.hosts.access import Access
from kubetui.machines.make import make
from kubetui.machines.rehearsal.options import lasting
from kubetui.machines.rehearsal.recording.scribe import Scribe
from kubetui.operations import addons, changes, departure
from kubetui.operations.boxes import choice
from kubetui.operations.connect import connector
from kubetui.operations.restore.pending import make_way, pending
from kubetui.operations.snapshots import unfinished
from kubetui.profile import credentials, manifests
from kubetui.profile.files import file as profilefile
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Leaving, Plan
from kubetui.profile.schema.boxes import VagrantBox
from kubetui.profile.schema.profile import Profile
from kubetui.record import checks, timings
from kubetui.record.journal import Journal
from kubetui.record.logs import Logs
from kubetui.steps.build import CHECKPOINTED, STEPS
from kubetui.steps.checkpoints import refuse
from kubetui.steps.cluster.init import INIT_STEP
from kubetui.steps.machine.start import START


async def up(
    profile: Profile,
    sink: Sink,
    stop: Stop,
    scribe: Scribe | None = None,
    access: Access | None = None,
    *,
    confirmed: Collection[str] = (),
    box: VagrantBox | None = None,
    turns: Turns | None = None,
    leaving: Leaving | None = None,
    checkpoints: bool = False,
) -> RunFinished:
    """Build the profile's cluster, skipping completed steps, and return how the run ended.

    A `scribe` records it; `access` is what a person said about existing machines, and `confirmed` names the machines
    that may be lost because the profile was changed (`changes.revision` says beforehand which); `leaving` says how
    those go that leave a cluster that was built. `box` is the one that was decided on for the plan that the person saw;
    without it, it is decided here. `turns` are the tasks that the person does by hand. With `checkpoints`, the cluster
    is saved after each step that changed something.

    Raises StoppedError when it is stopped at once while no engine runs, BusyError when another run holds the
    cluster, ProfileError when the profile has a change that the cluster cannot take in place, when it would destroy
    a machine that is not `confirmed`, when a password is unknown, or when a manifest cannot be had,
    KubetuiError when something else is halfway done with the cluster.
    """
    cluster = Cluster(profile.name)
    logins = credentials.of_run(profile)
    # the work before and after the engine may take long, too
    with stop.cancels_this():
        plan = Plan(changes.settled(cluster, profile), chosen=box)
        await manifests.fetch(plan)
        with room(cluster.folder), cluster.lock():
            cluster.create()
            # the journal is locked, too, so that only one run proceeds if somebody removed the lock file
            with closing(Journal(cluster.journal)) as journal, closing(Logs(cluster.logs)) as logs:
                restore = pending(cluster, plan.profile)
                if restore is not None:
                    log = _logger(plan.control_plane, written(cluster.folder, journal, logs, sink))
                    await make_way(cluster, restore, plan, log, access)
                plan = replace(
                    await choice.settled(plan),
                    identity=cluster.identity(),
                    logins=logins,
                    labelled=cluster.labelled.exists(),
                    trusting=cluster.authorities.exists(),
                    standing=cluster.kubeconfig.exists(),
                    restored=restore is not None,
                )
                steps = CHECKPOINTED if checkpoints else STEPS
                times = timings.Recorder(plan, steps)
                recorded = written(cluster.folder, journal, logs, sink, times)
                await unfinished.clear(
                    cluster, make(plan, cluster.folder, access), _logger(plan.control_plane, recorded)
                )
                revision = await _revise(cluster, plan, confirmed, _logger(plan.control_plane, recorded))
                if revision is not None and not revision.leaving:
                    journal.revised(time.time())
                plan = departure.planned(cluster, plan, revision.leaving if revision else (), leaving)
                plan = addons.planned(cluster, plan)
                provider = make(plan, cluster.folder, access)
                if checkpoints:
                    refuse(plan, provider)
                choice.record(cluster, plan)
                await provider.prepare()
                # before the profile forgets them
                departure.record(cluster, plan, {})
                addons.begin(cluster, plan)
                await manifests.keep(plan, cluster.folder)
                write_private(cluster.profile, profilefile.dump(lasting(plan.profile)))
                connect = connector(cluster, provider)
                yours = turns or Turns()
                if plan.restored:
                    # the control plane is made from the backup, and only kubetui does that
                    yours.leave(TaskId(INIT_STEP.name, plan.control_plane.name))
                run = Run(
                    plan,
                    cluster,
                    provider,
                    steps,
                    scribe.around(connect) if scribe else connect,
                    turns=yours,
                )
                try:
                    finished = await Engine(run, recorded, stop).execute()
                finally:
                    departure.record(cluster, plan, run.outcomes)
                    times.keep(cluster)
                    if run.checks:
                        checks.keep(cluster, run.checks)
                if finished.ok:
                    addons.settle(cluster, plan)
            if scribe and finished.ok:
                await _record_tables(scribe, plan.control_plane, provider, connect)
            return finished


async def _revise(cluster: Cluster, plan: Plan, confirmed: Collection[str], log: LineSink) -> changes.Revision | None:
    """Destroy the machines that a changed profile touches; return such a change, if there is one.

    Raises ProfileError when the change comes too late, or touches a machine that is not `confirmed`.
    """
    revision = await changes.revision(cluster, plan, log)
    if revision is not None:
        revision.refuse_unconfirmed(confirmed)
        await revision.make_way(cluster, log)
    return revision


async def _record_tables(scribe: Scribe, machine: Machine, provider: Provider, connect: Connect) -> None:
    """Let the scribe read the finished cluster's tables on its control plane."""
    node = await connect(machine, await provider.endpoint(machine), nowhere)
    try:
        await scribe.look_around(node)
    finally:
        await node.close()


def written(folder: Path, journal: Journal, logs: Logs, sink: Sink, times: timings.Recorder | None = None) -> Sink:
    """Return a sink that passes an event on once it is on disk, so that nothing unrecorded begins."""

    def take(event: Event) -> None:
        with room(folder):
            journal(event)
            logs(event)
            if isinstance(event, TaskFinished):
                event = replace(event, left_out=logs.left_out(event.task))
            if times is not None:
                times(event)
        sink(event)

    return take


def _logger(machine: Machine, sink: Sink) -> LineSink:
    """Return what takes lines before the engine does; they stand above the first machine's start."""
    return logger(machine.name, START.name, sink)
