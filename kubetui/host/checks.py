"""Pure functions that judge this host's resources against a plan; `doctor.py` collects their arguments."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address
from typing import Final

from kubetui.base.check import Check, Lacking, Status
from kubetui.base.errors import KubetuiError
from kubetui.base.system import System, install_command, install_hint
from kubetui.base.text import counted
from kubetui.profile import authorities
from kubetui.profile.machine import Machine, Role
from kubetui.profile.plan import Plan
from kubetui.profile.rules.nodes import CONTROL_PLANE_MEMORY
from kubetui.profile.rules.ranges import Problem
from kubetui.profile.schema.profile import Profile
from kubetui.software.addons import CATALOGUE

DISK_A_MACHINE: Final = 6
"""GiB that a machine uses once Kubernetes runs in it: 2 to 3 for the box, the rest for packages and images."""
DISK_LEAST: Final = 2
"""GiB per machine below which it cannot even be created."""
WORKER_LEAST: Final = 1024
"""MiB that a worker needs for itself and a few pods, besides a large pod network's."""
_LEAST: Final = {Role.CONTROL_PLANE: CONTROL_PLANE_MEMORY, Role.WORKER: WORKER_LEAST}
_GIB: Final = 1024**3
_COMPARE: Final = (
    "Compare the ranges that kubetui plan shows with this host's routes (netstat -rn -f inet), VPNs included."
)


def kubectl_check(path: str | None, system: System, minor: str) -> Check:
    """Judge kubectl on the host; the machines have their own, so it is only convenient.

    `minor` is the version of Kubernetes that it would be installed for.
    """
    if path:
        return Check("kubectl", "ok", path)
    message = "kubectl is not on this host. The machines have their own, so the cluster works without it."
    command = install_command("kubectl", system, minor=minor) or ""
    return Lacking("kubectl", "warning", message, install_hint("kubectl", system, minor=minor), command)


def memory_check(plan: Plan, missing: Sequence[Machine], total: int, available: int) -> Check:
    """Judge the host's memory, in MiB, for the machines that do not exist yet."""
    shared = not plan.provider.isolates
    needed = plan.memory_of(missing)
    text = f"{available} of {total} MiB are free, {needed} are planned"
    if shared:
        text += f" (containers share this host's memory: {plan.container_memory} for each, whatever its size)"
    fix = "Plan fewer or smaller machines (machines.workers, machines.memory), or close other programs."
    if needed > total and not shared:
        return Check("Memory", "failed", f"{text}: more than this host has.", fix)
    if needed > available:
        return Check("Memory", "warning", f"{text}: the host will run short.", fix)
    return Check("Memory", "ok", text)


def authority_check(profile: Profile) -> tuple[Check, ...]:
    """Judge the authorities that a profile names; nothing where it names none."""
    name = "Company CA"
    try:
        named = authorities.read(profile)
    except KubetuiError as error:
        return (Check(name, "failed", error.message, error.fix),)
    soon = authorities.ending(named, time.time())
    if soon:
        which = "; ".join(f"{each.subject} on {each.last_day}" for each in soon)
        fix = "Put its successor into the file of mirrors.ca, too; then run kubetui up again."
        return (Check(name, "warning", f"An authority of mirrors.ca runs out soon: {which}.", fix),)
    return (Check(name, "ok", authorities.summary(named)),) if named else ()


def pod_network_checks(plan: Plan) -> tuple[Check, ...]:
    """Say what a pod network needs of the machines, and judge their memory; nothing for one that needs little."""
    network = plan.pod_network
    if not network.installed:
        message = "None is installed, so nodes stay NotReady until you install one."
        return (Check("Pod network", "warning", message, "It is what the profile says: network.pod_network is none."),)
    if not network.needs:
        return ()
    machines = (each for each in plan.machines if each.memory)
    tight = [each.name for each in machines if each.memory - network.memory < _LEAST[each.role]]
    usual = f"{network.needs} Its pods take about {network.memory} MiB on each node."
    if tight:
        fix = "Give them more (machines.memory), or choose a smaller pod network, such as flannel."
        return (Check("Pod network", "warning", f"{usual} That leaves little on {', '.join(tight)}.", fix),)
    return (Check("Pod network", "ok", usual),)


def addon_checks(plan: Plan) -> tuple[Check, ...]:
    """Say what add-ons cost, and judge the memory of the machines that run their pods; nothing without such pods."""
    total = sum(CATALOGUE[name].memory for name in plan.addons)
    if not total:
        return ()
    usual = (
        f"Their pods take about {total} MiB in the whole cluster; {counted(len(plan.addon_images), 'image')} to pull."
    )
    machines = plan.workers or plan.machines
    # what machines share with this host is judged with its own memory
    if plan.provider.isolates and all(each.memory for each in machines):
        room = sum(each.memory - plan.pod_network.memory - _LEAST[each.role] for each in machines)
        if total > room:
            fix = "Give them more (machines.memory), plan another worker, or leave an add-on out."
            told = f"{usual} The machines that run them have {max(room, 0)} MiB for it."
            return (Check("Add-ons", "warning", told, fix),)
    return (Check("Add-ons", "ok", usual),)


def cpu_check(plan: Plan, host: int | None) -> Check:
    """Judge the host's CPUs for the largest machine; a host that machines share needs two, for the control plane."""
    if host is None:
        return Check("CPUs", "warning", "The number of CPUs of this host is unknown.", "Check it before you continue.")
    if not plan.provider.isolates:
        if host >= 2:  # noqa: PLR2004 - kubeadm's minimum for a control plane
            return Check("CPUs", "ok", f"{host}, shared by all machines")
        fix = "Use a host with 2 CPUs or more, or a provider that makes virtual machines."
        return Check(
            "CPUs", "failed", f"The machines see the host's {host} CPU, and kubeadm refuses fewer than 2.", fix
        )
    most = max(plan.machines, key=lambda machine: machine.cpus)
    if most.cpus <= host:
        return Check("CPUs", "ok", f"{host}, and no machine has more than {most.cpus}")
    message = f"{most.name} is planned with {most.cpus} CPUs, and this host has {host}."
    status: Status = "warning" if plan.provider.name == "libvirt" else "failed"
    return Check("CPUs", status, message, "Choose a smaller number in machines.cpus.")


def extra_disks(machines: Iterable[Machine]) -> int:
    """Return the GiB that the machines' extra disks take once they are full; they begin small."""
    return -(-sum(disk.size for machine in machines for disk in machine.disks) // 1024)


def disk_check(place: str, free: int, machines: int | None, extra: int = 0) -> Check:
    """Judge whether `free` bytes on the file system at `place` suffice for that many new machines; None for any one.

    `extra` is what their extra disks take, in GiB.
    """
    name, gib = f"Disk of {place}", free // _GIB
    text = f"{gib} GiB are free, {(machines or 0) * DISK_A_MACHINE} are planned for "
    text += counted(machines or 0, "new machine")
    text += f", and {extra} for their extra disks once these are full" if extra else ""
    if machines is None:
        machines, text = 1, f"{gib} GiB are free; each machine takes about {DISK_A_MACHINE}"
    fix = f"Make room on the file system of {place}, or plan fewer machines."
    if gib < machines * DISK_LEAST:
        return Check(name, "failed", f"{text}.", fix)
    if gib < machines * DISK_A_MACHINE + extra:
        return Check(name, "warning", f"{text}.", fix)
    return Check(name, "ok", text)


def range_checks(problems: Sequence[Problem], *, routes_known: bool) -> tuple[Check, ...]:
    """Turn this host's problems with the profile's addresses into checks."""
    if problems:
        return tuple(Check("Addresses", "failed", problem.message, problem.fix) for problem in problems)
    if routes_known:
        return (Check("Addresses", "ok", "no conflict with networks that this host reaches"),)
    message = "No interface of this host has an address in the cluster's ranges; its other routes were not checked."
    return (Check("Addresses", "not checked", message, _COMPARE),)


def in_use_check(used: Sequence[IPv4Address], looked: int, *, routes_known: bool) -> Check | None:
    """Judge planned addresses that answer although their machines do not exist; None when this host reaches none."""
    if not looked:
        message = "Whether something uses the planned addresses already was not checked."
        return None if routes_known else Check("Addresses in use", "not checked", message, _COMPARE)
    if not used:
        return Check("Addresses in use", "ok", "no planned address answers")
    shown = ", ".join(map(str, used))
    message = f"{shown} {'answers' if len(used) == 1 else 'answer'} already, and {'is' if len(used) == 1 else 'are'} "
    fix = "Choose another network.first_address, or stop the machine that uses it."
    return Check("Addresses in use", "failed", f"{message}planned for machines that do not exist yet.", fix)
