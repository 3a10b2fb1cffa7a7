"""Checks what VirtualBox needs from this host: the processor, a version for arm64, and an allowed address range."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network
from pathlib import Path
from typing import Final

from kubetui.base.check import Check
from kubetui.base.process import ask
from kubetui.base.system import System
from kubetui.profile.plan import Plan
from kubetui.profile.rules.ranges import Problem

NETWORKS_CONF = Path("/etc/vbox/networks.conf")
"""Lists the host-only ranges that VirtualBox may use (VirtualBox manual, "Host-Only Networking")."""
KVM_AT_LOAD: Final = (6, 12)
"""The Linux release from which KVM takes the processor's virtualization when its module loads."""
KVM_SHARED: Final = (7, 2, 10)
"""The first VirtualBox that wants KVM to have taken it (VirtualBox/virtualbox#711 and #713)."""
ARM: Final = (7, 1, 6)
"""The first VirtualBox that runs Linux guests on arm64 well enough."""
NEWER: Final = "Install 7.1.6 or newer: https://www.virtualbox.org/wiki/Downloads"
_DEFAULT = IPv4Network("192.168.56.0/21")
_MODULES: Final = Path("/sys/module")


RANGES_NOT_CHECKED: Final = Check(
    "Host-only range",
    "not checked",
    "Whether VirtualBox allows the machines' range was not checked: on macOS that depends on its version.",
    "Before VirtualBox 7, choose network.first_address in 192.168.56.0/21.",
)


async def checks(system: System) -> list[Check]:
    """Check KVM, and VirtualBox's version on arm64. The host-only range is a rule for addresses, see below."""
    version = await ask("VBoxManage", "--version")
    # unlike /proc/modules, this folder also lists what is built into the kernel
    module = next((name for name in ("kvm_intel", "kvm_amd") if (_MODULES / name).is_dir()), None)
    at_load = _read(_MODULES / "kvm" / "parameters" / "enable_virt_at_load")
    kvm = kvm_check(module, platform.release(), at_load, version)
    ranges = RANGES_NOT_CHECKED if system.id == "macos" else None
    return [check for check in (kvm, arm_check(system.machine, version), ranges) if check]


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None


def kvm_check(module: str | None, release: str, at_load: str | None, output: str | None) -> Check | None:
    """Judge whether KVM and VirtualBox get along; None when no KVM module is loaded.

    `module` is KVM's loaded module for this processor, `release` the kernel's release, `at_load` KVM's parameter
    enable_virt_at_load (Y or N), `output` that of `VBoxManage --version`.
    """
    if module is None:
        return None
    kernel, version = _version(release), _own_version(output)
    if kernel[:2] < KVM_AT_LOAD:
        return Check("KVM", "ok", "loaded, and leaves the processor to VirtualBox while no KVM machine runs")
    held = (at_load or "Y").strip() != "N"  # Linux's own default is Y
    if not version:
        return _unknown_version(module, held=held)
    shown = ".".join(map(str, version))
    if held == (version >= KVM_SHARED):
        return Check(
            "KVM", "ok", f"loaded with the setting that VirtualBox {shown} needs; run no KVM machine beside it"
        )
    if held:
        message = f"{module} is loaded and keeps the processor's virtualization from VirtualBox {shown}."
        fix = f"Boot with kvm.enable_virt_at_load=0, or for now: sudo modprobe -r {module}. Or choose libvirt."
        return Check("KVM", "warning", f"{message} {_SINCE}", f"{fix} From VirtualBox 7.2.10 on neither is needed.")
    message = (
        f"{module} is loaded with enable_virt_at_load=0, and with that VirtualBox {shown} starts no machine or freezes "
        "this host: from 7.2.10 on, it needs KVM's own default."
    )
    fix = (
        "Remove kvm.enable_virt_at_load=0 from the kernel's command line and /etc/modprobe.d, then reboot. "
        f"Or for now: sudo modprobe -r {module}"
    )
    return Check("KVM", "failed", message, fix)


_SINCE: Final = "Since Linux 6.12, KVM takes it when it loads."


def _unknown_version(module: str, *, held: bool) -> Check:
    setting = "1" if held else "0"
    message = (
        f"{module} is loaded with enable_virt_at_load={setting}, and VBoxManage does not tell VirtualBox's version."
    )
    return Check("KVM", "warning", message, "Up to VirtualBox 7.2.8 it has to be 0, from 7.2.10 on 1.")


def arm_check(machine: str, output: str | None) -> Check | None:
    """Judge VirtualBox's version (`VBoxManage --version`) on arm64; None on other processors."""
    if machine not in {"arm64", "aarch64"} or output is None:
        return None
    found = _own_version(output)
    if not found:
        return Check("VirtualBox on arm64", "not checked", "VBoxManage does not tell VirtualBox's version.", NEWER)
    version = ".".join(map(str, found))
    if found >= ARM:
        return Check("VirtualBox on arm64", "ok", version)
    return Check("VirtualBox on arm64", "failed", f"VirtualBox {version} does not run Linux machines on arm64.", NEWER)


def _own_version(output: str | None) -> tuple[int, ...]:
    """Return VirtualBox's version from `VBoxManage --version`; empty when it does not tell it.

    Without its kernel module it first warns, and the warning names the kernel's version.
    """
    last = (output or "").strip().rpartition("\n")[2]
    return _version(last) if last[:1].isdigit() else ()


def _version(text: str) -> tuple[int, ...]:
    found = re.search(r"\d+(?:\.\d+)*", text)
    return tuple(map(int, found[0].split("."))) if found else ()


def address_problems(plan: Plan) -> tuple[Problem, ...]:
    """Return the addresses of a plan that VirtualBox refuses on this host; reads one file.

    Only Linux is judged: on macOS, VirtualBox 7 no longer has these limits.
    """
    if sys.platform == "darwin":
        return ()
    return range_problems(plan, allowed_ranges(_read(NETWORKS_CONF)))


def allowed_ranges(text: str | None) -> tuple[IPv4Network, ...]:
    """Return the ranges that VirtualBox allows for host-only networks, from networks.conf's text.

    None means that the file is missing: then 192.168.56.0/21 is allowed. A file without ranges allows
    none. Lines look like `* 10.0.0.0/8 192.168.0.0/16`; IPv6 ranges and unreadable words are skipped.
    """
    if text is None:
        return (_DEFAULT,)
    words = (word for line in text.splitlines() if line.strip().startswith("*") for word in line.strip()[1:].split())
    return tuple(network for word in words for network in _network(word))


def _network(word: str) -> Iterator[IPv4Network]:
    try:
        yield IPv4Network(word, strict=False)
    except ValueError:
        return


def range_problems(plan: Plan, allowed: Sequence[IPv4Network]) -> tuple[Problem, ...]:
    """Return a problem when the machines' addresses, or the host's beside them, lie outside the allowed ranges."""
    if plan.profile.provider != "virtualbox":
        return ()
    needed = (plan.node_network[1], *(machine.address for machine in plan.machines))
    outside = [address for address in needed if not any(address in network for network in allowed)]
    if not outside:
        return ()
    shown = ", ".join(map(str, allowed)) or "no range at all"
    message = f"VirtualBox does not allow {outside[-1]} on a host-only network: it allows {shown}."
    fix = f"Add the line `* {plan.node_network}` to {NETWORKS_CONF}"
    tail = ", or start at 192.168.56.101." if _DEFAULT in allowed else "."
    return (Problem(("network", "first_address"), message, fix + tail),)
