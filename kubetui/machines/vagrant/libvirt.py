"""Whether libvirt's machines run on the processor itself (KVM), or on one that QEMU emulates in software."""

from __future__ import annotations

import fcntl
import os
import re
from pathlib import Path
from typing import Final

from kubetui.base.check import Check
from kubetui.base.process import ask

DEVICE: Final = Path("/dev/kvm")
PROCESSORS: Final = Path("/proc/cpuinfo")
_CREATE_VM: Final = 0xAE01
"""KVM_CREATE_VM of linux/kvm.h: fails where the processor's virtualization is turned off."""


async def has_kvm() -> bool:
    """Return whether libvirt can start machines with KVM: the kernel offers it, and libvirt does not deny it."""
    if not kernel_has_kvm():
        return False
    if await ask("virsh", "--connect", "qemu:///system", "version") is None:
        return True
    return await ask("virsh", "--connect", "qemu:///system", "domcapabilities", "--virttype", "kvm") is not None


def kernel_has_kvm(device: Path = DEVICE, processors: Path = PROCESSORS) -> bool:
    """Return whether the kernel offers KVM. True where only this user may not use it: libvirt's service may."""
    if not _virtualizes(processors):
        return False
    try:
        descriptor = os.open(device, os.O_RDWR | os.O_CLOEXEC)
    except PermissionError:
        return True
    except OSError:
        return False
    try:
        os.close(fcntl.ioctl(descriptor, _CREATE_VM, 0))
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


def _virtualizes(processors: Path) -> bool:
    """Return whether the processor has VT-x or AMD-V; others than x86 have no flag for it.

    Some clouds offer a /dev/kvm without either, which starts machines that never get through their boot loader.
    """
    try:
        text = processors.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    flags = re.search(r"^flags\s*:(.*)$", text, flags=re.MULTILINE)
    return flags is None or not {"vmx", "svm"}.isdisjoint(flags[1].split())


def kvm_check(*, usable: bool) -> Check:
    """Judge whether machines run at the processor's own speed."""
    if usable:
        return Check("KVM", "ok", "machines run on the processor itself")
    message = (
        "KVM cannot be used on this host, so the processor is emulated in software, about ten times slower: "
        "a control plane and a worker take a quarter of an hour."
    )
    fix = (
        "Turn on virtualization (VT-x, AMD-V) in the firmware, or nested virtualization where this host is itself a "
        "virtual machine. Otherwise use a box of `kubetui boxes build`, which sets the driver qemu, and give kubeadm "
        "more time (timeouts in kubernetes.patches)."
    )
    return Check("KVM", "warning", message, fix)
