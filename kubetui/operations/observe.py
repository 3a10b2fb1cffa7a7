"""Reads a running cluster from this host: its nodes, pods and containers, and how to open a shell on its machines.

kubectl on the control plane reads everything, over one SSH connection that stays open; tables keep kubectl's text.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from kubetui.base.errors import HostError, KubetuiError, RunError, UsageError
from kubetui.base.files import tilde
from kubetui.base.system import this_system
from kubetui.base.text import MAX_LINE, clean, shown
from kubetui.cluster.folder import Cluster
from kubetui.cluster.tables import (
    ADMIN,
    CONTAINERS,
    NODES,
    POD_ABOUT,
    POD_LOGS,
    PODS,
    Table,
    aligned_table,
    tabbed_table,
)
from kubetui.machines.hosts.access import endpoint_of
from kubetui.machines.make import make
from kubetui.machines.vagrant import commandline
from kubetui.operations.connect import visit
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.remote.node import Node, Result
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
        self._connecting = asyncio.Lock()

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

    async def logs(self, namespace: str, pod: str) -> str:
        """Return the last lines that a pod wrote, or kubectl's reason why there are none; cleaned."""
        return await self._about(POD_LOGS, namespace, pod)

    async def describe(self, namespace: str, pod: str) -> str:
        """Return what kubectl says about a pod; cleaned."""
        return await self._about(POD_ABOUT, namespace, pod)

    async def attempt(self, script: str, values: Mapping[str, str]) -> Result:
        """Run a script that only reads on the control plane, with the administrator's kubeconfig."""
        command = Command(ADMIN + script, values, timeout=_TIMEOUT)
        try:
            return await (await self._connected()).run(command)
        except (KubetuiError, OSError):
            await self._close()
            raise

    async def _about(self, script: str, namespace: str, pod: str) -> str:
        text = await self._read(Command(script, {"NAMESPACE": namespace, "POD": pod}, timeout=_TIMEOUT))
        return "\n".join(clean(line[:MAX_LINE]) for line in text.splitlines())

    async def _read(self, command: Command) -> str:
        try:
            return await (await self._connected()).read(command)
        except (KubetuiError, OSError):
            await self._close()
            raise

    async def _connected(self) -> Node:
        # a person may ask for logs while the tables are read
        async with self._connecting:
            if self._node is None:
                self._node = await self._connect(self._cluster)
            return self._node

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


def shell_command(cluster: Cluster, machine: str, command: Sequence[str] = (), *, terminal: bool = False) -> Shell:
    """Return the command that opens a shell on a machine, or runs a command there and ends with its exit code.

    No machine means the first control plane. One word is a line for the machine's shell, as with ssh; several are a
    program and its arguments. `terminal` gives a command a terminal. Raises UsageError for an unknown machine,
    HostError without Vagrant, or in a rehearsal.
    """
    plan = _plan(cluster)
    chosen = next((each for each in plan.machines if each.name == machine or (each.first and not machine)), None)
    if chosen is None:
        names = ", ".join(each.name for each in plan.machines)
        raise UsageError(f"{cluster.name} has no machine {shown(machine)}.", fix=f"Its machines: {names}.")
    if plan.provider.rehearsal:
        raise HostError(
            f"{chosen.name} is rehearsed: it replays a recording and has no shell.",
            fix="Only a machine of a real cluster has one.",
            id="REHEARSAL",
        )
    line = command[0] if len(command) == 1 else shlex.join(command)
    words = (*(("-t",) if terminal else ()), "--", line) if command else ()
    if not plan.provider.makes_machines:
        return Shell((*ssh_words(endpoint_of(chosen)), *words), cluster.folder, os.environ)
    program = commandline.executable(this_system())
    after = ("--", *words) if words else ()
    return Shell((program, "ssh", chosen.name, *after), cluster.folder, commandline.environment())


def kubeconfig_line(cluster: Cluster) -> str:
    """Return the line that makes kubectl on this host use the cluster, with a tilde for the home folder."""
    path = str(cluster.kubeconfig)
    quoted = shlex.quote(path)
    return f"export KUBECONFIG={tilde(cluster.kubeconfig) if quoted == path else quoted}"
