"""Reads a running cluster from this host: its nodes, pods and containers, and how to open a shell on its machines.

kubectl on the control plane reads everything, over one SSH connection that stays open; tables keep kubectl's text.
"""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from kubetui.base.errors import HostError, KubetuiError, RunError
from kubetui.base.system import this_system
from kubetui.cluster.folder import Cluster
from kubetui.cluster.tables import CONTAINERS, NODES, PODS, Table, aligned_table, tabbed_table
from kubetui.machines.hosts.access import endpoint_of
from kubetui.machines.make import make
from kubetui.machines.vagrant import commandline
from kubetui.operations.connect import visit
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.remote.node import Node
from kubetui.remote.reach import ssh_words

_TIMEOUT: Final = 20.0


@dataclass(frozen=True, slots=True)
class Shell:
    """A command that opens a shell on a machine, with its working folder and environment."""

    argv: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str]


class Observer:
    """Reads one cluster repeatedly. After a failure, the next read opens a new connection.

    `connect` opens a connection to the control plane; tests pass their own.
    """

    def __init__(self, name: str, connect: Callable[[Cluster], Awaitable[Node]] | None = None) -> None:
        self._cluster = Cluster(name)
        self._connect = connect or control_plane
        self._node: Node | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    async def nodes(self) -> Table:
        """Return `kubectl get nodes -o wide`. Raises KubetuiError when the cluster does not answer."""
        return aligned_table(await self._read(Command(NODES, timeout=_TIMEOUT)), time.time())

    async def pods(self) -> Table:
        """Return the pods of all namespaces. Raises KubetuiError when the cluster does not answer."""
        return aligned_table(await self._read(Command(PODS, timeout=_TIMEOUT)), time.time())

    async def containers(self, node: str) -> Table:
        """Return the containers on one node. Raises KubetuiError when the cluster does not answer."""
        return tabbed_table(await self._read(Command(CONTAINERS, {"NODE": node}, timeout=_TIMEOUT)), time.time())

    async def _read(self, command: Command) -> str:
        try:
            if self._node is None:
                self._node = await self._connect(self._cluster)
            return await self._node.read(command)
        except (KubetuiError, OSError):
            await self._close()
            raise

    async def _close(self) -> None:
        node, self._node = self._node, None
        if node is not None:
            await node.close()


async def control_plane(cluster: Cluster) -> Node:
    """Connect to the machine that ran `kubeadm init`, at the endpoint that its provider reports now."""
    plan = _plan(cluster)
    return await visit(cluster, make(plan, cluster.folder), plan.control_plane)


def _plan(cluster: Cluster) -> Plan:
    if not cluster.exists:
        raise RunError(f"There is no cluster {cluster.name} any more.", fix="It may have been destroyed elsewhere.")
    return Plan(profilefile.load_built(cluster))


def machines(cluster: Cluster) -> tuple[str, ...]:
    """Return the names of a cluster's machines."""
    return tuple(machine.name for machine in _plan(cluster).machines)


def shell_command(cluster: Cluster, machine: str) -> Shell:
    """Return the command that opens a shell on a machine. Raises HostError without Vagrant, or in a rehearsal."""
    plan = _plan(cluster)
    if plan.provider.rehearsal:
        raise HostError(f"{machine} is rehearsed: it replays a recording and has no shell.", id="REHEARSAL")
    if not plan.provider.makes_machines:
        chosen = next(each for each in plan.machines if each.name == machine)
        return Shell(ssh_words(endpoint_of(chosen)), cluster.folder, os.environ)
    program = commandline.executable(this_system())
    return Shell((program, "ssh", machine), cluster.folder, commandline.environment())


def kubeconfig_line(cluster: Cluster) -> str:
    """Return the line that makes kubectl on this host use the cluster, with a tilde for the home folder."""
    path = str(cluster.kubeconfig)
    home = str(Path.home())
    quoted = shlex.quote(path)
    if quoted == path and path.startswith(f"{home}/"):
        quoted = "~" + path.removeprefix(home)
    return f"export KUBECONFIG={quoted}"
