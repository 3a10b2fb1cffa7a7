"""What a proof works with: the plan, the open connections, and the servers in the network of its pods."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kubetui.base.check import Check
from kubetui.base.errors import RunError
from kubetui.base.text import LineSink, nowhere
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.remote.node import Node
from kubetui.steps.cluster.proof import dns
from kubetui.steps.cluster.proof.findings import METRICS, names


@dataclass(frozen=True)
class Scene:
    """What a proof works with: a plan, the machines that it is about, and the open connections to them.

    `unreachable` says why a machine has no connection. `tell` receives each check as soon as it is made, and `log_of`
    returns what receives the commands that a machine calls. An API server that does not answer at first has `patience`
    seconds to come back.
    """

    plan: Plan
    machines: Sequence[Machine]
    nodes: Mapping[str, Node]
    kubeconfig: Path
    tell: Callable[[Check], None]
    unreachable: Mapping[str, str] = field(default_factory=dict)
    log: LineSink = nowhere
    log_of: Callable[[str], LineSink] = lambda _machine: nowhere
    patience: float = 0.0

    @property
    def first(self) -> Node:
        """The connection of the control plane, which runs kubectl. Raises RunError without one."""
        name = self.plan.control_plane.name
        if name not in self.nodes:
            why = self.unreachable.get(name, "it was never connected")
            fix = f"Start it, or run: kubetui start {self.plan.profile.name}"
            raise RunError(f"SSH does not reach {name}: {why}", fix=fix)
        return self.nodes[name]

    @property
    def names(self) -> tuple[str, ...]:
        """The checks, in their order."""
        return names(policies=self.plan.pod_network.policies, metrics=METRICS in self.plan.addons)

    @property
    def first_log(self) -> LineSink:
        """What receives that control plane's commands."""
        return self.log_of(self.plan.control_plane.name)


@dataclass(frozen=True, slots=True)
class Server:
    """A server in a node's pod: the pod's address and process, and what its resolv.conf says."""

    address: str
    pid: int
    resolver: dns.Resolver
