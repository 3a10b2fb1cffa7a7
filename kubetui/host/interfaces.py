"""Whose an interface of this host is, told by its name, and how to remove it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from kubetui.base.errors import ProfileError
from kubetui.machines.vagrant.settings import bridge_name
from kubetui.profile.plan import Plan


@dataclass(frozen=True, slots=True)
class Owner:
    """A program that names its interfaces like `pattern`; `removal` is its command to remove one, if there is one.

    `provider` makes them for private networks, and uses one again for the next machine on the same network.
    """

    pattern: str
    words: str
    removal: str = ""
    provider: str = ""


OWNERS: Final = (
    Owner(r"vboxnet\d+", "VirtualBox's host-only interface", "VBoxManage hostonlyif remove {0}", "virtualbox"),
    Owner(
        r"virbr\d+", "a bridge of libvirt's", "virsh net-destroy NETWORK (virsh net-list --all lists them)", "libvirt"
    ),
    Owner(r"vmnet\d+", "VMware's virtual interface", provider="vmware_desktop"),
    # on macOS, VMware Fusion's are bridges
    Owner(r"bridge\d+", "a bridge of this host", provider="vmware_desktop"),
    Owner(r"lxcbr\d+|lxdbr\d+|incusbr\d+", "the bridge of this host's own containers"),
    Owner(r"vlxcbr[a-z0-9]*", "the bridge of another cluster of LXC machines", "sudo ip link delete {0}"),
    Owner(r"docker\d+|br-[0-9a-f]{12}", "Docker's bridge", "docker network rm NETWORK (docker network ls lists them)"),
    Owner(r"(?:tun|tap|wg|utun|ppp|tailscale)\d*", "a VPN's interface"),
)


def is_own(plan: Plan, interface: str) -> bool:
    """Return whether an interface with the machines' network is the one that the plan's provider uses for it."""
    if plan.provider.name == "lxc":
        try:
            return interface == bridge_name(plan)
        except ProfileError:
            return False
    owner = _owner(interface)
    named = interface in plan.profile.network.options.values()
    return named or (owner is not None and owner.provider == plan.provider.name)


def introduced(interface: str) -> str:
    """Return an interface's name and, where its name tells, whose it is."""
    owner = _owner(interface)
    return f"{interface}, {owner.words}" if owner else interface


def removal(interface: str) -> str:
    """Return a sentence on how to remove an interface; empty where kubetui knows no safe way."""
    owner = _owner(interface)
    if owner is None or not owner.removal:
        return ""
    return f"Or, if nothing needs {interface} any more, remove it: {owner.removal.format(interface)}"


def _owner(interface: str) -> Owner | None:
    return next((owner for owner in OWNERS if re.fullmatch(owner.pattern, interface)), None)
