"""`kubetui upgrade`."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from kubetui.cli import hosts
from kubetui.cli.asking import confirmed, passwords
from kubetui.cli.audience import say
from kubetui.cli.maintain.running import watched
from kubetui.cli.options import UpOptions
from kubetui.cluster.folder import existing
from kubetui.operations.maintain import upgrade as operation
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan


@dataclass(frozen=True, slots=True)
class How:
    """The version that a cluster goes to, if the person named one, and how many workers are drained at a time."""

    to: str | None = None
    at_once: int = 1


def upgrade(name: str, options: UpOptions, how: How) -> int:
    """Upgrade a cluster; see `cli.maintain.commands.upgrade`."""
    cluster = existing(name)
    going_on = cluster.upgrade.exists()
    wanted = operation.target(cluster, how.to)
    plan = Plan(wanted)
    passwords(wanted)
    access = hosts.meet(plan, accept_host_keys=False)
    was, version = profilefile.load_built(cluster).kubernetes.version, wanted.kubernetes.version
    say(f"{name} goes {'on ' if going_on else ''}from Kubernetes {was} to {version}.")
    if plan.untried:
        say(plan.untried)
    for line in (*operation.told(plan, how.at_once), *asyncio.run(operation.losses(cluster, access))):
        say(f"  {line}")
    confirmed(f"Upgrade {name}? There is no way back but from a snapshot or a backup.", yes=options.yes)
    return watched(
        options,
        lambda sink, stop: operation.upgrade(
            cluster, wanted, sink, stop, access, at_once=how.at_once, leaving=options.leaving
        ),
    )
