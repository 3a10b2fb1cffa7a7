"""SSH connections to a cluster's machines, with its pinned host keys."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from kubetui.base.errors import KubetuiError, RunError, UsageError
from kubetui.base.text import LineSink, nowhere
from kubetui.cluster.folder import Cluster
from kubetui.engine.provider import MachineState, Provider
from kubetui.engine.step import Connect
from kubetui.machines.vagrant import insecure
from kubetui.machines.vagrant.project import vagrant_home
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.remote.connection import Patience
from kubetui.remote.endpoint import Endpoint
from kubetui.remote.host_keys import HostKeys
from kubetui.remote.node import Node
from kubetui.remote.ssh import SshNode

RUNNING: Final = Patience(boot=4)
"""How long a machine may take to answer that should be running."""


@dataclass(frozen=True, slots=True)
class Visited:
    """The connections to a cluster's machines, in the plan's order, and why the others cannot be reached."""

    nodes: dict[str, SshNode] = field(default_factory=dict)
    unreachable: dict[str, str] = field(default_factory=dict)


def refuse_rehearsal(plan: Plan, why: str, fix: str = "Build a real cluster.") -> None:
    """Raise UsageError for a rehearsal; `why` goes on after its name and "is a rehearsal"."""
    if plan.provider.rehearsal:
        raise UsageError(f"{plan.profile.name} is a rehearsal, {why}.", fix=fix, id="REHEARSAL")


@asynccontextmanager
async def visits(cluster: Cluster, provider: Provider, machines: Sequence[Machine]) -> AsyncIterator[Visited]:
    """Connect to each of these machines that answers, for as long as the block lasts."""
    # learn which machines run, so that one query finds the way to all of them
    await provider.states()
    there = Visited()

    async def arrive(machine: Machine) -> None:
        try:
            there.nodes[machine.name] = await visit(cluster, provider, machine)
        except KubetuiError as error:
            there.unreachable[machine.name] = error.message

    try:
        await asyncio.gather(*map(arrive, machines))
        for machine in machines:
            # those that came first are not always the plan's first
            if machine.name in there.nodes:
                there.nodes[machine.name] = there.nodes.pop(machine.name)
        yield there
    finally:
        await asyncio.gather(*(node.close() for node in there.nodes.values()), return_exceptions=True)


async def visit(cluster: Cluster, provider: Provider, machine: Machine) -> SshNode:
    """Connect to a machine that should be running, at the endpoint that its provider reports now.

    Raises RunError when it is stopped or does not answer.
    """
    try:
        endpoint = await provider.endpoint(machine)
    except KubetuiError:
        state = (await provider.states())[machine.name]
        if state in {MachineState.STOPPED, MachineState.ABSENT}:
            fix = f"Start it with: kubetui start {cluster.name}"
            raise RunError(f"{machine.name}, {_role(machine)}, is {state}.", fix=fix) from None
        raise
    node = SshNode(machine.name, endpoint, HostKeys(cluster.host_keys, first_sight=not endpoint.personal), RUNNING)
    await node.connect(nowhere)
    return node


def _role(machine: Machine) -> str:
    return "the control plane" if machine.first else f"a {machine.role}"


def connector(cluster: Cluster, provider: Provider | None = None, patience: Patience | None = None) -> Connect:
    """Return a function that opens SSH connections to a cluster's machines, with the cluster's pinned host keys.

    With a `provider`, a connection asks it for the endpoint again after a restart, which may change the port. Without
    `patience`, machines may still be booting.
    Each machine that Vagrant made has to refuse Vagrant's well-known key.
    """
    host_keys, met = HostKeys(cluster.host_keys), HostKeys(cluster.host_keys, first_sight=False)

    async def connect(machine: Machine, endpoint: Endpoint, log: LineSink) -> Node:
        renew = partial(provider.fresh_endpoint, machine) if provider else None
        keys = met if endpoint.personal else host_keys
        node = SshNode(machine.name, endpoint, keys, RUNNING if machine.leaving else patience, renew)
        await node.connect(log)
        if machine.host is None:
            try:
                await insecure.refuse(machine.name, endpoint, host_keys, vagrant_home(), log)
            except BaseException:
                await node.close()
                raise
        return node

    return connect
