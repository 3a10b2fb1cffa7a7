"""A cluster that answers the proof's commands from a description of what is broken in it."""

import base64
import struct
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from pathlib import Path

from kubetui.base.check import Check
from kubetui.base.errors import RunError
from kubetui.base.text import LineSink
from kubetui.cluster.tables import NODES
from kubetui.cluster.tables import PODS as ALL_PODS
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.remote.node import Result
from kubetui.steps.cluster.proof.commands import (
    ASK,
    BEGIN,
    END,
    PODS,
    POLICY,
    POLICY_ASK,
    POLICY_END,
    SERVE,
    STOP,
)
from kubetui.steps.cluster.proof.metrics import LOOK as METRICS
from kubetui.steps.cluster.proof.prove import prove
from kubetui.steps.cluster.proof.scene import Scene

HEAD = "NAMESPACE  NAME  READY  STATUS  RESTARTS  AGE  IP  NODE  NOMINATED NODE  READINESS GATES"
COREDNS = "kube-system coredns-1 1/1 Running 0 3m 10.244.0.2 kubmaster <none> <none>"


def table(*rows: str) -> str:
    """Align rows whose cells are separated by single spaces below kubectl's heading."""
    titles = [*HEAD.split("  ")]
    cells = [titles, *(row.split(" ") for row in rows)]
    return "".join("".join(f"{cell:<32}" for cell in line).rstrip() + "\n" for line in cells)


def reply(address: IPv4Address, *, code: int = 0) -> str:
    """Return a name server's reply, as base64."""
    question = b"\x0akubernetes\x00" + struct.pack("!2H", 1, 1)
    found = b"" if code else b"\xc0\x0c" + struct.pack("!2HIH", 1, 1, 5, 4) + address.packed
    return base64.b64encode(struct.pack("!6H", 0x6B75, 0x8180 | code, 1, not code, 0, 0) + question + found).decode()


@dataclass
class Broken:
    """What does not work."""

    lost: set[tuple[str, str]] = field(default_factory=set)
    """Directions in which no packet arrives, as node and target."""
    routes: dict[tuple[str, str], str] = field(default_factory=dict)
    silent: dict[str, str] = field(default_factory=dict)
    """What a command fails with, by its script."""
    not_ready: set[str] = field(default_factory=set)
    idle: dict[str, str] = field(default_factory=dict)
    """The last event of each pod of the proof that does not run, by node."""
    dns: str = ""
    service: set[str] = field(default_factory=set)
    """The nodes from which the service does not answer."""
    closed: set[str] = field(default_factory=set)
    """The nodes that do not forward packets."""
    policy: dict[str, str] = field(default_factory=dict)
    """What becomes of a call that has to be answered or blocked, where that is something else."""
    metrics: str = ""
    """What the first control plane says of kubectl top and of requests for certificates."""
    pods: list[tuple[str, ...]] = field(default_factory=lambda: [(COREDNS,)])
    """The rows of each look at the pods; the last look repeats."""


@dataclass
class Machine:
    """One machine of the stand-in."""

    plan: Plan
    name: str
    broken: Broken
    calls: list[str]

    async def run(self, command: Command, log: LineSink | None = None) -> Result:
        raise AssertionError(command)

    async def carry_out(self, task: str, command: Command, log: LineSink) -> Result:
        raise AssertionError(command)

    async def close(self) -> None:
        pass

    async def read(self, command: Command, log: LineSink | None = None) -> str:
        kinds = {NODES: "nodes", ALL_PODS: "all pods", BEGIN: "begin", PODS: "pods", SERVE: "serve", ASK: "ask"}
        policies = {POLICY: "deny", POLICY_ASK: "try", POLICY_END: "allow"}
        kinds[METRICS] = "metrics"
        kind = {**kinds, **policies, END: "end", STOP: "stop"}[command.script]
        self.calls.append(f"{self.name} {kind}")
        if kind in self.broken.silent:
            raise RunError(self.broken.silent[kind])
        made = {"nodes": self._nodes, "all pods": self._all_pods, "pods": self._pods, "serve": self._serve}
        if kind == "begin":
            return "10.96.7.7 31234\n"
        if kind == "metrics":
            return self.broken.metrics
        if kind == "try":
            return self.broken.policy.get(str(command.values["WANTED"]), str(command.values["WANTED"])) + "\n"
        if kind == "ask":
            return self._asked({name: str(value) for name, value in command.values.items()})
        return made[kind]() if kind in made else ""

    def _all_pods(self) -> str:
        rows = self.broken.pods
        return table(*(rows.pop(0) if len(rows) > 1 else rows[0]))

    def _serve(self) -> str:
        return f"pid {1000 + self._index(self.name)}\nnameserver 10.96.0.10\nsvc.cluster.local\n"

    def _index(self, name: str) -> int:
        return [each.name for each in self.plan.machines].index(name)

    def _nodes(self) -> str:
        rows = [("NAME", "STATUS", "INTERNAL-IP", "EXTERNAL-IP")]
        for each in self.plan.machines:
            status = "NotReady" if each.name in self.broken.not_ready else "Ready"
            rows.append((each.name, status, str(each.address), "<none>"))
        return "".join("".join(f"{cell:<18}" for cell in row).rstrip() + "\n" for row in rows)

    def _pods(self) -> str:
        lines = []
        for number, machine in enumerate(self.plan.machines):
            if machine.name in self.broken.idle:
                lines.append(f"pod {machine.name} Pending kubetui-proof-x-{number} ")
                lines.append(f"said {machine.name} {self.broken.idle[machine.name]}")
            else:
                lines.append(f"pod {machine.name} Running kubetui-proof-x-{number} 10.244.{number}.5")
        return "\n".join(lines)

    def _asked(self, values: dict[str, str]) -> str:
        lines = []
        for line in values["TARGETS"].splitlines():
            target, address = line.split(" ")
            lost = {(self.name, target), (target, self.name)} & self.broken.lost
            lines.append(f"pod {target} 124 " if lost else f"pod {target} 0 {target} ")
            usual = f"{address} via {address.rpartition('.')[0]}.0 dev flannel.1 src 10.244.0.0 uid 0"
            lines.append(f"route {target} 0 {self.broken.routes.get((self.name, target), usual)}")
        silent = self.name in self.broken.service
        lines.append("service - 1 bash: connect: Connection refused" if silent else "service - 0 kubnode1")
        expected = self.plan.profile.network.service_cidr[1]
        lines.append(f"dns {values['DNS']} {self.broken.dns or '0 ' + reply(expected)}")
        lines.append(f"kernel net.ipv4.ip_forward 0 {int(self.name not in self.broken.closed)}")
        return "\n".join(lines)


async def proof(
    plan: Plan, broken: Broken, folder: Path, away: dict[str, str] | None = None
) -> tuple[dict[str, Check], list[str]]:
    """Prove the stand-in; return the checks by name, and the commands in their order."""
    calls: list[str] = []
    nodes = {
        each.name: Machine(plan, each.name, broken, calls) for each in plan.machines if each.name not in (away or {})
    }
    told: list[Check] = []
    scene = Scene(plan, plan.machines, nodes, folder / "kubeconfig", told.append, away or {})
    made = await prove(scene)
    assert sorted(told, key=str) == sorted(made, key=str)
    return {check.name: check for check in made}, calls
