"""`kubetui status`: what clusters are, and their machines."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

import click

from kubetui.base.errors import ExitCode, KubetuiError
from kubetui.base.text import duration
from kubetui.cli.audience import say
from kubetui.cli.language.formats import Form, Table, write_document, write_table
from kubetui.cluster.certificates import SOON, Certificate, of_kubeconfig
from kubetui.cluster.folder import Cluster, all_names, existing
from kubetui.engine.provider import MachineState
from kubetui.machines.make import make
from kubetui.operations.departure import planned
from kubetui.operations.state import ClusterState, State, glance, listen, state_of
from kubetui.profile.files import file as profilefile
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan

_HEADS: Final = ("CLUSTER", "STATE", "MACHINE", "ROLE", "ADDRESS", "POWER", "CPUS", "MEMORY", "KUBERNETES", "PROVIDER")
_POLL: Final = 2.0
"""Seconds between two looks at a cluster that is waited for."""


def status(name: str | None, form: Form, *, wait: int) -> int:
    """Show clusters, or wait up to `wait` seconds until one is ready; see `cli.look.commands.status`."""
    chosen = existing(name) if name else None
    found = asyncio.run(_waited(chosen, wait) if chosen and wait else _statuses(chosen))
    if form.document:
        write_document([each.document for each in found], form)
    elif form is Form.NAME:
        for each in found:
            click.echo(each.state.name)
    elif form is Form.WIDE:
        write_table(Table(_HEADS, [row for each in found for row in each.rows()]), form)
    else:
        for each in found:
            click.echo("\n".join(each.lines(time.time())))
    if not found and form in {Form.TEXT, Form.WIDE}:
        say("There are no clusters. Make one: kubetui up tutorial")
    if wait and (late := [each for each in found if each.state.state is not State.READY]):
        say(f"{late[0].state.name} is not ready after {duration(wait)}: {late[0].state.words}.")
        return ExitCode.UNHEALTHY
    return ExitCode.OK


async def _waited(chosen: Cluster, seconds: int) -> list[_Status]:
    """Look at a cluster until it is ready, or the time is over."""
    ends = time.monotonic() + seconds
    while True:
        found = await _status(chosen)
        if found.state.state is State.READY or time.monotonic() >= ends:
            return [found]
        await asyncio.sleep(_POLL)


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

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Yield a row of the wide table for each machine."""
        plan = self.state.plan
        for machine in self._plan_machines:
            # nobody told kubetui what an existing machine has
            cpus, memory = (str(each or "-") for each in (machine.cpus, machine.memory))
            yield (
                self.state.name,
                f"rehearsal, {self.state.state.value}" if self.state.rehearsal else self.state.state.value,
                machine.name,
                machine.role.value,
                str(machine.address),
                self._power(machine),
                cpus,
                f"{memory} MiB" if machine.memory else memory,
                self.state.version,
                plan.provider.name if plan else "-",
            )

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
