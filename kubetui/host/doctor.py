"""Checks that this host has what a plan needs, and changes nothing.

The plan's provider runs its own checks; this module adds what every cluster needs.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

from kubetui.base.check import Check
from kubetui.base.errors import ProfileError
from kubetui.base.net.trust import trusting
from kubetui.base.system import System, memory, this_system
from kubetui.cluster.folder import Cluster, state_home
from kubetui.host.addresses import host_problems, host_routes, routes_known
from kubetui.host.checks import (
    addon_checks,
    authority_check,
    cpu_check,
    disk_check,
    extra_disks,
    in_use_check,
    kubectl_check,
    memory_check,
    pod_network_checks,
    range_checks,
)
from kubetui.machines import make as machines
from kubetui.machines.vagrant.checks import storage
from kubetui.machines.vagrant.leftovers import never_started
from kubetui.machines.vagrant.project import VagrantProject, vagrant_home
from kubetui.profile import authorities, manifests
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile

_KNOCK: Final = 0.5
"""Seconds to wait for an address to answer; one on this host's own networks takes a thousandth of that."""


async def examine(plan: Plan | None) -> tuple[Check, ...]:
    """Run every check of this host, for a plan or, without one, in general.

    Takes about a second, most of it for Vagrant. Raises nothing: whatever it cannot find out becomes a warning.
    """
    system = this_system()
    if plan is None:
        return (*await machines.checks(None, system), *_general(system))
    authority = authority_check(plan.profile)
    with trusting(authorities.pem(authorities.found(plan.profile))):
        own, provider = await asyncio.gather(_of_plan(plan, system), machines.checks(plan, system))
    return (*provider, *own, *authority)


async def providers() -> Mapping[str, tuple[Check, ...]]:
    """Return what each provider's programs and plugin are on this host, by its name; empty for kinds without any."""
    return await machines.each_provider(this_system())


def _general(system: System) -> list[Check]:
    total, available = memory()
    return [
        _kubectl(system, Plan(Profile())),
        Check("Memory", "ok", f"{available} of {total} MiB are free"),
        _cpus(os.cpu_count()),
        *_disks(Path.home(), None),
    ]


def _cpus(count: int | None) -> Check:
    return Check("CPUs", "ok", str(count)) if count else Check("CPUs", "not checked", "The number of CPUs is unknown.")


async def _of_plan(plan: Plan, system: System) -> list[Check]:
    """Check what a plan's machines need from this host; rehearsed machines need nothing."""
    kind, manifest = plan.provider, [*await _manifest(plan), *pod_network_checks(plan), *addon_checks(plan)]
    if kind.rehearsal:
        return manifest
    ranges = range_checks(host_problems(plan), routes_known=routes_known())
    if not kind.makes_machines:
        return [_kubectl(system, plan), *ranges, *manifest]
    missing = never_started(Cluster(plan.profile.name).folder, plan.machines)
    return [
        _kubectl(system, plan),
        memory_check(plan, missing, *memory()),
        cpu_check(plan, os.cpu_count()),
        *_disks(storage(kind), len(missing), extra_disks(missing)),
        *ranges,
        *await _in_use(_strange(plan, missing)),
        *manifest,
    ]


async def _manifest(plan: Plan) -> list[Check]:
    """Fetch the manifests that come from elsewhere now; otherwise only the build would find one missing."""
    found = []
    for what, fetch in (("Pod network", manifests.of_network), ("Add-ons", manifests.of_addons)):
        try:
            await fetch(plan)
        except ProfileError as error:
            found.append(Check(what, "failed", error.message, error.fix))
    return found


def _kubectl(system: System, plan: Plan) -> Check:
    return kubectl_check(shutil.which("kubectl"), system, "{}.{}".format(*plan.minor))


def _disks(images: Path, machines: int | None, extra: int = 0) -> list[Check]:
    """Return one check for each file system that machines or boxes fill; `extra` GiB are for the first alone.

    Where nobody has planned how many `machines`, it is None.
    """
    seen: dict[int, Check] = {}
    for place in (images, vagrant_home(), state_home()):
        existing = next(folder for folder in (place, *place.parents) if folder.exists())
        with suppress(OSError):
            check = disk_check(str(place), shutil.disk_usage(existing).free, machines, extra if place == images else 0)
            seen.setdefault(existing.stat().st_dev, check)
    return list(seen.values())


def _strange(plan: Plan, missing: Sequence[Machine]) -> list[IPv4Address]:
    """Return the planned addresses at which nothing may answer yet.

    After a profile change, a machine of the cluster may still have an address that is now planned for another one.
    """
    own = VagrantProject(Cluster(plan.profile.name).folder).addresses()
    return [machine.address for machine in missing if str(machine.address) not in own]


async def _in_use(addresses: Sequence[IPv4Address]) -> list[Check]:
    """Try to connect to all planned addresses that this host has a route to, concurrently."""
    routes = [route.network for route in host_routes()]
    tried = [address for address in addresses if any(address in network for network in routes)]
    answers = await asyncio.gather(*map(answers_at, tried))
    used = [address for address, answered in zip(tried, answers, strict=True) if answered]
    check = in_use_check(used, len(tried), routes_known=routes_known())
    return [check] if check else []


async def answers_at(address: IPv4Address, port: int = 22) -> bool:
    """Return whether something uses this address, that is, accepts or refuses a connection."""
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
