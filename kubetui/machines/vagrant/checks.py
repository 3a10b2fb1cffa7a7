"""Checks that this host has what Vagrant and its providers need; pure functions judge what was found."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from kubetui.base.check import Check, Lacking
from kubetui.base.errors import KubetuiError
from kubetui.base.process import ask
from kubetui.base.system import System, install_command, install_hint, plugin_command, plugin_hint
from kubetui.cluster.folder import Cluster
from kubetui.machines.vagrant import libvirt, virtualbox
from kubetui.machines.vagrant.access import checks as access
from kubetui.machines.vagrant.catalogue.check import box_checks, name_a_box
from kubetui.machines.vagrant.catalogue.known import has_one
from kubetui.machines.vagrant.commandline import environment
from kubetui.machines.vagrant.leftovers import never_started
from kubetui.machines.vagrant.project import vagrant_home
from kubetui.machines.vagrant.settings import machines_document
from kubetui.profile.plan import Plan
from kubetui.profile.schema.kinds import PROVIDERS, ProviderKind
from kubetui.profile.schema.profile import Profile

_BESIDES: Final = {"lxc": ("lxc-create", "brctl")}
"""Programs that a provider's plugin calls besides the one in the catalogue."""
_ELSEWHERE: Final = {"vmrun": Path("/Applications/VMware Fusion.app/Contents/Library/vmrun")}
"""Where an installer puts a program that it does not add to PATH."""
_STORAGE: Final = {"lxc": Path("/var/lib/lxc"), "libvirt": Path("/var/lib/libvirt/images")}


def storage(kind: ProviderKind) -> Path:
    """Return the folder in which a provider keeps its disks; most use the home folder."""
    return _STORAGE.get(kind.name, Path.home())


async def of_plan(plan: Plan, system: System) -> tuple[Check, ...]:
    """Check Vagrant, the plan's provider with its plugin, the provider options and the box."""
    kind = plan.provider
    missing = never_started(Cluster(plan.profile.name).folder, plan.machines)
    version, plugins, boxes = await asyncio.gather(_vagrant("--version"), _plugins(kind), box_checks(plan))
    checks = [*provider_checks(kind, version, plugins, system), options_check(plan), *boxes]
    checks += await access.of_plan(plan, missing, system)
    if kind.name == "virtualbox":
        checks += await virtualbox.checks(system)
    if kind.name == "libvirt":
        checks.append(libvirt.kvm_check(usable=await libvirt.has_kvm()))
    return tuple(checks)


async def of_each_provider(system: System) -> dict[str, tuple[Check, ...]]:
    """Check Vagrant, the programs and the plugin of each provider, keyed by its name."""
    version, plugins = await asyncio.gather(_vagrant("--version"), _vagrant("plugin", "list"))
    makers = [kind for kind in PROVIDERS.values() if kind.starts_from_box]
    return {kind.name: provider_checks(kind, version, plugins, system) for kind in makers}


def provider_checks(kind: ProviderKind, version: str | None, plugins: str | None, system: System) -> tuple[Check, ...]:
    """Judge what Vagrant printed about itself and its plugins, and look for a provider's programs."""
    vagrant = vagrant_check(version, system)
    checks = [vagrant, program_check(kind, absent_programs(kind), system)]
    if kind.plugin and vagrant.status != "failed":
        checks.append(plugin_check(kind.plugin, plugins, system))
    return tuple(checks)


async def of_any_provider(system: System) -> tuple[Check, ...]:
    """Check Vagrant, whether any provider's programs are on this host, with its plugin, and whether it has a box.

    A plugin that is missing forbids nothing where another provider works.
    """
    present = [kind for kind in PROVIDERS.values() if kind.starts_from_box and not absent_programs(kind)]
    version, listed = await asyncio.gather(_vagrant("--version"), _plugins(*present))
    vagrant, offered = vagrant_check(version, system), providers_check([kind.name for kind in present])
    if vagrant.status == "failed":
        return (vagrant, offered)
    plugins = [plugin_check(kind.plugin, listed, system) for kind in present if kind.plugin]
    failed = {check.name for check in plugins if check.status == "failed"}
    working = [kind for kind in present if kind.plugin not in failed]
    if working:
        plugins = [replace(check, status="warning") if check.status == "failed" else check for check in plugins]
    return (vagrant, offered, *plugins, *default_box_check(working))


async def _vagrant(*arguments: str) -> str | None:
    return await ask("vagrant", *arguments, env=environment())


async def _plugins(*kinds: ProviderKind) -> str | None:
    """Return Vagrant's list of plugins, where one of the providers has one."""
    return await _vagrant("plugin", "list") if any(kind.plugin for kind in kinds) else None


def absent_programs(kind: ProviderKind) -> list[str]:
    """Return the programs of a provider that are not on this host."""
    wanted = [*([kind.program] if kind.program else []), *_BESIDES.get(kind.name, ())]
    return [program for program in wanted if shutil.which(program) is None and not _installed_elsewhere(program)]


def _installed_elsewhere(program: str) -> bool:
    return program in _ELSEWHERE and _ELSEWHERE[program].exists()


def vagrant_check(output: str | None, system: System) -> Check:
    """Judge the output of `vagrant --version`; None means that Vagrant is missing."""
    if output is None:
        command = install_command("vagrant", system) or ""
        return Lacking("Vagrant", "failed", "Vagrant is not installed.", install_hint("vagrant", system), command)
    found = re.search(r"Vagrant (\d+(?:\.\d+)+)", output)
    if not found:
        return Check("Vagrant", "warning", "vagrant --version prints no version.", "Run it by hand to see why.")
    return Check("Vagrant", "ok", f"Vagrant {found[1]}")


def program_check(kind: ProviderKind, missing: Sequence[str], system: System) -> Check:
    """Judge a provider's programs, of which `missing` are not on PATH."""
    if missing:
        names = " and ".join(missing)
        verb = "is" if len(missing) == 1 else "are"
        command = install_command(kind.name, system) or ""
        message = f"{names} {verb} not on this host."
        return Lacking(kind.title, "failed", message, install_hint(kind.name, system), command)
    return Check(kind.title, "ok", f"{kind.program or kind.title} is installed")


def plugin_check(plugin: str, output: str | None, system: System) -> Check:
    """Judge the output of `vagrant plugin list` for a plugin; None means that Vagrant did not answer."""
    if output is None:
        return Check(plugin, "warning", "vagrant plugin list did not answer.", "Run it by hand to see why.")
    found = re.search(rf"^{re.escape(plugin)} \(([^,)]+)", output, flags=re.MULTILINE)
    if not found:
        message = f"The Vagrant plugin {plugin} is not installed."
        return Lacking(plugin, "failed", message, plugin_hint(plugin, system), plugin_command(plugin, system))
    return Check(plugin, "ok", f"{plugin} {found[1]}")


def providers_check(present: Sequence[str]) -> Check:
    """Judge which providers' programs are on this host, when no profile names one."""
    titles = [PROVIDERS[name].title for name in present]
    if not titles:
        fix = "Install VirtualBox (https://www.virtualbox.org/wiki/Downloads) or, on Linux, libvirt."
        return Check("Providers", "failed", "No provider is installed.", fix)
    return Check("Providers", "ok", f"installed: {', '.join(titles)}")


def default_box_check(working: Sequence[ProviderKind]) -> tuple[Check, ...]:
    """Warn where none of the providers that work here has a box for a profile that names none."""
    if not working or any(has_one(Plan(Profile(provider=kind.name)), vagrant_home()) for kind in working):
        return ()
    titles = " and ".join(kind.title for kind in working)
    message = f"There is no default box for {titles}: kubetui can make machines once a profile names one."
    return (Check("Box", "warning", message, name_a_box(working[0].name)),)


def options_check(plan: Plan) -> Check:
    """Judge the options that Vagrant passes on to the provider."""
    try:
        machines_document(plan)
    except KubetuiError as error:
        return Check("Provider options", "failed", error.message, error.fix)
    return Check("Provider options", "ok", "well-formed")
