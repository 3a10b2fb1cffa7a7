"""The kinds of machines, and how they differ."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Starts(Enum):
    """How many machines of one cluster a provider can start at a time."""

    ONE_BY_ONE = "one by one"
    FIRST_ALONE = "the first alone, then all"
    """The first machine creates what all share (bridge, network, box); two that find it missing would race."""


@dataclass(frozen=True, slots=True)
class ProviderKind:
    """One kind of machines: a Vagrant provider's, existing ones, or rehearsed ones.

    `default_box` is the catalogue's box for a profile that names none, empty where the catalogue has no current one.
    `plugin` is the Vagrant plugin that must be installed (none
    for providers built into Vagrant), `program` the program that must be on PATH.
    """

    name: str
    title: str
    default_box: str
    starts: Starts
    plugin: str | None = None
    program: str | None = None
    isolates: bool = True
    """False if a machine shares the host's kernel, so that its memory and CPUs are not its own."""
    makes_machines: bool = True
    """False if the machines exist already and belong to someone: kubetui inspects them first, never deletes them."""
    rehearsal: bool = False
    """True if there are no machines at all, only a recording of some."""
    forwards_ports: bool = False
    """Whether Vagrant forwards ports of this host into its machines so that they come back with every start."""
    shares_folders: bool = False
    """Whether a folder of this host is the same one in a machine; elsewhere Vagrant copies it at each start."""
    adds_disks: bool = False
    """Whether Vagrant can give its machines further disks."""
    plays: str = ""
    """The Kubernetes version of that recording, which is played whatever the profile says; empty for real machines."""

    @property
    def starts_from_box(self) -> bool:
        """Whether machines of this kind start from a Vagrant box."""
        return self.makes_machines and not self.rehearsal


PROVIDERS: dict[str, ProviderKind] = {
    kind.name: kind
    for kind in (
        ProviderKind(
            "virtualbox",
            "VirtualBox",
            "bento/ubuntu-24.04",
            Starts.ONE_BY_ONE,
            program="VBoxManage",
            forwards_ports=True,
            adds_disks=True,
        ),
        ProviderKind(
            "libvirt",
            "libvirt (KVM, QEMU)",
            "cloud-image/ubuntu-24.04",
            Starts.FIRST_ALONE,
            plugin="vagrant-libvirt",
            program="virsh",
            adds_disks=True,
        ),
        ProviderKind(
            "vmware_desktop",
            "VMware Desktop",
            "bento/ubuntu-24.04",
            Starts.FIRST_ALONE,
            plugin="vagrant-vmware-desktop",
            program="vmrun",
            forwards_ports=True,
        ),
        ProviderKind(
            "lxc",
            "LXC containers",
            "",  # nobody publishes a current one
            Starts.FIRST_ALONE,
            plugin="vagrant-lxc",
            program="lxc-start",
            isolates=False,
            shares_folders=True,
        ),
        ProviderKind("hosts", "existing machines (SSH)", "", Starts.FIRST_ALONE, makes_machines=False),
        ProviderKind("rehearsal", "rehearsal", "recorded/debian13", Starts.FIRST_ALONE, rehearsal=True, plays="1.37.2"),
    )
}

_HYPERV = (
    "kubetui no longer has the provider hyperv: Vagrant cannot give Hyper-V's machines the planned addresses "
    "(hashicorp/vagrant#8384), and nobody maintains a box for it any more."
)
GONE: dict[str, tuple[str, str]] = {
    "hyperv": (_HYPERV, "Write provider: virtualbox. On Windows, run kubetui inside WSL 2 with provider: libvirt."),
}
"""Names of providers that kubetui had, each with the reason why it is gone and what to use instead."""
