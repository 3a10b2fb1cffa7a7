"""How a cluster's machines differ from its plan, as the steps' probes tell, and the steps that mend it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from kubetui.base.errors import KubetuiError, UsageError
from kubetui.base.text import did_you_mean
from kubetui.cluster.folder import Cluster
from kubetui.engine import survey
from kubetui.engine.events import Operation, RunFinished, Sink
from kubetui.engine.provider import Provider
from kubetui.engine.step import Finding, Step, WorkState
from kubetui.engine.stop import Stop
from kubetui.machines.hosts.access import Access
from kubetui.machines.make import make
from kubetui.operations.connect import visit
from kubetui.operations.maintain.run import carry_out, plan_of
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.remote.node import Node
from kubetui.steps.build import REACHED, STEPS
from kubetui.steps.cluster.init import INIT_STEP
from kubetui.steps.cluster.join import JOIN_STEP, KNOWN
from kubetui.steps.cluster.join_control_plane import JOIN_CONTROL_PLANE
from kubetui.steps.cluster.leave.steps import LEAVING
from kubetui.steps.machine.claim import CLAIM
from kubetui.steps.machine.start import CONNECT, FACTS, START

_UNASKED: Final = frozenset({START.name, CONNECT.name, *(step.name for step in LEAVING)})
"""What a machine that answers has done, and what only one that leaves has."""
_NOTHING: Final = Command("")


@dataclass(frozen=True, slots=True)
class Difference:
    """Something on a machine that is not as a step leaves it; `detail` is what the step's probe says."""

    machine: str
    step: Step
    detail: str
    mendable: bool = True
    """Whether kubetui mends it: not what it did not make, or what the machine itself is."""


@dataclass(frozen=True, slots=True)
class Differences:
    """All of them, in the plan's order; `unread` tells why a machine could not be looked at."""

    found: tuple[Difference, ...] = ()
    unread: Mapping[str, str] = field(default_factory=dict)


async def diff(cluster: Cluster, access: Access | None = None) -> Differences:
    """Look for differences on every machine; changes nothing.

    `access` is what a person said about existing machines. Raises BusyError while a run holds the cluster.
    """
    with cluster.lock("check"):
        plan = plan_of(cluster, logins=True)
        provider = make(plan, cluster.folder, access)
        await provider.states()
        seen = await asyncio.gather(*(_on(cluster, provider, plan, machine) for machine in plan.machines))
        unread = {machine.name: why for machine, why in zip(plan.machines, seen, strict=True) if isinstance(why, str)}
        found = [each for every in seen if not isinstance(every, str) for each in every]
        found += await _unknown(cluster, provider, plan, found, unread)
    places = {step.name: number for number, step in enumerate(STEPS)}
    machines = [machine.name for machine in plan.machines]
    ordered = sorted(found, key=lambda each: (machines.index(each.machine), places[each.step.name]))
    return Differences(tuple(ordered), unread)


async def _on(cluster: Cluster, provider: Provider, plan: Plan, machine: Machine) -> tuple[Difference, ...] | str:
    """Return what is different on a machine, or why nobody can tell."""
    steps = {step.name: step for step in STEPS if step.runs_on(machine, plan)}
    probes = {name: probe for name, step in steps.items() if (probe := step.recipe(plan, machine).probe)}
    own = probes.pop(FACTS.name, _NOTHING)
    try:
        node = await visit(cluster, provider, machine)
        try:
            facts, answers = await survey.ask(node, own, probes)
        finally:
            await node.close()
    except KubetuiError as error:
        return error.message
    if not facts.ok:
        return (Difference(machine.name, FACTS, facts.last.removeprefix("error: "), mendable=False),)
    return tuple(_differences(machine, steps, answers))


def _differences(machine: Machine, steps: Mapping[str, Step], answers: Mapping[str, Finding]) -> Iterator[Difference]:
    for name, found in answers.items():
        if found.state is not WorkState.DONE:
            yield Difference(machine.name, steps[name], found.detail, found.state is not WorkState.FOREIGN)


async def _unknown(
    cluster: Cluster, provider: Provider, plan: Plan, found: Collection[Difference], unread: Collection[str]
) -> list[Difference]:
    """Return the machines that have joined, for all they know, and that the cluster does not know."""
    joins = {each.machine for each in found if each.step in {JOIN_STEP, JOIN_CONTROL_PLANE}}
    asked = [each for each in plan.machines if not each.first and each.name not in {*joins, *unread}]
    if not asked or plan.provider.rehearsal or plan.control_plane.name in unread:
        return []
    node = await visit(cluster, provider, plan.control_plane)
    try:
        known = [await _knows(node, machine) for machine in asked]
    finally:
        await node.close()
    return [
        Difference(machine.name, _joining(machine, plan), "the cluster does not know the node")
        for machine, there in zip(asked, known, strict=True)
        if not there
    ]


async def _knows(node: Node, machine: Machine) -> bool:
    """Ask the API server for a node; one that does not answer counts as one that knows it: its own step tells."""
    result = await node.run(Command(KNOWN, {"NAME": machine.name}))
    return not result.ok or result.last == f"node/{machine.name}"


def _joining(machine: Machine, plan: Plan) -> Step:
    return next(step for step in (JOIN_STEP, JOIN_CONTROL_PLANE) if step.runs_on(machine, plan))


def chosen(names: Collection[str]) -> tuple[Step, ...]:
    """Return the steps that mend these, with what they need: connections, and an API server that answers.

    Raises UsageError for a step that there is not.
    """
    known = {step.name: step for step in STEPS if step.name not in _UNASKED}
    for name in names:
        if name not in known:
            raise UsageError(f"There is no step {name[:40]} to mend.", fix=did_you_mean(name, list(known)))
    # a machine that has come to belong to another cluster stays as it is
    kept = {FACTS.name, CLAIM.name, *names}
    if any(INIT_STEP.name in _before(known[name]) for name in names):
        kept.add(INIT_STEP.name)
    return (REACHED, *(_with_needs(step, kept) for name, step in known.items() if name in kept))


def _before(step: Step) -> Mapping[str, Step]:
    """Return every step that one needs, directly or not, by name."""
    found: dict[str, Step] = {}
    for need in step.needs:
        if need.name not in found:
            found |= {need.name: need, **_before(need)}
    return found


def _with_needs(step: Step, kept: Collection[str]) -> Step:
    """Return a step that needs those alone that are kept, and whose machine is reached."""
    return replace(step, needs=(REACHED, *(each for name, each in _before(step).items() if name in kept)))


async def mend(
    cluster: Cluster, names: Collection[str], sink: Sink, stop: Stop, access: Access | None = None
) -> RunFinished:
    """Run these steps, or all that differ, on every machine where they are not done. The machines have to run.

    Raises as `carry_out` does, and UsageError for a step that there is not.
    """
    if not names:
        names = {each.step.name for each in (await diff(cluster, access)).found if each.mendable}
    return await carry_out(cluster, chosen(names), Operation.MEND, sink, stop, access=access)
