"""What the commands do. Only `cli.py` calls this, after it is known which command it is."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kubetui import boxes, credentials, gantt, library, profilefile, providers, render
from kubetui.audience import Attended, complain
from kubetui.cluster import Cluster, all_names, existing
from kubetui.engine import Stop
from kubetui.errors import HostError, RunError, StoppedError, UsageError
from kubetui.estimate import Remaining
from kubetui.events import RunFinished
from kubetui.files import named, write_private
from kubetui.plan import Plan
from kubetui.profile import Profile
from kubetui.providers.base import MachineState
from kubetui.providers.packaging import refuse_others
from kubetui.redaction import redacted
from kubetui.text import harmless
from kubetui.timings import Timings, read

if TYPE_CHECKING:
    from kubetui.access import Access
    from kubetui.rehearsal.scribe import Scribe

PARTLY = 7
"""Exit code of a run that ended with a cluster, and with machines that failed to become part of it."""


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


def passwords(profile: Profile) -> None:
    """Ask for the passwords that a run of the profile needs and that are not known yet, without showing what is typed.

    Raises ProfileError where no one can answer.
    """
    if sys.stdin.isatty():
        for place in credentials.missing(profile):
            typed = click.prompt(f"Password for {place}", "", hide_input=True, show_default=False, err=True)
            credentials.tell(place, typed)
    credentials.of_run(profile)


def up(
    name: str,
    *,
    yes: bool,
    as_json: bool,
    verbose: bool,
    timings: bool,
    record: str | None,
    prepared_box: bool | None,
    keep_box: bool,
    accept_host_keys: bool,
    rehearse: bool,
    speed: float | None,
    rehearse_fault: str | None,
) -> int:
    """Build a cluster; see `cli.up`."""
    from kubetui import hostcommands

    profile = profilefile.load(library.find(name))
    if prepared_box is not None:
        machines = profile.machines.model_copy(update={"prepared_box": prepared_box})
        profile = profile.model_copy(update={"machines": machines})
    profile = _rehearsed(profile, rehearse=rehearse, speed=speed, fault=rehearse_fault)
    plan = boxes.planned(Plan(profile))
    if keep_box:
        refuse_others(plan.provider.name)
    asyncio.run(check_host(plan, name))
    passwords(profile)
    if not Cluster(profile.name).exists:
        confirmed(f"Build {profile.name}: {len(plan.machines)} machines with {plan.provider.title}?", yes=yes)
    access = hostcommands.meet(plan, accept_host_keys=accept_host_keys)
    output = render.output(as_json=as_json, verbose=verbose, remaining=Remaining(plan))
    scribe = _scribe(plan, record)
    finished = asyncio.run(_up(profile, output, scribe, access))
    if scribe and record and finished.ok:
        with named(Path(record)):
            scribe.save(Path(record))
        click.echo(f"wrote {record}", err=True)
    if timings:
        _show_timings(Cluster(profile.name), err=as_json)
    if finished.ok:
        if keep_box:
            from kubetui.boxcommands import keep

            keep(profile, as_json=as_json)
        return 0
    return _code(finished)


def _code(finished: RunFinished) -> int:
    """Return the exit code of a run that did not get to its end."""
    if finished.partly:
        return PARTLY
    return StoppedError.exit_code if finished.stopped and not finished.failed else RunError.exit_code


def _scribe(plan: Plan, record: str | None) -> Scribe | None:
    """Return what makes a recording, where one is asked for. Raises UsageError where it could not be a true one."""
    if record is None:
        return None
    if plan.provider.rehearsal:
        raise UsageError("A rehearsal cannot be recorded: it is one.", fix="Record a run on real machines.")
    from kubetui.rehearsal.scribe import Scribe
    from kubetui.steps import STEPS

    if not Path(record).absolute().parent.is_dir():
        raise UsageError(f"{record} cannot be written: its folder is not there.", fix="Make the folder first.")
    return Scribe(plan, STEPS)


def _rehearsed(profile: Profile, *, rehearse: bool, speed: float | None, fault: str | None) -> Profile:
    """Return the profile as the command line wants it rehearsed. Raises UsageError where nothing is."""
    from kubetui.rehearsal import options

    if rehearse:
        profile = options.rehearsed(profile)
    if profile.provider == options.NAME:
        return options.with_options(profile, speed=speed or options.HEADLESS, fault=fault)
    if speed or fault:
        raise UsageError("--speed and --rehearse-fault are for rehearsals.", fix="Say --rehearse, too.")
    return profile


async def check_host(plan: Plan, name: str) -> None:
    """Raise HostError with everything that this host lacks for a plan; `name` is what the person calls the profile."""
    from kubetui import doctor as doctors

    checks = doctors.blocking(await doctors.examine(plan))
    if checks:
        lines = [f"{check.name}: {check.message}\n    {check.fix}" for check in checks]
        fix = f"What works on every host is a rehearsal: kubetui up {name} --rehearse"
        raise HostError("This host is not ready.\n  " + "\n  ".join(lines), fix=fix, id="HOST")


async def _up(profile: Profile, output: render.Output, scribe: Scribe | None, access: Access | None) -> RunFinished:
    from kubetui.up import up as build

    stop = stopping()
    attended = Attended(output, sys.stdout, stop.wish)
    try:
        return await build(profile, attended, stop, scribe, access)
    finally:
        attended.close()


def stopping() -> Stop:
    """Return what signals of this process stop, once gently and once more at once."""
    stop = Stop()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _stopper(stop))
    # nobody is there any more to ask for it twice
    loop.add_signal_handler(signal.SIGHUP, stop.wish)
    return stop


def _stopper(stop: Stop) -> Callable[[], None]:
    def request() -> None:
        if not stop.requested:
            complain("\nStopping: what runs comes to its end. Once more stops at once.")
        stop.request()

    return request


def timings(name: str, *, svg: str | None) -> int:
    """Show the times of a cluster's last run; see `cli.timings`."""
    cluster = existing(name)
    if svg is None:
        _show_timings(cluster)
    elif svg == "-":
        click.echo(gantt.svg(_timings(cluster)), nl=False)
    else:
        with named(Path(svg)):
            Path(svg).write_text(gantt.svg(_timings(cluster)), encoding="utf-8")
        click.echo(svg)
    return 0


def _show_timings(cluster: Cluster, *, err: bool = False) -> None:
    click.echo("\n" + gantt.table(_timings(cluster)), err=err)


def _timings(cluster: Cluster) -> Timings:
    found = read(cluster)
    if found is None:
        raise UsageError(
            f"No run of {cluster.name} has kept its times yet.", fix=f"Each run does: kubetui up {cluster.name}"
        )
    return found


def destroy(name: str, *, yes: bool, hosts: str | None) -> int:
    """Remove a cluster; see `cli.destroy`."""
    from kubetui import hostcommands
    from kubetui.destroy import destroy as remove

    cluster = existing(name)
    plan = Plan(profilefile.load(cluster.profile))
    if plan.provider.makes_machines:
        confirmed(f"Destroy {name} with its machines and everything in them?", yes=yes)
    else:
        hostcommands.confirm_reset(plan, hosts)
    access = hostcommands.meet(plan, accept_host_keys=False)
    asyncio.run(remove(cluster, lambda line: click.echo(harmless(line)), access))
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


def plan(name: str, *, script: str | None, as_json: bool) -> int:
    """Show a plan; see `cli.plan`."""
    from kubetui import planview

    plan = Plan(profilefile.load(library.find(name)))
    if script is not None:
        folder = Path(script)
        for machine, text in planview.scripts(plan).items():
            with named(folder):
                folder.mkdir(parents=True, exist_ok=True)
                write_private(folder / f"{machine}.sh", text, mode=0o700)
            click.echo(folder / f"{machine}.sh")
        return 0
    if as_json:
        click.echo(json.dumps(planview.plan_document(plan), indent=2))
    else:
        click.echo(planview.plan_text(plan), nl=False)
    return 0


def status(name: str | None, *, as_json: bool) -> int:
    """Show clusters; see `cli.status`."""
    names = [existing(name).name] if name else all_names()
    found = [asyncio.run(_status(Cluster(each))) for each in names]
    if as_json:
        click.echo(json.dumps(found, indent=2))
    elif not found:
        click.echo("There are no clusters. Make one: kubetui up tutorial")
    for each in () if as_json else found:
        click.echo(f"{each['name']}  {each['provider']}  Kubernetes {each['kubernetes']}")
        for machine in each["machines"]:
            click.echo(f"  {machine['name']:<16} {machine['role']:<14} {machine['address']:<16} {machine['state']}")
    return 0


async def _status(cluster: Cluster) -> dict[str, Any]:
    plan = Plan(profilefile.load(cluster.profile))
    states = await providers.make(plan, cluster.folder).states()
    return {
        "name": cluster.name,
        "provider": plan.provider.name,
        "kubernetes": plan.profile.kubernetes.version,
        "kubeconfig": str(cluster.kubeconfig) if cluster.kubeconfig.exists() else None,
        "machines": [
            {
                "name": machine.name,
                "role": machine.role.value,
                "address": str(machine.address),
                "state": states.get(machine.name, MachineState.UNKNOWN).value,
            }
            for machine in plan.machines
        ],
    }


def doctor(name: str | None, *, as_json: bool) -> int:
    """Look at this host; see `cli.doctor`."""
    from kubetui import doctor as doctors

    checks = asyncio.run(doctors.examine(Plan(profilefile.load(library.find(name))) if name else None))
    if as_json:
        click.echo(json.dumps(redacted([dataclasses.asdict(check) for check in checks]), indent=2))
    for check in () if as_json else checks:
        click.echo(f"{check.status:<8} {check.name}: {harmless(check.message)}")
        if check.fix and check.status != "ok":
            click.echo(f"         {harmless(check.fix)}")
    return HostError.exit_code if doctors.blocking(checks) else 0
