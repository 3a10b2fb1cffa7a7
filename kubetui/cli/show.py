"""Commands that only read: clusters, profiles, plans, timings, this host."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from kubetui.base.errors import KubetuiError, UsageError
from kubetui.base.files import named, write_private
from kubetui.base.text import counted, did_you_mean, harmless
from kubetui.cluster.certificates import SOON, Certificate, of_kubeconfig
from kubetui.cluster.folder import Cluster, all_names, existing
from kubetui.engine.provider import MachineState
from kubetui.machines.make import make
from kubetui.operations import plan as planview
from kubetui.operations.boxes.choice import decided
from kubetui.operations.departure import planned
from kubetui.operations.state import ClusterState, glance, listen, state_of
from kubetui.profile import authorities
from kubetui.profile.files import file as profilefile
from kubetui.profile.files import library
from kubetui.profile.plan import Machine, Plan
from kubetui.record import gantt, lastrun, reading
from kubetui.record.timings import Timings
from kubetui.steps.build import ALL


def status(name: str | None, *, as_json: bool) -> int:
    """Show clusters; see `cli.main.status`."""
    found = asyncio.run(_statuses(existing(name) if name else None))
    if as_json:
        click.echo(json.dumps([each.document for each in found], indent=2))
        return 0
    if not found:
        click.echo("There are no clusters. Make one: kubetui up tutorial")
    for each in found:
        click.echo("\n".join(each.lines(time.time())))
    return 0


@dataclasses.dataclass(frozen=True, slots=True)
class _Status:
    """What a cluster is, and its machines; `error` is why those are not known."""

    cluster: Cluster
    state: ClusterState
    machines: Mapping[str, MachineState]
    error: str = ""
    leaving: tuple[Machine, ...] = ()
    """The machines that a removal which was cut off still has to take out of it."""

    def lines(self, now: float) -> Iterator[str]:
        """Yield a header, and a line for each machine."""
        yield "  ".join(filter(None, (self.state.name, self.state.words, ", ".join(self.state.particulars(now)))))
        if self.error:
            yield f"  {self.error}"
        found = self._certificate
        if found is not None and now >= found.ends - SOON:
            # a machine that is off renews nothing by itself, and a start does
            way = "start" if found.expired(now) else "certs --renew"
            yield f"  its certificates {found.told(now, many=True)}: kubetui {way} {self.state.name}"
        for machine in self._plan_machines:
            yield f"  {machine.name:<16} {machine.role:<14} {machine.address!s:<16} {self._power(machine)}"
        for machine in self.leaving:
            yield f"  {machine.name:<16} leaves it       {machine.address!s:<16} {self._power(machine)}"
        if self.leaving:
            names = " ".join(machine.name for machine in self.leaving)
            yield f"  What has begun goes on with: kubetui node remove {self.state.name} {names}"

    @property
    def document(self) -> dict[str, Any]:
        """The documented fields, as values of JSON; see docs/events.md."""
        state, plan, kubeconfig = self.state, self.state.plan, self.cluster.kubeconfig
        certificate = self._certificate
        return {
            "name": state.name,
            "state": state.state.value,
            "rehearsal": state.rehearsal,
            "detail": state.detail,
            "nodes": state.nodes,
            "ready": state.ready,
            "not_ready": list(state.not_ready),
            "done": state.done,
            "total": state.total,
            "built_seconds": state.built_seconds,
            "changed_at": state.when,
            "provider": plan.provider.name if plan else None,
            "kubernetes": state.version or None,
            "kubeconfig": str(kubeconfig) if kubeconfig.exists() else None,
            "certificates_expire": certificate.ends if certificate else None,
            "machines": [
                {
                    "name": machine.name,
                    "role": machine.role.value,
                    "address": str(machine.address),
                    "state": self._power(machine),
                }
                for machine in self._plan_machines
            ],
            "leaving": [machine.name for machine in self.leaving],
            **({"error": self.error} if self.error else {}),
        }

    @property
    def _certificate(self) -> Certificate | None:
        """The kubeconfig's certificate, which stands for the others: kubeadm renews all at once."""
        return None if self.state.rehearsal else of_kubeconfig(self.cluster.kubeconfig)

    @property
    def _plan_machines(self) -> tuple[Machine, ...]:
        return self.state.plan.machines if self.state.plan else ()

    def _power(self, machine: Machine) -> str:
        """Return a machine's state; one that is only played does not run."""
        state = self.machines.get(machine.name, MachineState.UNKNOWN)
        return "rehearsed" if self.state.rehearsal and state is MachineState.RUNNING else state.value


async def _statuses(chosen: Cluster | None) -> list[_Status]:
    """Read one cluster, or all at once: Vagrant takes two seconds for each."""
    if chosen is not None:
        return [await _status(chosen)]
    return await asyncio.gather(*(_status_or_why(Cluster(name)) for name in all_names()))


async def _status_or_why(cluster: Cluster) -> _Status:
    """Read one of several clusters; a broken one does not hide the others."""
    try:
        return await _status(cluster)
    except KubetuiError as error:
        return _Status(cluster, glance(cluster), {}, error.message)


async def _status(cluster: Cluster) -> _Status:
    plan = planned(cluster, Plan(profilefile.load_built(cluster)))
    facts, (machines, error) = await asyncio.gather(listen(cluster), _machines(plan, cluster))
    return _Status(
        cluster, state_of(dataclasses.replace(facts, machines=machines)), machines, error, plan.leaving.machines
    )


async def _machines(plan: Plan, cluster: Cluster) -> tuple[Mapping[str, MachineState], str]:
    """Return the machines' states, or why their provider cannot tell: what the API says counts all the same."""
    try:
        return await make(plan, cluster.folder).states(), ""
    except KubetuiError as error:
        return {}, error.message


def profiles() -> int:
    """List the profiles; see `cli.main.profiles`."""
    for entry in library.listing():
        if entry.profile is None:
            click.echo(f"{entry.name:<16} {entry.kind:<8} {entry.error}")
            continue
        machines = counted(len(Plan(entry.profile).machines), "machine")
        what = f"{machines}, {entry.profile.provider}, Kubernetes {entry.profile.kubernetes.version}"
        click.echo(f"{entry.name:<16} {entry.kind:<8} {what}")
    return 0


def schema() -> int:
    """Print the JSON Schema; see `cli.main.schema`."""
    click.echo(json.dumps(profilefile.json_schema(), indent=2))
    return 0


def plan(name: str, *, script: str | None, as_json: bool) -> int:
    """Show a plan; see `cli.main.plan`."""
    plan = decided(Plan(profilefile.load(library.find(name))))
    authorities.read(plan.profile)
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


def logs(name: str, machine: str | None, *, step: str, commands: bool, follow: bool) -> int:
    """Show the kept logs of a cluster, and follow a run; see `cli.main.logs`."""
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
    for where, line in lines:
        stamp, text = line[: reading.STAMP], line[reading.STAMP :]
        click.echo(harmless(f"{stamp} {where:<{width}}{text}" if width else line))
    return 0


def timings(name: str, *, svg: str | None) -> int:
    """Show the timings of a cluster's last run; see `cli.main.timings`."""
    cluster = existing(name)
    if svg is None:
        show_timings(cluster)
    elif svg == "-":
        click.echo(gantt.svg(_timings(cluster)), nl=False)
    else:
        with named(Path(svg)):
            Path(svg).write_text(gantt.svg(_timings(cluster)), encoding="utf-8")
        click.echo(svg)
    return 0


def show_timings(cluster: Cluster, *, err: bool = False) -> None:
    """Show the timings of a cluster's last run. Raises UsageError when it has none."""
    click.echo("\n" + gantt.table(_timings(cluster)), err=err)


def _timings(cluster: Cluster) -> Timings:
    found = lastrun.timings_of(cluster, lastrun.read(cluster))
    if found is None:
        raise UsageError(f"{cluster.name} has no timings yet.", fix=f"Each run records them: kubetui up {cluster.name}")
    return found
