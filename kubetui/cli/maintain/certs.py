"""`kubetui certs`."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping

import click

from kubetui.base.errors import ExitCode
from kubetui.base.text import harmless
from kubetui.cli import hosts
from kubetui.cli.audience import awaited, say
from kubetui.cli.maintain.running import watched
from kubetui.cli.options import UpOptions
from kubetui.cluster.folder import Cluster, existing
from kubetui.operations.connect import refuse_rehearsal
from kubetui.operations.maintain import certs
from kubetui.operations.maintain.certs import Found
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan


def show(name: str, *, as_json: bool) -> int:
    """Show when each certificate expires; see `cli.maintain.commands.certs`."""
    cluster, plan = _asked(name)
    access = hosts.meet(plan, accept_host_keys=False)
    found = awaited(lambda: certs.read(cluster, access))
    for machine, each in found.items():
        if each.trouble:
            say(f"{machine}: {each.trouble}", err=True)
    if as_json:
        click.echo(json.dumps(_document(name, found), indent=2))
    else:
        _table(found)
    expired = any(one.expired(each.now) for each in found.values() for one in each.certificates)
    if expired and not as_json:
        say(f"Certificates that have run out are renewed by: kubetui start {name}", err=True)
    return ExitCode.UNHEALTHY if expired or any(each.trouble for each in found.values()) else ExitCode.OK


def renew(name: str, options: UpOptions) -> int:
    """Renew all certificates; see `cli.maintain.commands.certs`."""
    cluster, plan = _asked(name)
    access = hosts.meet(plan, accept_host_keys=False)
    return watched(options, lambda sink, stop: certs.renew(cluster, sink, stop, access))


def _asked(name: str) -> tuple[Cluster, Plan]:
    cluster = existing(name)
    plan = Plan(profilefile.load_built(cluster))
    refuse_rehearsal(plan, "and has no certificates", "kubetui explain certificates tells what they are for.")
    return cluster, plan


def _table(found: Mapping[str, Found]) -> None:
    rows = [
        (machine, one.path, time.strftime("%Y-%m-%d %H:%M", time.localtime(one.ends)), one.told(each.now))
        for machine, each in found.items()
        for one in sorted(each.certificates, key=lambda one: (one.ends, one.path))
    ]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    for row in rows:
        cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False))
        click.echo(harmless(f"{'  '.join(cells)}  {row[-1]}"))


def _document(name: str, found: Mapping[str, Found]) -> dict[str, object]:
    return {
        "cluster": name,
        "certificates": [
            {
                "machine": machine,
                "path": one.path,
                "authority": one.authority,
                "expires": one.ends,
                "expired": one.expired(each.now),
                "due": one.due(each.now),
            }
            for machine, each in found.items()
            for one in each.certificates
        ],
        "unread": {machine: each.trouble for machine, each in found.items() if each.trouble},
    }
