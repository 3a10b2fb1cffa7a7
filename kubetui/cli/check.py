"""`kubetui check`."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from typing import TYPE_CHECKING

import click

from kubetui.base.check import Check, blocking
from kubetui.base.errors import ExitCode, HostError
from kubetui.cli import hosts
from kubetui.cli.audience import on_signals, say
from kubetui.cli.output import NOTICE, check_lines
from kubetui.cluster.folder import existing
from kubetui.engine.stop import Stop
from kubetui.operations.check import check as operation
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan

if TYPE_CHECKING:
    from kubetui.machines.hosts.access import Access


def check(name: str, *, as_json: bool) -> int:
    """Check that a cluster works; see `cli.main.check`."""
    cluster = existing(name)
    plan = Plan(profilefile.load(cluster.profile))
    if plan.provider.rehearsal and not as_json:
        say(f"This is a rehearsal: {NOTICE}; the checks are replayed from a recording.")
    access = _access(plan)

    def tell(made: Check) -> None:
        for line in () if as_json else check_lines(made):
            say(line)

    async def checking() -> tuple[Check, ...]:
        stop = Stop()
        on_signals(stop.at_once, hung_up=stop.at_once)
        with stop.cancels_this():
            return await operation(cluster, tell, lambda line: say(line, err=True), access)

    made = asyncio.run(checking())
    failed = blocking(made)
    if as_json:
        document = {
            "cluster": name,
            "rehearsal": plan.provider.rehearsal,
            "ok": not failed,
            "checks": [dataclasses.asdict(each) for each in made],
        }
        click.echo(json.dumps(document, indent=2))
    return ExitCode.UNHEALTHY if failed else ExitCode.OK


def _access(plan: Plan) -> Access | None:
    """Return the access to existing machines; without it, the check itself names those that do not answer."""
    try:
        return hosts.meet(plan, accept_host_keys=False)
    except HostError as error:
        say(error.message, err=True)
        return None
