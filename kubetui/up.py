"""One run, from a profile to a cluster: what `kubetui up` and the wizard's run screen both call."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from kubetui import boxes, credentials, insecure, networks, profilefile, providers, timings
from kubetui.access import Access
from kubetui.cluster import Cluster
from kubetui.doctor import vagrant_home
from kubetui.engine import Engine, Stop
from kubetui.errors import ProfileError
from kubetui.events import Event, RunFinished, Sink, TaskFinished
from kubetui.files import room, write_private
from kubetui.hostkeys import HostKeys
from kubetui.journal import Journal
from kubetui.logs import Logs
from kubetui.node import Node
from kubetui.plan import Machine, Plan
from kubetui.profile import Profile
from kubetui.providers.base import Endpoint, LineSink, MachineState, Provider
from kubetui.redaction import redacted
from kubetui.rehearsal.options import lasting
from kubetui.rehearsal.scribe import Scribe
from kubetui.ssh import SshNode
from kubetui.steps import STEPS
from kubetui.task import Connect, Run


async def up(
    profile: Profile, sink: Sink, stop: Stop, scribe: Scribe | None = None, access: Access | None = None
) -> RunFinished:
    """Build what the profile says, or what is missing of it, and return how it went.

    A scribe makes a recording of it; `access` is what a person said about machines that exist.

    Raises StoppedError when it is stopped at once and no engine is there yet, or any more,
    BusyError when another run has the cluster, ProfileError when the cluster that exists was built
    from a profile that differs in what cannot be changed in place, a password is not known, or the pod
    network's manifest cannot be had.
    """
    cluster = Cluster(profile.name)
    logins = credentials.of_run(profile)
    # what goes before the engine and after it may take long, too
    with stop.cancels_this():
        await networks.fetch(Plan(profile))
        with room(cluster.folder), cluster.lock():
            await _refuse_changes(cluster, lasting(profile))
            cluster.create()
            # the journal lets one run alone go on, also where somebody removed the lock's file
            with closing(Journal(cluster.journal)) as journal, closing(Logs(cluster.logs)) as logs:
                plan = replace(boxes.planned(Plan(profile)), identity=cluster.identity(), logins=logins)
                provider = providers.make(plan, cluster.folder, access)
                await provider.prepare()
                write_private(cluster.profile, profilefile.dump(lasting(profile)))
                times = timings.Recorder(plan, STEPS)
                connect = connector(cluster, provider)
                if scribe:
                    connect = scribe.around(connect)
                run = Run(plan, cluster, provider, STEPS, connect)
                try:
                    finished = await Engine(run, _written(cluster.folder, journal, logs, times, sink), stop).execute()
                finally:
                    times.keep(cluster)
            if scribe and finished.ok:
                await scribe.look_around(cluster)
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


def connector(cluster: Cluster, provider: Provider | None = None) -> Connect:
    """Return what opens SSH connections to a cluster's machines, with the host keys that it has pinned.

    A machine that is restarted meanwhile may be reached elsewhere afterwards; the provider is asked.

    A machine of Vagrant's is shown its well-known key once, and has to refuse it.
    """
    keys, met = HostKeys(cluster.host_keys), HostKeys(cluster.host_keys, first_sight=False)

    async def connect(machine: Machine, endpoint: Endpoint, log: LineSink) -> Node:
        renew = partial(provider.endpoint, machine, again=True) if provider else None
        node = SshNode(machine.name, endpoint, met if endpoint.personal else keys, renew=renew)
        await node.connect(log)
        if machine.host is None:
            try:
                await insecure.refuse(machine.name, endpoint, keys, vagrant_home(), log)
            except BaseException:
                await node.close()
                raise
        return node

    return connect


async def _refuse_changes(cluster: Cluster, profile: Profile) -> None:
    if not cluster.exists:
        return
    built = profilefile.load(cluster.profile)
    changes = differences(built, profile)
    if not changes or all(_harmless(change) for change in changes):
        return
    # asked of the provider that it was built with: another one knows nothing of its machines
    states = await providers.make(Plan(built), cluster.folder).states()
    if all(state is MachineState.ABSENT for state in states.values()):
        return
    text = "; ".join(f"{path} was {redacted(was, path)} and is {redacted(now, path)}" for path, was, now in changes)
    raise ProfileError(
        f"The cluster {profile.name} was built from another profile: {text}.",
        fix=f"Only more workers can be added in place. Change it back, or run: kubetui destroy {profile.name}",
        id="PROFILE-CHANGED",
    )


Change = tuple[str, Any, Any]


def differences(built: Profile, wanted: Profile) -> tuple[Change, ...]:
    """Return what differs between two profiles: the field's path, its old and its new value."""

    def flat(value: Any, path: str) -> Mapping[str, Any]:
        if isinstance(value, dict) and value:
            return {key: part for name, each in value.items() for key, part in flat(each, f"{path}.{name}").items()}
        return {path.removeprefix("."): value}

    old, new = (flat(each.model_dump(mode="json", by_alias=True), "") for each in (built, wanted))
    paths = sorted(old.keys() | new.keys())
    return tuple((path, old.get(path), new.get(path)) for path in paths if old.get(path) != new.get(path))


def _more_hosts(was: list[dict[str, Any]], now: list[dict[str, Any]]) -> bool:
    """Tell whether machines were only added, or are reached in another way: what each is in the cluster stays."""

    def parts(hosts: list[dict[str, Any]]) -> dict[str, tuple[str, str]]:
        return {host["name"]: (host["role"], host["node_address"] or host["address"]) for host in hosts}

    def first(hosts: list[dict[str, Any]]) -> str:
        return next((host["name"] for host in hosts if host["role"] == "control plane"), "")

    return parts(was).items() <= parts(now).items() and first(was) == first(now)


def _harmless(change: Change) -> bool:
    path, was, now = change
    if path == "hosts":
        return _more_hosts(was or [], now or [])
    return path == "machines.prepared_box" or (path == "machines.workers" and now > was > 0)
