"""What a host has, judged against a plan: pure functions from texts and numbers to checks.

`doctor.py` gathers what they take.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final, Literal

from kubetui.base.errors import KubetuiError
from kubetui.base.system import System, install_hint, plugin_hint
from kubetui.machines.vagrant.settings import machines_document
from kubetui.profile.plan import Machine, Plan
from kubetui.profile.rules.ranges import Problem
from kubetui.profile.schema.kinds import PROVIDERS, ProviderKind

Status = Literal["ok", "warning", "failed"]

DISK_A_MACHINE: Final = 6
"""GiB that a machine takes once Kubernetes runs in it: a box of 2 to 3, packages and images."""
DISK_LEAST: Final = 2
"""GiB a machine without which it cannot even be made."""
MEMORY_SHARED: Final = 1024
"""MiB that a node needs where machines share the host's memory."""
KVM_AT_LOAD: Final = (6, 12)
"""The Linux release from which KVM takes the processor's virtualization when its module loads."""
VIRTUALBOX_ARM: Final = (7, 1, 6)
"""The first VirtualBox that runs Linux guests on arm64 well enough."""
_GIB: Final = 1024**3


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at and what was found; `fix` says what to do about a warning or a failure."""

    name: str
    status: Status
    message: str
    fix: str = ""


def blocking(checks: Iterable[Check]) -> tuple[Check, ...]:
    """Return the checks that failed: with any of them, nothing should be started."""
    return tuple(check for check in checks if check.status == "failed")


def vagrant_check(output: str | None, system: System) -> Check:
    """Judge `vagrant --version`; None stands for a Vagrant that is not there."""
    if output is None:
        return Check("Vagrant", "failed", "Vagrant is not installed.", install_hint("vagrant", system))
    found = re.search(r"Vagrant (\d+(?:\.\d+)+)", output)
    if not found:
        return Check("Vagrant", "warning", "vagrant --version says no version.", "Run it by hand to see what it says.")
    return Check("Vagrant", "ok", f"Vagrant {found[1]}")


def program_check(kind: ProviderKind, missing: Sequence[str], system: System) -> Check:
    """Judge the provider's programs, of which `missing` are not on PATH."""
    if kind.name == "hyperv" and system.id != "windows":
        fix = "Choose another provider in the profile: virtualbox or libvirt."
        return Check(kind.title, "failed", "Hyper-V is a part of Windows, and this is another system.", fix)
    if missing:
        names = " and ".join(missing)
        verb = "is" if len(missing) == 1 else "are"
        return Check(kind.title, "failed", f"{names} {verb} not on this host.", install_hint(kind.name, system))
    return Check(kind.title, "ok", f"{kind.program or kind.title} is there")


def plugin_check(plugin: str, output: str | None, system: System) -> Check:
    """Judge `vagrant plugin list` for a plugin; None stands for a Vagrant that did not answer."""
    if output is None:
        return Check(plugin, "warning", "vagrant plugin list did not answer.", "Run it by hand to see what it says.")
    found = re.search(rf"^{re.escape(plugin)} \(([^,)]+)", output, flags=re.MULTILINE)
    if not found:
        return Check(plugin, "failed", f"The Vagrant plugin {plugin} is not installed.", plugin_hint(plugin, system))
    return Check(plugin, "ok", f"{plugin} {found[1]}")


def providers_check(present: Sequence[str]) -> Check:
    """Judge which providers' programs are on this host, where no profile names one."""
    titles = [PROVIDERS[name].title for name in present]
    if not titles:
        fix = "Install VirtualBox (https://www.virtualbox.org/wiki/Downloads) or, on Linux, libvirt."
        return Check("Providers", "failed", "Nothing that makes machines is installed.", fix)
    return Check("Providers", "ok", f"{', '.join(titles)}: programs are there")


def box_check(plan: Plan, versions: Sequence[str]) -> Check:
    """Judge whether the box is on this host, in the given versions."""
    wanted = plan.profile.machines.box_version
    if versions:
        return Check("Box", "ok", f"{plan.box} {', '.join(sorted(versions))} is on this host")
    version = f" ({wanted})" if wanted else ""
    return Check("Box", "ok", f"{plan.box}{version} is not on this host yet: it will be downloaded")


def quorum_check(plan: Plan) -> Check:
    """Judge how many control planes there are: with an even number, etcd survives no more than with one fewer."""
    count = len(plan.other_control_planes) + 1
    if count % 2:
        return Check("Control planes", "ok", f"{count}")
    message = f"{count} control planes survive the loss of {count // 2 - 1}, as {count - 1} would."
    return Check("Control planes", "warning", message, "An odd number is better: 1, 3 or 5.")


def kubectl_check(path: str | None, system: System) -> Check:
    """Judge kubectl on the host; the cluster has its own, so it is only convenient."""
    if path:
        return Check("kubectl", "ok", path)
    message = "kubectl is not on this host. The cluster works without; the machines have their own."
    return Check("kubectl", "warning", message, install_hint("kubectl", system))


def memory_check(plan: Plan, missing: Sequence[Machine], total: int | None, available: int | None) -> Check:
    """Judge memory, in MiB, for the machines that are yet to be made."""
    if total is None or available is None:
        return Check("Memory", "warning", "How much memory this host has is not known.", "Look before you go on.")
    shared = not plan.provider.isolates
    needed = sum(MEMORY_SHARED if shared else machine.memory for machine in missing)
    text = f"{available} MiB are free of {total}, {needed} are planned"
    fix = "Plan fewer or smaller machines (machines.workers, machines.memory), or close other programs."
    if needed > total and not shared:
        return Check("Memory", "failed", f"{text}: more than this host has.", fix)
    if needed > available:
        return Check("Memory", "warning", f"{text}: the host will be short of it.", fix)
    return Check("Memory", "ok", text)


def cpu_check(plan: Plan, host: int | None) -> Check:
    """Judge the largest machine's CPUs; where machines share the host's, a control plane still needs two."""
    if host is None:
        return Check("CPUs", "warning", "How many CPUs this host has is not known.", "Look before you go on.")
    if not plan.provider.isolates:
        if host >= 2:  # noqa: PLR2004 - kubeadm's minimum for a control plane
            return Check("CPUs", "ok", f"{host}, shared by all machines")
        fix = "Use a host with 2 CPUs or more, or a provider with machines of their own."
        return Check(
            "CPUs", "failed", f"The machines see the host's {host} CPU, and kubeadm refuses fewer than 2.", fix
        )
    most = max(plan.machines, key=lambda machine: machine.cpus)
    if most.cpus <= host:
        return Check("CPUs", "ok", f"{host}, and no machine has more than {most.cpus}")
    message = f"{most.name} is planned with {most.cpus} CPUs, and this host has {host}."
    status: Status = "warning" if plan.provider.name == "libvirt" else "failed"
    return Check("CPUs", status, message, "Choose a smaller number in machines.cpus.")


def disk_check(place: str, free: int, machines: int) -> Check:
    """Judge the free bytes of the file system at `place` for that many new machines."""
    name, gib = f"Disk of {place}", free // _GIB
    text = f"{gib} GiB are free, {machines * DISK_A_MACHINE} are planned for {machines} new machines"
    fix = f"Make room on the file system of {place}, or plan fewer machines."
    if gib < machines * DISK_LEAST:
        return Check(name, "failed", f"{text}.", fix)
    if gib < machines * DISK_A_MACHINE:
        return Check(name, "warning", f"{text}.", fix)
    return Check(name, "ok", text)


def range_checks(problems: Sequence[Problem]) -> tuple[Check, ...]:
    """Judge what this host has against the profile's addresses."""
    if not problems:
        return (Check("Addresses", "ok", "nothing that this host reaches is in the way"),)
    return tuple(Check("Addresses", "failed", problem.message, problem.fix) for problem in problems)


def in_use_check(used: Sequence[IPv4Address], looked: int) -> Check | None:
    """Judge planned addresses that answer although their machines do not exist; None where none could be asked."""
    if not looked:
        return None
    if not used:
        return Check("Addresses in use", "ok", "none of the planned ones answers")
    shown = ", ".join(map(str, used))
    message = f"{shown} {'answers' if len(used) == 1 else 'answer'} already, and {'is' if len(used) == 1 else 'are'} "
    fix = "Choose another network.first_address, or stop the machine that has it."
    return Check("Addresses in use", "failed", f"{message}planned for machines that do not exist yet.", fix)


def options_check(plan: Plan) -> Check:
    """Judge the options that are passed on to the provider."""
    try:
        machines_document(plan)
    except KubetuiError as error:
        return Check("Provider options", "failed", error.message, error.fix)
    return Check("Provider options", "ok", "well-formed")


def kvm_check(modules: str, release: str, at_load: str | None) -> Check | None:
    """Judge whether KVM keeps the processor from VirtualBox; None where no KVM is loaded.

    `modules` is /proc/modules, `release` the kernel's, `at_load` KVM's parameter of that name (Y or N).
    """
    module = re.search(r"^(kvm_intel|kvm_amd) ", modules, flags=re.MULTILINE)
    if not module:
        return None
    if _version(release)[:2] < KVM_AT_LOAD or (at_load or "").strip() == "N":
        return Check("KVM", "ok", "loaded, and leaves the processor to VirtualBox while no KVM machine runs")
    message = f"{module[1]} is loaded, and from Linux 6.12 on it keeps the processor's virtualization from VirtualBox."
    fix = f"Boot with kvm.enable_virt_at_load=0, or for now: sudo modprobe -r {module[1]}. Or choose libvirt."
    return Check("KVM", "warning", message, fix)


def virtualbox_arm_check(machine: str, output: str | None) -> Check | None:
    """Judge VirtualBox's version (`VBoxManage --version`) on arm64; None on other processors."""
    if machine not in {"arm64", "aarch64"} or output is None:
        return None
    version = ".".join(map(str, _version(output)))
    if _version(output) >= VIRTUALBOX_ARM:
        return Check("VirtualBox on arm64", "ok", version)
    fix = "Install 7.1.6 or newer: https://www.virtualbox.org/wiki/Downloads"
    return Check("VirtualBox on arm64", "failed", f"VirtualBox {version} does not run Linux machines on arm64.", fix)


def hyperv_check() -> Check:
    """Tell what Hyper-V cannot do (hashicorp/vagrant#8384)."""
    message = "Vagrant cannot give Hyper-V machines a fixed address: they get what the virtual switch hands out."
    fix = "Give each machine its planned address by hand in the switch's DHCP, or choose another provider."
    return Check("Fixed addresses", "warning", message, fix)


def memory_of(meminfo: str) -> tuple[int | None, int | None]:
    """Return total and available MiB from /proc/meminfo's text."""
    found = dict(re.findall(r"^(MemTotal|MemAvailable):\s+(\d+) kB$", meminfo, flags=re.MULTILINE))
    total, available = (int(found[key]) // 1024 if key in found else None for key in ("MemTotal", "MemAvailable"))
    return total, available


def _version(text: str) -> tuple[int, ...]:
    found = re.search(r"\d+(?:\.\d+)*", text)
    return tuple(map(int, found[0].split("."))) if found else ()
