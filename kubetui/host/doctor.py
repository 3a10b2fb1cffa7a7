"""Looks whether this host has what a plan needs. Reads and asks; changes nothing.

The judging is in `hostchecks.py`; here the facts are gathered, all at once, each with a time limit.
"""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

from kubetui.base.errors import ForeignError, ProfileError
from kubetui.base.process import run
from kubetui.base.system import System, this_system
from kubetui.cluster.folder import Cluster, state_home
from kubetui.host.checks import (
    Check,
    blocking,
    box_check,
    cpu_check,
    disk_check,
    hyperv_check,
    in_use_check,
    kubectl_check,
    kvm_check,
    memory_check,
    memory_of,
    options_check,
    plugin_check,
    program_check,
    providers_check,
    quorum_check,
    range_checks,
    vagrant_check,
    virtualbox_arm_check,
)
from kubetui.machines.vagrant import commandline
from kubetui.machines.vagrant.project import VagrantProject, vagrant_home
from kubetui.profile.plan import Machine, Plan
from kubetui.profile.rules.between_fields import host_problems, host_routes
from kubetui.profile.schema.kinds import PROVIDERS, ProviderKind
from kubetui.software import networks

__all__ = ["Check", "blocking", "examine"]

_PATIENCE: Final = 20.0
"""Seconds that a program has to answer a question."""
_KNOCK: Final = 0.5
"""Seconds that an address has to answer; one on a network of this host needs a thousandth of that."""
_BESIDES: Final = {"lxc": ("lxc-create", "brctl"), "libvirt": ()}
"""Programs that a provider's plugin calls besides the one that the catalogue names."""
_ELSEWHERE: Final = {"vmrun": Path("/Applications/VMware Fusion.app/Contents/Library/vmrun")}
"""Where a program lies that its installer does not put on PATH."""
_IMAGES: Final = {"lxc": Path("/var/lib/lxc"), "libvirt": Path("/var/lib/libvirt/images")}
"""Where a provider keeps its disks; the others keep them in the home."""


async def examine(plan: Plan | None) -> tuple[Check, ...]:
    """Return every check of this host, for a plan or, without one, in general.

    Takes about a second, most of it Vagrant's. Raises nothing: what cannot be found out is a warning.
    """
    system = this_system()
    if plan is None:
        return await _general(system)
    kind, manifest = plan.provider, await _manifest(plan)
    if kind.rehearsal:
        return (Check("Rehearsal", "ok", "needs nothing of this host: no machine is made"), *manifest)
    if not kind.makes_machines:
        return (quorum_check(plan), _kubectl(system), *range_checks(host_problems(plan.profile)), *manifest)
    missing = _missing(plan)
    version, plugins, virtualbox, used = await asyncio.gather(
        ask("vagrant", "--version"),
        ask("vagrant", "plugin", "list") if kind.plugin else _nothing(),
        ask("VBoxManage", "--version") if kind.name == "virtualbox" else _nothing(),
        _in_use(_strange(plan, missing)),
    )
    vagrant = vagrant_check(version, system)
    checks = [vagrant, program_check(kind, _absent_programs(kind), system)]
    if kind.plugin and vagrant.status != "failed":
        checks.append(plugin_check(kind.plugin, plugins, system))
    checks += [options_check(plan), box_check(plan, box_versions(plan, vagrant_home())), _kubectl(system)]
    checks += [memory_check(plan, missing, *_memory()), cpu_check(plan, os.cpu_count()), *_disks(kind, len(missing))]
    checks += [*range_checks(host_problems(plan.profile)), *_present(used), *_special(kind, virtualbox, system)]
    checks += manifest
    return tuple(checks)


async def _manifest(plan: Plan) -> list[Check]:
    """Look whether a pod network of one's own can be had: only the machines' last steps would miss it."""
    try:
        await networks.fetch(plan.pod_network, plan.cluster_network)
    except ProfileError as error:
        return [Check("Pod network", "failed", error.message, error.fix)]
    return []


async def _general(system: System) -> tuple[Check, ...]:
    version = await ask("vagrant", "--version")
    makers = [kind for kind in PROVIDERS.values() if kind.makes_machines and not kind.rehearsal]
    present = [kind.name for kind in makers if not _absent_programs(kind)]
    total, available = _memory()
    memory = Check("Memory", "ok", f"{available} MiB are free of {total}")
    if total is None:
        memory = Check("Memory", "warning", "How much memory this host has is not known.")
    return (
        vagrant_check(version, system),
        providers_check(present),
        _kubectl(system),
        memory,
        Check("CPUs", "ok", str(os.cpu_count())),
        *_disks(None, 1),
    )


def box_versions(plan: Plan, home: Path) -> tuple[str, ...]:
    """Return the versions of the plan's box that Vagrant has for its provider.

    Boxes lie in NAME/VERSION/PROVIDER, from Vagrant 2.4 on in NAME/VERSION/ARCHITECTURE/PROVIDER.
    """
    folder = home / "boxes" / plan.box.replace("/", "-VAGRANTSLASH-")
    found = (
        *folder.glob(f"*/{plan.provider.name}/metadata.json"),
        *folder.glob(f"*/*/{plan.provider.name}/metadata.json"),
    )
    return tuple(sorted({path.relative_to(folder).parts[0] for path in found}))


def _missing(plan: Plan) -> list[Machine]:
    """Return the machines of the plan that were never made; the others need no more memory, disk or address."""
    folder = Cluster(plan.profile.name).folder
    return [
        machine
        for machine in plan.machines
        if not (folder / "starting" / machine.name).exists()
        and not any(folder.glob(f".vagrant/machines/{machine.name}/*/id"))
    ]


def _strange(plan: Plan, missing: Sequence[Machine]) -> list[IPv4Address]:
    """Return the planned addresses at which nothing may answer yet.

    One that a machine of the cluster has may go to another machine under a changed profile.
    """
    project = VagrantProject(Cluster(plan.profile.name).folder)
    try:
        written = project.written().get("machines", [])
    except ForeignError:
        # the run will say what is wrong with the folder
        written = []
    own = {machine.get("address") for machine in written if project.knows(machine["name"])}
    return [machine.address for machine in missing if str(machine.address) not in own]


def _absent_programs(kind: ProviderKind) -> list[str]:
    wanted = [*([kind.program] if kind.program else []), *_BESIDES.get(kind.name, ())]
    return [program for program in wanted if shutil.which(program) is None and not _installed_elsewhere(program)]


def _installed_elsewhere(program: str) -> bool:
    return program in _ELSEWHERE and _ELSEWHERE[program].exists()


def _kubectl(system: System) -> Check:
    return kubectl_check(shutil.which("kubectl"), system)


def _disks(kind: ProviderKind | None, machines: int) -> list[Check]:
    """Return one check for each file system that machines or boxes fill."""
    images = _IMAGES.get(kind.name if kind else "", Path.home())
    seen: dict[int, Check] = {}
    for place in (images, vagrant_home(), state_home()):
        existing = next(folder for folder in (place, *place.parents) if folder.exists())
        with suppress(OSError):
            check = disk_check(str(place), shutil.disk_usage(existing).free, machines)
            seen.setdefault(existing.stat().st_dev, check)
    return list(seen.values())


def _special(kind: ProviderKind, virtualbox: str | None, system: System) -> list[Check]:
    if kind.name == "hyperv":
        return [hyperv_check()]
    if kind.name != "virtualbox":
        return []
    at_load = _read("/sys/module/kvm/parameters/enable_virt_at_load")
    kvm = kvm_check(_read("/proc/modules") or "", platform.release(), at_load)
    return [*_present(kvm), *_present(virtualbox_arm_check(system.machine, virtualbox))]


def _present(check: Check | None) -> list[Check]:
    return [check] if check else []


def _memory() -> tuple[int | None, int | None]:
    """Return this host's total and available MiB; elsewhere than on Linux all of it counts as available."""
    text = _read("/proc/meminfo")
    if text is not None:
        return memory_of(text)
    with suppress(OSError, ValueError, AttributeError):
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1024**2
        return total, total
    return None, None


def _read(path: str) -> str | None:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None


async def _nothing() -> None:
    """Stand in for a question that need not be asked."""


async def ask(program: str, *arguments: str) -> str | None:
    """Return what a program of this host prints; None where it is missing, fails or takes too long."""
    path = shutil.which(program)
    if path is None:
        return None
    output: list[str] = []
    try:
        async with asyncio.timeout(_PATIENCE):
            finished = await run([path, *arguments], cwd=Path("/"), env=commandline.environment(), log=output.append)
    except (OSError, TimeoutError):
        return None
    return None if finished.code else "\n".join(output)


async def _in_use(addresses: Sequence[IPv4Address]) -> Check | None:
    """Knock at every address that this host has a route to, all at once."""
    routes = [route.network for route in host_routes()]
    asked = [address for address in addresses if any(address in network for network in routes)]
    answers = await asyncio.gather(*map(answers_at, asked))
    return in_use_check([address for address, used in zip(asked, answers, strict=True) if used], len(asked))


async def answers_at(address: IPv4Address, port: int = 22) -> bool:
    """Tell whether something has this address: it takes a connection, or refuses one."""
    try:
        async with asyncio.timeout(_KNOCK):
            _, writer = await asyncio.open_connection(str(address), port)
    except ConnectionRefusedError:
        return True
    except (OSError, TimeoutError):
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True
