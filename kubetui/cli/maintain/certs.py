"""`kubetui certs`."""

from __future__ import annotations

import time
from collections.abc import Mapping

from kubetui.base.errors import ExitCode
from kubetui.cli import hosts
from kubetui.cli.audience import awaited, say
from kubetui.cli.language.formats import Form, Table, write_document, write_table
from kubetui.cli.maintain.running import watched
from kubetui.cli.options import UpOptions
from kubetui.cluster.folder import Cluster, existing
from kubetui.operations.connect import refuse_rehearsal
from kubetui.operations.maintain import certs
from kubetui.operations.maintain.certs import Found
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan


def show(name: str, form: Form) -> int:
    """Show when each certificate expires; see `cli.maintain.commands.certs`."""
    cluster, plan = _asked(name)
    access = hosts.meet(plan, accept_host_keys=False)
    found = awaited(lambda: certs.read(cluster, access))
    for machine, each in found.items():
        if each.trouble:
            say(f"{machine}: {each.trouble}")
    if form.document:
        write_document(_document(name, found), form)
    else:
        write_table(_table(found), form)
    expired = any(one.expired(each.now) for each in found.values() for one in each.certificates)
    if expired and not form.document:
        say(f"Certificates that have run out are renewed by: kubetui start {name}")
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


def _table(found: Mapping[str, Found]) -> Table:
    rows = [
        (
            one.path,
            machine,
            time.strftime("%Y-%m-%d %H:%M", time.localtime(one.ends)),
            one.told(each.now),
            "authority" if one.authority else "certificate",
        )
        for machine, each in found.items()
        for one in sorted(each.certificates, key=lambda one: (one.ends, one.path))
    ]
    return Table(("CERTIFICATE", "MACHINE", "EXPIRES", "STATE", "KIND"), rows, more=1)


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
