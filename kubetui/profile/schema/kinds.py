"""The kinds of machines there are, and what differs between them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Starts(Enum):
    """How many machines of one cluster a provider can start at a time."""

    ONE_BY_ONE = "one by one"
    FIRST_ALONE = "the first alone, then all"
    """The first machine makes what they share (bridge, network, box); two that both find none would race."""


@dataclass(frozen=True, slots=True)
class ProviderKind:
    """One kind of machines: a Vagrant provider, or machines that exist.

    `default_box` is the box that a profile without one gets, `plugin` the Vagrant plugin that must be
    installed (none for those built into Vagrant), `program` what must be on PATH for it to work.
    """

    name: str
    title: str
    default_box: str
    starts: Starts
    plugin: str | None = None
    program: str | None = None
    isolates: bool = True
    """False where a machine shares the host's kernel, so that memory and CPUs are not its own."""
    makes_machines: bool = True
    """False where the machines exist already and are somebody's: they are looked at first, and never thrown away."""
    rehearsal: bool = False
    """True where there are no machines at all, only recordings of some."""


PROVIDERS: dict[str, ProviderKind] = {
    kind.name: kind
    for kind in (
        ProviderKind("virtualbox", "VirtualBox", "bento/ubuntu-24.04", Starts.ONE_BY_ONE, program="VBoxManage"),
        ProviderKind(
            "libvirt",
            "libvirt (KVM, QEMU)",
            "cloud-image/ubuntu-24.04",
            Starts.FIRST_ALONE,
            plugin="vagrant-libvirt",
            program="virsh",
        ),
        ProviderKind(
            "vmware_desktop",
            "VMware Desktop",
            "bento/ubuntu-24.04",
            Starts.FIRST_ALONE,
            plugin="vagrant-vmware-desktop",
            program="vmrun",
        ),
        ProviderKind("hyperv", "Hyper-V", "generic/ubuntu2204", Starts.ONE_BY_ONE, program="powershell"),
        ProviderKind(
            "lxc",
            "LXC containers",
            "debian/bookworm64",
            Starts.FIRST_ALONE,
            plugin="vagrant-lxc",
            program="lxc-start",
            isolates=False,
        ),
        ProviderKind("hosts", "existing machines (SSH)", "", Starts.FIRST_ALONE, makes_machines=False),
        ProviderKind("rehearsal", "rehearsal", "recorded/debian13", Starts.FIRST_ALONE, rehearsal=True),
    )
}
