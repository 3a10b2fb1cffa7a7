"""Commands that only read: profiles, plans, logs, timings."""

from __future__ import annotations

import json
from pathlib import Path

import click

from kubetui.base.errors import UsageError
from kubetui.base.files import named, write_private
from kubetui.base.text import counted, did_you_mean, harmless
from kubetui.cli.audience import say
from kubetui.cli.language.formats import Form, Table, write_document, write_table
from kubetui.cli.language.terminal import paged
from kubetui.cli.options import Source
from kubetui.cli.profiles import load
from kubetui.cluster.folder import Cluster, existing
from kubetui.operations import plan as planview
from kubetui.operations.boxes.choice import decided
from kubetui.profile import authorities
from kubetui.profile.files import file as profilefile
from kubetui.profile.files import library
from kubetui.profile.files.library import Entry
from kubetui.profile.plan import Plan
from kubetui.record import gantt, lastrun, reading
from kubetui.record.timings import Timings
from kubetui.steps.build import ALL


def profiles(form: Form) -> int:
    """List the profiles; see `cli.look.commands.profiles`."""
    entries = library.listing()
    if form.document:
        write_document([_document(entry) for entry in entries], form)
    else:
        write_table(Table(("NAME", "KIND", "CLUSTER", "FILE"), [_row(entry) for entry in entries], more=1), form)
    return 0


def _row(entry: Entry) -> tuple[str, ...]:
    if entry.profile is None:
        return entry.name, entry.kind, entry.error or "", str(entry.path)
    machines = counted(len(Plan(entry.profile).machines), "machine")
    what = f"{machines}, {entry.profile.provider}, Kubernetes {entry.profile.kubernetes.version}"
    return entry.name, entry.kind, what, str(entry.path)


def _document(entry: Entry) -> dict[str, object]:
    profile = entry.profile
    return {
        "name": entry.name,
        "kind": entry.kind,
        "path": str(entry.path),
        "provider": profile.provider if profile else None,
        "machines": len(Plan(profile).machines) if profile else None,
        "kubernetes": profile.kubernetes.version if profile else None,
        "error": entry.error,
    }


def schema() -> int:
    """Print the JSON Schema; see `cli.look.commands.schema`."""
    click.echo(json.dumps(profilefile.json_schema(), indent=2))
    return 0


def plan(source: Source, *, script: str | None, form: Form) -> int:
    """Show the plan of a profile; see `cli.commands.plan`."""
    return show_plan(Plan(load(source)), form, script=script)


def show_plan(plan: Plan, form: Form, *, script: str | None = None) -> int:
    """Write a plan as a result, or as scripts into a folder."""
    plan = decided(plan)
    authorities.read(plan.profile)
    if script is not None:
        folder = Path(script)
        for machine, text in planview.scripts(plan).items():
            with named(folder):
                folder.mkdir(parents=True, exist_ok=True)
                write_private(folder / f"{machine}.sh", text, mode=0o700)
            click.echo(folder / f"{machine}.sh")
    elif form.document:
        write_document(planview.plan_document(plan), form)
    else:
        paged(planview.plan_text(plan))
    return 0


def logs(name: str, machine: str | None, *, step: str, commands: bool, follow: bool) -> int:
    """Show the kept logs of a cluster, and follow a run; see `cli.look.commands.logs`."""
    cluster = existing(name)
    planned = (each.name for each in Plan(profilefile.load_built(cluster)).machines)
    known = tuple(dict.fromkeys((*planned, *reading.machines(cluster.logs))))
    if machine is not None and machine not in known:
        raise UsageError(f"{name} has no machine {machine[:40]}.", fix=did_you_mean(machine, known))
    steps = [each.name for each in ALL]
    if step and step not in steps:
        raise UsageError(f"There is no step {step[:40]}.", fix=did_you_mean(step, steps))
    names = known if machine is None else (machine,)
    width = max(map(len, names)) if len(names) > 1 else 0
    reader = reading.Reader(cluster.logs, names, reading.Wanted(step, commands))
    lines = reading.follow(reader, lambda: cluster.holder() is not None) if follow else reader.more()
    told = (_logged(where, line, width) for where, line in lines)
    if follow:
        for each in told:
            click.echo(each)
    else:
        paged("".join(f"{each}\n" for each in told))
    return 0


def _logged(where: str, line: str, width: int) -> str:
    stamp, text = line[: reading.STAMP], line[reading.STAMP :]
    return harmless(f"{stamp} {where:<{width}}{text}" if width else line)


def timings(name: str, *, svg: str | None) -> int:
    """Show the timings of a cluster's last run; see `cli.look.commands.timings`."""
    cluster = existing(name)
    if svg is None:
        click.echo(gantt.table(_timings(cluster)))
    elif svg == "-":
        click.echo(gantt.svg(_timings(cluster)), nl=False)
    else:
        with named(Path(svg)):
            Path(svg).write_text(gantt.svg(_timings(cluster)), encoding="utf-8")
        click.echo(svg)
    return 0


def show_timings(cluster: Cluster) -> None:
    """Show the timings of the run that has just ended, on standard error."""
    say("\n" + gantt.table(_timings(cluster)))


def _timings(cluster: Cluster) -> Timings:
    found = lastrun.timings_of(cluster, lastrun.read(cluster))
    if found is None:
        raise UsageError(
            f"{cluster.name} has no timings yet.", fix=f"Each run records them: kubetui start {cluster.name}"
        )
    return found
