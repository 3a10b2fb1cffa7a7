"""Decides from facts, before any change, whether existing machines can become a cluster."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import isnan
from typing import Final

from kubetui.base import clock
from kubetui.base.check import Check
from kubetui.base.errors import ForeignError, HostError, KubetuiError
from kubetui.machines.hosts.facts import Facts
from kubetui.profile.machine import Machine, Role
from kubetui.profile.plan import Plan
from kubetui.profile.rules.nodes import CONTROL_PLANE_CPUS, CONTROL_PLANE_MEMORY
from kubetui.software.packages import CATALOGUE

WORKER_PORTS: Final = (10250,)
CONTROL_PLANE_PORTS: Final = (6443, 2379, 2380, 10250, 10257, 10259)
"""Ports that kubeadm's preflight requires to be free (kubernetes.io, "Ports and Protocols")."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A problem on one machine; `foreign` if someone else's work there is in the way."""

    machine: str
    message: str
    fix: str = ""
    foreign: bool = False


def refusal(obstacles: Iterable[Obstacle]) -> KubetuiError:
    """Return all problems as one error."""
    listed = tuple(obstacles)
    lines = [f"{_named(each)}\n    {each.fix}" if each.fix else _named(each) for each in listed]
    kind = ForeignError if any(each.foreign for each in listed) else HostError
    return kind("The hosts are not ready; nothing was changed on any of them.\n  " + "\n  ".join(lines), id="HOSTS")


def _named(obstacle: Obstacle) -> str:
    told = obstacle.message.startswith(f"{obstacle.machine} ")
    return obstacle.message if told else f"{obstacle.machine}: {obstacle.message}"


def quorum_check(plan: Plan) -> Check:
    """Judge the number of control planes: with an even number, etcd survives no more losses than with one fewer."""
    count = len(plan.other_control_planes) + 1
    if count % 2:
        return Check("Control planes", "ok", f"{count}")
    message = f"{count} control planes survive the loss of {count // 2 - 1}, as {count - 1} would."
    return Check("Control planes", "warning", message, "Use an odd number: 1, 3 or 5.")


def judge(plan: Plan, facts: Mapping[str, Facts]) -> tuple[Obstacle, ...]:
    """Return every problem: first each machine's own, then what two machines wrongly have in common."""
    found = [
        obstacle
        for machine in plan.machines
        if machine.name in facts
        for check in _CHECKS
        for obstacle in check(plan, machine, facts[machine.name])
    ]
    return (*found, *_twice(facts))


def _system(_plan: Plan, machine: Machine, facts: Facts) -> Iterator[Obstacle]:
    family = machine.family
    if not family.runs_on(facts.family):
        message = f"{facts.system} does not use {family.name}, the package manager of {family.used_by}."
        fitting = next((each.name for each in CATALOGUE.values() if each.runs_on(facts.family)), "")
        fix = f"Write packages: {fitting} into its entry under hosts." if fitting else "Take another machine."
        yield Obstacle(machine.name, message, fix)
    elif facts.init != "systemd":
        yield Obstacle(machine.name, f"Its first process is {facts.init}, and the kubelet needs systemd.")


def _name(_plan: Plan, machine: Machine, facts: Facts) -> Iterator[Obstacle]:
    short = facts.name.partition(".")[0].lower()
    if short != machine.name:
        fix = f"Call it {short} in the profile, or rename it: sudo hostnamectl set-hostname {machine.name}"
        yield Obstacle(machine.name, f"Its host name is {facts.name}; a node is named after its machine.", fix)


def _address(_plan: Plan, machine: Machine, facts: Facts) -> Iterator[Obstacle]:
    if str(machine.address) not in facts.addresses:
        has = ", ".join(sorted(facts.addresses - {"127.0.0.1"})) or "none"
        fix = "Set node_address to the address that the other nodes reach."
        yield Obstacle(machine.name, f"It does not have the address {machine.address}; it has {has}.", fix)


def _clock(_plan: Plan, machine: Machine, facts: Facts) -> Iterator[Obstacle]:
    if not abs(facts.ahead) <= clock.LEEWAY:
        message = "It does not print its time." if isnan(facts.ahead) else f"Its clock is {clock.told(facts.ahead)}."
        yield Obstacle(machine.name, message, "Correct the wrong clock; timedatectl set-ntp true keeps it right.")


def _size(_plan: Plan, machine: Machine, facts: Facts) -> Iterator[Obstacle]:
    if machine.role is not Role.CONTROL_PLANE:
        return
    if facts.memory < CONTROL_PLANE_MEMORY:
        message = f"It has {facts.memory} MiB, and a control plane needs {CONTROL_PLANE_MEMORY}."
        yield Obstacle(machine.name, message, "Make it a worker, or give it more.")
    if facts.cpus < CONTROL_PLANE_CPUS:
        message = f"It has {facts.cpus} CPU, and a control plane needs {CONTROL_PLANE_CPUS}."
        yield Obstacle(machine.name, message, "Make it a worker, or give it more.")


def _occupied(plan: Plan, machine: Machine, facts: Facts) -> Iterator[Obstacle]:
    """Find other clusters and occupied ports; a machine that carries this cluster's mark may have both."""
    identity, cluster = facts.mark
    if identity:
        if identity != plan.identity:
            message = f"It belongs to the cluster {cluster}, which another kubetui installation made."
            fix = f"Destroy that cluster where it was made: kubetui destroy {cluster}"
            yield Obstacle(machine.name, message, fix, foreign=True)
        return
    if facts.kubernetes:
        message = f"It has a cluster that kubetui did not make: {facts.kubernetes[0]} exists."
        fix = "kubetui never resets such a cluster. Use another machine, or remove that cluster yourself."
        yield Obstacle(machine.name, message, fix, foreign=True)
    for port in CONTROL_PLANE_PORTS if machine.role is Role.CONTROL_PLANE else WORKER_PORTS:
        if port in facts.ports:
            owner = f" by {facts.ports[port]}" if facts.ports[port] else ""
            yield Obstacle(machine.name, f"Port {port} is in use{owner}.", "Stop that program.", foreign=True)


_CHECKS: tuple[Callable[[Plan, Machine, Facts], Iterator[Obstacle]], ...] = (
    _system,
    _name,
    _address,
    _clock,
    _size,
    _occupied,
)


def _twice(facts: Mapping[str, Facts]) -> Iterator[Obstacle]:
    """Find hosts of the profile that are one and the same machine, or clones of one."""
    values: tuple[tuple[str, str, Callable[[Facts], str]], ...] = (
        ("host name", "Give each its own name: sudo hostnamectl set-hostname NAME", lambda each: each.name),
        (
            "machine id (/etc/machine-id)",
            "If they are copies: sudo rm /etc/machine-id && sudo systemd-machine-id-setup, then restart.",
            lambda each: each.machine_id,
        ),
        ("product id (product_uuid)", "Give each virtual machine its own id.", lambda each: each.product),
    )
    for what, fix, value in values:
        owners: defaultdict[str, list[str]] = defaultdict(list)
        for machine, each in facts.items():
            owners[value(each)].append(machine)
        for shared, machines in owners.items():
            if shared and len(machines) > 1:
                yield Obstacle(", ".join(machines), f"They have the same {what}, {shared}.", fix)
