"""The settings of each machine for Vagrant: the plan as the contents of machines.json.

Everything here is a pure function of the plan. The Vagrantfile beside this module reads the result.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from ipaddress import IPv4Interface
from typing import Any

from kubetui.base.errors import ProfileError
from kubetui.machines.vagrant.access.entries import calls, of_machine
from kubetui.profile.credentials import plain
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan

ADDRESS_OPTION = "lxc__bridge_ip"
BRIDGE_OPTION = "lxc__bridge_name"
"""vagrant-lxc's option for the bridge of a private network; without it the plugin stops with a KeyError."""

_BRIDGE_NAME = re.compile(r"[a-z0-9]{1,15}")
_CALLED = {
    "virtualbox": frozenset({"customize"}),
    "libvirt": frozenset({"storage", "memorybacking", "cpu_feature", "qemuargs"}),
    "lxc": frozenset({"customize"}),
}
"""Options that the Vagrantfile passes on as method calls, one per list entry."""


def machines_document(plan: Plan) -> dict[str, Any]:
    """Return the contents of machines.json: cluster, provider, and each machine with its settings.

    Memory is in MiB. Raises ProfileError for a bridge name that is unsafe in a shell and for a provider option
    of the wrong shape.
    """
    return {
        "cluster": plan.profile.name,
        "provider": plan.provider.name,
        "machines": [_machine(plan, machine) for machine in plan.machines],
    }


def container_name(cluster: str, machine: str) -> str:
    """Return the name that a machine has in `lxc-ls`."""
    return f"{cluster}-{machine}"


def bridge_name(plan: Plan) -> str | None:
    """Return the name of the bridge that vagrant-lxc makes for the private network; None with other providers.

    The profile's own name wins; the default contains the network's third octet, so that clusters on different
    networks get different bridges. Raises ProfileError unless it is 1 to 15 of `[a-z0-9]`: vagrant-lxc puts
    the name into a shell command.
    """
    if plan.provider.name != "lxc":
        return None
    default = f"vlxcbr{plan.node_network.network_address.packed[2]}"
    name = plan.profile.network.options.get(BRIDGE_OPTION, default)
    if not isinstance(name, str) or not _BRIDGE_NAME.fullmatch(name):
        raise ProfileError(
            f"network.options.{BRIDGE_OPTION}: {name!r} cannot name a bridge",
            fix=f"Use 1 to 15 lowercase letters and digits, such as {default}.",
            id="PROFILE-BRIDGE",
        )
    return name


def bridge_address(plan: Plan) -> IPv4Interface:
    """Return the host's address on that bridge: the profile's `lxc__bridge_ip`, or the plugin's default.

    Raises ProfileError when the profile's is not an IPv4 address.
    """
    given = plan.profile.network.options.get(ADDRESS_OPTION, str(plan.node_network.network_address + 254))
    try:
        return IPv4Interface(f"{given}/24")
    except ValueError as error:
        raise ProfileError(
            f"network.options.{ADDRESS_OPTION}: {given!r} is not an IPv4 address.", id="PROFILE-BRIDGE"
        ) from error


def _machine(plan: Plan, machine: Machine) -> dict[str, Any]:
    bridge = bridge_name(plan)
    box, version = plan.box_of(machine)
    return {
        "name": machine.name,
        "box": box.name,
        # without the user: Vagrant would have curl ask for the password, which netrc holds
        **replace(box, url=plain(box.url)).settings,
        "box_version": version,
        "address": str(machine.address),
        "network": {**plan.profile.network.options, **({BRIDGE_OPTION: bridge} if bridge else {})},
        "settings": _settings(plan, machine),
        **of_machine(plan, machine),
    }


def _settings(plan: Plan, machine: Machine) -> dict[str, Any]:
    """Merge the provider's defaults with the profile's options; the profile wins."""
    provider = plan.provider.name
    chosen = plan.profile.machines.options.get(provider, {})
    for name in _CALLED.get(provider, frozenset()) & chosen.keys():
        if not isinstance(chosen[name], list):
            raise _wrong_shape(provider, name, "a list with one entry per call")
    defaults = _DEFAULTS.get(provider, _sized)(plan, machine)
    merged = {**defaults, **chosen}
    for name, entries in calls(plan, machine).items():
        merged[name] = [*entries, *merged.get(name, [])]
    if provider == "vmware_desktop" and "vmx" in merged:
        merged["vmx"] = _pairs(merged["vmx"])
    return merged


def _pairs(vmx: Any) -> list[list[Any]]:
    if not isinstance(vmx, Mapping):
        raise _wrong_shape("vmware_desktop", "vmx", "keys and values")
    return [[str(key), value] for key, value in vmx.items()]


def _wrong_shape(provider: str, name: str, expected: str) -> ProfileError:
    return ProfileError(
        f"machines.options.{provider}.{name}: expected {expected}",
        fix=f"Write it in YAML as Vagrant's documentation of {provider} describes it.",
        id="PROFILE-OPTION",
    )


def _sized(_plan: Plan, machine: Machine) -> dict[str, Any]:
    return {"memory": machine.memory, "cpus": machine.cpus}


def _cloned(plan: Plan, machine: Machine) -> dict[str, Any]:
    return {**_sized(plan, machine), "linked_clone": True}


def _virtualbox(plan: Plan, machine: Machine) -> dict[str, Any]:
    # only shared folders need guest additions, and there are none
    return {**_cloned(plan, machine), "check_guest_additions": False}


def _lxc(plan: Plan, machine: Machine) -> dict[str, Any]:
    # no limits: containers share the host's memory and CPUs
    return {"container_name": container_name(plan.profile.name, machine.name)}


_DEFAULTS: Mapping[str, Callable[[Plan, Machine], dict[str, Any]]] = {
    "virtualbox": _virtualbox,
    "vmware_desktop": _cloned,
    "lxc": _lxc,
}
