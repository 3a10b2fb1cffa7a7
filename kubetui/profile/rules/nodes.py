"""Rules for single machines: their sizes, their names, and where CoreDNS can run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from kubetui.base.text import did_you_mean
from kubetui.profile.machine import Role, machine_names, numbered, role_of
from kubetui.profile.plan import Plan
from kubetui.profile.rules.ranges import Problem, addressed
from kubetui.profile.schema.nodes import CONTROL_PLANE_TAINT, Taint

CONTROL_PLANE_MEMORY: Final = 1700
"""MiB that kubeadm's preflight requires of a control plane (kubeadm constants.ControlPlaneMem)."""
CONTROL_PLANE_CPUS: Final = 2
"""CPUs that kubeadm's preflight requires of a control plane (kubeadm constants.ControlPlaneNumCPU)."""
_BY_NAME: Final = ("machines", "by_name")
_LISTED: Final = 6
"""Names of machines that a message lists."""


def control_plane_size(plan: Plan) -> Iterator[Problem]:
    """Require the memory and the CPUs that kubeadm requires of a control plane."""
    if not plan.provider.makes_machines:
        return
    machines = plan.profile.machines
    for field, unit, least in (("memory", " MiB", CONTROL_PLANE_MEMORY), ("cpus", " CPU", CONTROL_PLANE_CPUS)):
        blamed: dict[tuple[str, ...], int] = {}
        for name, role in machine_names(plan.profile):
            if role is Role.CONTROL_PLANE:
                own = getattr(machines.by_name.get(name), field, None)
                common = getattr(machines.control_plane, field)
                path: tuple[str, ...] = ("machines", "control_plane") if common else ("machines",)
                path = (*_BY_NAME, name) if own else path
                blamed[*path, field] = own or common or getattr(machines, field)
        for path, value in blamed.items():
            if value < least:
                message = f"{value}{unit} is too little for a control plane: kubeadm refuses to start."
                yield Problem(path, message, f"Give it {least}{unit}{'s' if field == 'cpus' else ''} or more.")


def single_machines(plan: Plan) -> Iterator[Problem]:
    """Require that every name in `machines.by_name` is a machine's."""
    chosen = plan.profile.machines.by_name
    if not plan.provider.makes_machines:
        if chosen:
            message = "machines.by_name is for machines that kubetui makes, and these exist."
            yield Problem(_BY_NAME, message, "Write labels and taints into the machine's entry under hosts.")
        return
    names = [name for name, _ in machine_names(plan.profile)]
    for name in chosen:
        if name not in names:
            known = did_you_mean(name, names).removesuffix("?")
            fix = f"{known}? Or have more machines." if known.startswith("Did") else "Correct the name, or delete it."
            yield Problem((*_BY_NAME, name), f"No machine is called {name}: there are {_some(names)}.", fix)


def own_addresses(plan: Plan) -> Iterator[Problem]:
    """Require that the addresses of single machines lie in the machines' network, and are each one machine's."""
    if not plan.provider.makes_machines:
        return
    chosen = {name: one.address for name, one in plan.profile.machines.by_name.items() if one.address is not None}
    for name, address in chosen.items():
        path = (*_BY_NAME, name, "address")
        if address not in plan.node_network:
            yield Problem(path, f"{address} is not in {plan.node_network}.", "The machines share one network of a /24.")
        elif others := [other for other, theirs in chosen.items() if theirs == address and other < name]:
            yield Problem(path, f"{address} is the address of {others[0]} already.", "Give each machine its own.")


def left_out(plan: Plan) -> Iterator[Problem]:
    """Require that only names that a machine could have are left out."""
    path, without = ("machines", "without"), plan.profile.machines.without
    if without and not plan.provider.makes_machines:
        yield Problem(path, "machines.without is for machines that kubetui makes, and these exist.", "Delete it.")
        return
    for name in without:
        if role_of(plan.profile, name) is None:
            first, second = (next(numbered(plan.profile, role)) for role in Role)
            message = f"No machine would be called {name}: names are {first}, {second} and so on."
            yield Problem(path, message, "Correct the name, or delete it.")


def _some(names: Sequence[str]) -> str:
    if len(names) <= _LISTED:
        return ", ".join(names)
    return f"{', '.join(names[: _LISTED - 2])}, and so on to {names[-1]}"


def a_place_for_coredns(plan: Plan) -> Iterator[Problem]:
    """Require a node whose taints CoreDNS tolerates: without DNS no cluster is complete."""
    machines = addressed(plan)
    if machines and all(any(map(_repels_coredns, machine.taints)) for machine in machines):
        who = "Every machine has" if len(machines) > 1 else f"{machines[0].name} is alone and has"
        message = f"{who} a taint that CoreDNS does not tolerate, so names of services would not resolve."
        path = ("machines",) if plan.provider.makes_machines else ("hosts",)
        yield Problem(path, message, "Leave one machine without, or use the effect PreferNoSchedule on one.")


def _repels_coredns(taint: Taint) -> bool:
    tolerated = taint.place == CONTROL_PLANE_TAINT.place or taint.key == "CriticalAddonsOnly"
    return taint.effect != "PreferNoSchedule" and not tolerated
