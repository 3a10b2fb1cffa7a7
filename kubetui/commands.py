"""What the commands do. Only `cli.py` calls this, after it is known which command it is."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path

import click

from kubetui import library, profilefile, render
from kubetui.cluster import Cluster, all_names, existing
from kubetui.engine import Stop
from kubetui.errors import HostError, RunError, StoppedError, UsageError
from kubetui.events import RunFinished
from kubetui.plan import Plan
from kubetui.profile import Profile

PARTLY = 7
"""Exit code of a run in which some machines got there and others did not."""


def confirmed(question: str, *, yes: bool) -> None:
    """Go on if the person agrees, or has agreed on the command line.

    Raises UsageError where no one can answer, StoppedError where the answer is no.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(f"{question} No one can answer here.", fix="Say --yes if that is what you want.")
    if not click.confirm(question):
        raise StoppedError("Nothing was done.")


def up(name: str, *, yes: bool, as_json: bool, verbose: bool) -> int:
    """Build a cluster; see `cli.up`."""
    profile = profilefile.load(library.find(name))
    plan = Plan(profile)
    asyncio.run(check_host(plan))
    if not Cluster(profile.name).exists:
        confirmed(f"Build {profile.name}: {len(plan.machines)} machines with {plan.provider.title}?", yes=yes)
    finished = asyncio.run(_up(profile, as_json=as_json, verbose=verbose))
    if finished.ok:
        return 0
    return StoppedError.exit_code if finished.stopped and not finished.failed else RunError.exit_code


async def check_host(plan: Plan) -> None:
    """Raise HostError with everything that this host lacks for a plan."""
    from kubetui import doctor as doctors

    checks = doctors.blocking(await doctors.examine(plan))
    if checks:
        lines = [f"{check.name}: {check.message}\n    {check.fix}" for check in checks]
        raise HostError("This host is not ready.\n  " + "\n  ".join(lines), id="HOST")


async def _up(profile: Profile, *, as_json: bool, verbose: bool) -> RunFinished:
    from kubetui.up import up as build

    output = render.output(as_json=as_json, verbose=verbose)
    stop = Stop()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, _stopper(stop))
    try:
        return await build(profile, output, stop)
    finally:
        output.close()


def _stopper(stop: Stop):  # noqa: ANN202
    def request() -> None:
        if not stop.requested:
            click.echo("\nStopping: what runs comes to its end. Once more stops at once.", err=True)
        stop.request()

    return request


def destroy(name: str, *, yes: bool) -> int:
    """Remove a cluster; see `cli.destroy`."""
    from kubetui.destroy import destroy as remove

    cluster = existing(name)
    confirmed(f"Destroy {name} with its machines and everything in them?", yes=yes)
    asyncio.run(remove(cluster, click.echo))
    click.echo(f"{name} is gone.")
    return 0


def profiles() -> int:
    """List the profiles; see `cli.profiles`."""
    for entry in library.listing():
        if entry.profile is None:
            click.echo(f"{entry.name:<16} {entry.kind:<8} {entry.error}")
            continue
        machines = Plan(entry.profile).machines
        what = f"{len(machines)} machines, {entry.profile.provider}, Kubernetes {entry.profile.kubernetes.version}"
        click.echo(f"{entry.name:<16} {entry.kind:<8} {what}")
    return 0


def schema() -> int:
    """Print the JSON Schema; see `cli.schema`."""
    click.echo(json.dumps(profilefile.json_schema(), indent=2))
    return 0
