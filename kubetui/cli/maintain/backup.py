"""`kubetui backup` and `kubetui restore-backup`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import AddressValueError, IPv4Address
from pathlib import Path

from kubetui.base.errors import UsageError
from kubetui.base.text import counted, shown
from kubetui.cli import hosts
from kubetui.cli.asking import confirmed
from kubetui.cli.audience import say
from kubetui.cli.clusters import check_host, run, settled
from kubetui.cli.maintain.running import watched
from kubetui.cli.options import UpOptions
from kubetui.cluster import backup as backups
from kubetui.cluster.backup import Backup
from kubetui.cluster.folder import Cluster, existing
from kubetui.operations.maintain import backup as operation
from kubetui.operations.restore import begin as restoring
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile


def backup(name: str, to: str, options: UpOptions) -> int:
    """Save a cluster in a file; see `cli.maintain.saving.backup`."""
    cluster, target = existing(name), Path(to).absolute()
    plan = Plan(profilefile.load_built(cluster))
    operation.refuse(plan, target)
    access = hosts.meet(plan, accept_host_keys=False)
    return watched(options, lambda sink, stop: operation.save(cluster, target, sink, stop, access))


def restore(path: str, name: str, first_address: str, options: UpOptions) -> int:
    """Bring a cluster back from a file; see `cli.maintain.saving.restore_backup`."""
    found = backups.read(Path(path).absolute())
    profile = restoring.profile_of(found, name, _address(first_address))
    if not restoring.goes_on(found, profile):
        _agreed(found, profile, options)
    restoring.begin(found, profile)
    return run(settled(profile, options), profile.name, replace(options, yes=True))


def _agreed(found: Backup, profile: Profile, options: UpOptions) -> None:
    """Say what will happen, and ask. Raises HostError before where this computer does not suffice."""
    restoring.refuse_unfit(profile)
    plan = Plan(profile)
    asyncio.run(check_host(plan, profile.name))
    for line in _told(found, plan):
        say(line)
    confirmed(f"Restore {profile.name}?", yes=options.yes)


def _told(found: Backup, plan: Plan) -> Iterator[str]:
    """Yield what a restore does, and what is lost by it."""
    of, cluster = found.manifest, Cluster(plan.profile.name)
    yield f"kubetui: the backup of {of.cluster}, made {of.made}: {of.keys} keys of etcd at revision {of.revision}"
    machines = f"{counted(len(plan.machines), 'machine')} with {plan.provider.title}"
    yield f"  It becomes {cluster.name}: {machines}, {', '.join(machine.name for machine in plan.machines)}."
    yield f"  Kubernetes is {of.kubernetes}, as in the backup: the profile names it exactly from now on."
    if cluster.exists:
        built = Plan(profilefile.load_built(cluster))
        lost = ", ".join(machine.name for machine in built.machines)
        yield f"  {cluster.name} exists: {lost} are destroyed first. What was done there since the backup is lost."


def _address(text: str) -> IPv4Address | None:
    try:
        return IPv4Address(text) if text else None
    except AddressValueError:
        raise UsageError(f"{shown(text)} is no IPv4 address.", fix="Write one such as 192.168.57.101.") from None
