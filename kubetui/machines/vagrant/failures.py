"""Recognises known failures in Vagrant's output, and words the error that a person reads instead.

The patterns are Vagrant's own texts (templates/locales/en.yml of Vagrant 2.3 and 2.4, locales/en.yml of
vagrant-lxc and vagrant-libvirt) and VirtualBox's; every run of white space counts as one space.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kubetui.base.errors import BusyError, ForeignError, HostError, KubetuiError, ProfileError, RunError
from kubetui.base.net import trust
from kubetui.base.system import System, install_hint, plugin_hint

_SHOWN: Final = 8
"""Lines of an unknown failure that its message quotes."""


@dataclass(frozen=True, slots=True)
class Known:
    """A known failure: `message` and `fix` may use the pattern's named groups.

    They may also use `{plugin}`, `{virtualbox}`, `{lxc}` and `{rsync}`: how to install these on this host.
    """

    pattern: str
    kind: type[KubetuiError]
    id: str
    message: str
    fix: str


KNOWN: Final = (
    Known(
        r"The provider '(?P<provider>[^']*)' could not be found, but was requested to back the machine",
        HostError,
        "VAGRANT-PLUGIN",
        "Vagrant has no provider '{provider}': its plugin is not installed.",
        "{plugin}",
    ),
    Known(
        trust.UNKNOWN_TO_CURL,
        HostError,
        "CA-UNKNOWN",
        "The box cannot be fetched: nobody whom Vagrant trusts signed its server's certificate.",
        trust.ADVICE,
    ),
    Known(
        r"The box '(?P<box>[^']*)' could not be found or could not be accessed in the remote catalog",
        HostError,
        "BOX-NOT-FOUND",
        "The box {box} is not on this host and could not be fetched from Vagrant's catalogue.",
        "Check the box's name in the profile (machines.box) and that this host can reach vagrantcloud.com, which ends "
        "on 2026-12-31; or build a box: kubetui boxes build debian-13",
    ),
    Known(
        r"The checksum of the downloaded box did not match the expected value\..*?"
        r"Expected: (?P<wanted>\S+) Received: (?P<found>\S+)",
        ProfileError,
        "BOX-CHECKSUM",
        "The box has the SHA-256 {found}, and {wanted} was expected. It was not added, and nothing of it was kept.",
        "Look at why the file is another one before you put its checksum into machines.box_sha256; where Vagrant's "
        "metadata names the checksum, ask whoever publishes it.",
    ),
    Known(
        r"The box you're adding has a name different from the name you requested.*?Actual name: (?P<name>\S+)",
        ProfileError,
        "BOX-METADATA",
        "Vagrant's metadata calls its box {name} now.",
        "Run the same command again.",
    ),
    Known(
        r"The box failed to unpackage properly\..*?\(if any\): (?P<why>\S.*)$",
        ProfileError,
        "BOX-BROKEN",
        "The file is no box that Vagrant can unpack: {why}",
        "Check that machines.box names a whole .box file, and that this host's disk has room for it.",
    ),
    Known(
        r"The box you attempted to add doesn't match the provider you specified\. "
        r"Provider expected: (?P<wanted>.+?) Provider of box: (?P<found>\S+)",
        ProfileError,
        "BOX-PROVIDER",
        "The box is made for {found}, and the profile's provider takes boxes for {wanted}.",
        "Choose another box in the profile (machines.box), or another provider.",
    ),
    Known(
        r"The box you're attempting to add doesn't support the provider you requested.*?Name: (?P<box>\S+)",
        ProfileError,
        "BOX-PROVIDER",
        "The box {box} is not made for this provider or this processor.",
        "Choose another box in the profile (machines.box), or another provider.",
    ),
    Known(
        r"The box you're attempting to add has no available version that matches.*?Box: (?P<box>\S+)"
        r".*?Constraints: (?P<version>.+?) Available",
        ProfileError,
        "BOX-VERSION",
        "The box {box} has no version {version}.",
        "Choose another version in the profile (machines.box_version), or leave it out for the newest.",
    ),
    Known(
        r"(?:An error occurred while downloading the remote file|error while downloading the metadata for this box)"
        r".*? below[.:]?(?: Please fix this error and try again\.)? (?P<why>.*)$",
        HostError,
        "BOX-DOWNLOAD",
        "The box could not be downloaded: {why}",
        "Check this host's connection and proxy, then run the same command again: the download resumes.",
    ),
    Known(
        r"(?:VERR_VMX_IN_VMX_ROOT_MODE|VERR_SVM_IN_USE|VT-x is being used by another hypervisor"
        r"|AMD-V is being used by another hypervisor)",
        HostError,
        "VBOX-KVM",
        "VirtualBox cannot use the processor's virtualization because KVM is using it.",
        "Stop KVM's virtual machines. Up to VirtualBox 7.2.8, also unload KVM: sudo modprobe -r kvm_intel kvm_amd. "
        "Since Linux 6.12, it takes the processor when it loads: boot with kvm.enable_virt_at_load=0, update "
        "VirtualBox, or use the provider libvirt.",
    ),
    Known(
        r"VERR_SVM_HOST_SVME_NOT_ENABLED",
        HostError,
        "VBOX-KVM-SETTING",
        "This VirtualBox starts no machine while KVM is loaded with enable_virt_at_load=0.",
        "Remove kvm.enable_virt_at_load=0 from the kernel's command line and /etc/modprobe.d, then reboot: VirtualBox "
        "needs it up to 7.2.8 and must not have it from 7.2.10 on. Or for now: sudo modprobe -r kvm_amd",
    ),
    Known(
        r"The specified host network collides with a non-hostonly network!.*?"
        r"Host-only Network '(?P<interface>[^']*)': '(?P<network>[^']*)'",
        HostError,
        "VBOX-COLLISION",
        "This host's interface {interface} already has the network {network}, so VirtualBox's machines cannot use it.",
        "Choose another network.first_address, or remove the interface if no one needs it.",
    ),
    Known(
        r"(?:VERR_VMX_NO_VMX|VERR_SVM_NO_SVM|VERR_VMX_MSR_ALL_VMX_DISABLED|VERR_SVM_DISABLED|VT-x is not available"
        r"|AMD-V is not available)",
        HostError,
        "VBOX-NO-VIRT",
        "The processor's virtualization is off or missing, and VirtualBox needs it.",
        "Turn on VT-x, AMD-V or SVM in the firmware settings, or nested virtualization if this host is itself "
        "a virtual machine.",
    ),
    Known(
        r"The IP address configured for the host-only network is not within the allowed ranges.*?"
        r"Address: (?P<address>\S+) Ranges: (?P<ranges>.+?) Valid ranges",
        HostError,
        "VBOX-RANGE",
        "VirtualBox refuses {address} on its host-only network; it allows {ranges}.",
        "Choose network.first_address in 192.168.56.0/21, or add a line such as '* 192.168.0.0/16' to "
        "/etc/vbox/networks.conf.",
    ),
    Known(
        r"(?:kernel module is not loaded|VirtualBox is complaining that the installation is incomplete"
        r"|vboxdrv\) is not loaded)",
        HostError,
        "VBOX-MODULE",
        "VirtualBox's kernel module is not loaded.",
        "Load it: sudo modprobe vboxdrv vboxnetadp vboxnetflt. If that fails, rebuild it: sudo /sbin/vboxconfig",
    ),
    Known(
        r"(?:Vagrant could not detect VirtualBox|The \"VBoxManage\" command or one of its dependencies could not"
        r"|No usable default provider could be found)",
        HostError,
        "VBOX-MISSING",
        "Vagrant cannot find VirtualBox.",
        "{virtualbox}",
    ),
    Known(
        r"Vagrant has detected that you have a version of VirtualBox installed that is not supported.*?"
        r"to use Vagrant: (?P<versions>[\d., ]+)",
        HostError,
        "VBOX-VERSION",
        "This Vagrant does not support the installed VirtualBox; it supports {versions}.",
        "Update Vagrant, or install a VirtualBox version that it supports.",
    ),
    Known(
        r"(?:No space left on device|VERR_DISK_FULL|E_FAIL.*?disk full|not enough (?:free )?(?:disk )?space)",
        HostError,
        "DISK-FULL",
        "The disk of this host is full.",
        "Free some space (about 6 GiB per machine) and run the same command again.",
    ),
    Known(
        r"(?:VERR_NO_MEMORY|[Cc]annot allocate memory|not enough memory|VERR_EM_NO_MEMORY)",
        HostError,
        "MEMORY",
        "This host has not enough free memory for the machine.",
        "Close other programs, or plan fewer or smaller machines (machines.workers, machines.memory).",
    ),
    Known(
        # the second comes of a query that meets the end of another client's session
        r"(?:Failed to create the VirtualBox object|The session is not locked \(session state: Unlocked\))",
        BusyError,
        "VBOX-SERVICE",
        "VirtualBox's service ended just as it was asked, or did not start.",
        "Run the same command again. If that changes nothing, see what this says: VBoxManage list vms",
    ),
    Known(
        r"(?:another process is already executing an action on the machine"
        r"|Vagrant can't use the requested machine because it is locked"
        r"|lock is being held by another instance of Vagrant)",
        BusyError,
        "VAGRANT-LOCKED",
        "Another Vagrant process is working on this machine.",
        "Wait until it ends, then run the same command again. To find a leftover process: pgrep -af vagrant",
    ),
    Known(
        r"There is container on your system with the same name you've specified on your Vagrantfile "
        r"\((?P<name>[^)]*)\)",
        ForeignError,
        "NAME-TAKEN",
        "A container called {name} exists, and kubetui did not make it.",
        "Choose another cluster name, or remove the container if no one needs it: sudo lxc-destroy -f -n {name}",
    ),
    Known(
        r"Name `(?P<name>[^`]*)` of domain about to create is already taken",
        ForeignError,
        "NAME-TAKEN",
        "A virtual machine called {name} exists, and kubetui did not make it.",
        "Choose another cluster name, or remove it if no one needs it: virsh undefine --remove-all-storage {name}",
    ),
    Known(
        r"VirtualBox is reporting another VM with that name already exists|A VirtualBox machine with the name",
        ForeignError,
        "NAME-TAKEN",
        "VirtualBox already has a machine of that name, and kubetui did not make it.",
        "Leave machines.options.virtualbox.name out of the profile, or remove the other machine.",
    ),
    Known(
        r"Volume for domain is already created\. Please run 'vagrant destroy' first",
        ForeignError,
        "NAME-TAKEN",
        "A disk with that machine's name is left in libvirt's storage pool.",
        "List them: virsh vol-list default. Remove it if no one needs it: virsh vol-delete --pool default NAME.img",
    ),
    Known(
        r"Error while connecting to Libvirt: (?P<why>.*)$",
        HostError,
        "LIBVIRT",
        "libvirt cannot be reached: {why}",
        "Start it (sudo systemctl start libvirtd) and join its group: sudo usermod -aG libvirt $USER, "
        "then log in again.",
    ),
    Known(
        r"Network (?P<name>\S+) (?:exists but does not have dhcp|is not available)",
        HostError,
        "LIBVIRT-NETWORK",
        "libvirt's network {name} exists, and does not fit the private network.",
        "Choose another network.first_address, or remove the network if no one needs it: virsh net-destroy {name}",
    ),
    Known(
        r"The `lxc` package does not seem to be installed",
        HostError,
        "LXC-MISSING",
        "LXC is not installed.",
        "{lxc}",
    ),
    Known(
        r"Timed out while waiting for the machine to boot|SSH authentication failed!",
        RunError,
        "BOOT-TIMEOUT",
        "The machine started, but did not answer over SSH in time.",
        "Run the same command again to keep waiting. If it never answers, look at the machine's console, or try "
        "another box.",
    ),
    Known(
        r"kubetui: (?P<why>the provider \S+ (?:has no setting|does not take).*?|\S+ is no name of a setting.*?)"
        r"(?: Correct machines\.options.*)?$",
        ProfileError,
        "PROFILE-OPTION",
        "{why}",
        "Correct machines.options in the profile; names and values are those of the provider's Vagrant documentation.",
    ),
    Known(
        r"Vagrant cannot forward the specified ports on this VM.*?"
        r"The forwarded port to (?P<port>\d+) is already in use",
        HostError,
        "HOST-PORT",
        "Something on this host listens at port {port} already, which machines.ports has lead to a machine.",
        "End it (ss -ltnp shows it) and run the same command again, or choose another port in machines.ports.",
    ),
    Known(
        r"\"rsync\" (?:could not be found on your PATH|was not detected as installed in your guest machine)",
        HostError,
        "HOST-RSYNC",
        "rsync, by which Vagrant copies the folders of machines.folders, is missing on this host or in the machine.",
        "{rsync} In machines, Vagrant installs it where it knows the system and that has a mirror; another box may "
        "have it.",
    ),
    Known(
        r"There was an error when attempting to rsync a synced folder\..*?Host path: (?P<path>.+?) Guest path: "
        r"(?P<guest>\S+) .*?Error: (?P<why>.*)$",
        RunError,
        "HOST-RSYNC",
        "{path} could not be copied to {guest}: {why}",
        "Look at the reason, then run the same command again.",
    ),
    Known(
        r"VirtualBox only allows up to (?P<limit>\d+) disks to be attached to the storage controller '(?P<name>[^']*)'",
        ProfileError,
        "BOX-DISKS",
        "The box has a disk controller '{name}' with room for {limit} in all, so machines.disks does not fit.",
        "Plan fewer extra disks, or choose a box whose controller has more ports.",
    ),
    Known(
        r"(?:Vagrant was not able to detect a primary disk attached to the main controller"
        r"|disk operation was attempted on the controller '[^']*', but Vagrant doesn't support)",
        ProfileError,
        "BOX-DISKS",
        "Vagrant cannot add disks to machines of this box: it does not know the box's disk controller.",
        "Delete machines.disks, or choose another box.",
    ),
    Known(
        r"There are errors in the configuration of this machine\. Please fix the following errors and try again: "
        r"(?P<why>.*)$",
        ProfileError,
        "PROFILE-OPTION",
        "Vagrant refuses the machine's configuration: {why}",
        "Correct machines.options or network.options in the profile.",
    ),
)


def error_of(command: str, code: int, output: Sequence[str], system: System) -> KubetuiError:
    """Return the error for a Vagrant command that failed; a note on it holds `output`, the command's last lines.

    `command` is what was run, such as `vagrant up kubmaster`. Known failures get a message of their own; for any
    other, the message quotes the last lines.
    """
    flat = " ".join(" ".join(output).split())
    error = next((found for known in KNOWN if (found := _match(known, flat, system))), None)
    if error is None:
        error = RunError(
            f"{command} failed with exit code {code}. Its last lines:\n" + "\n".join(_last_words(output)),
            fix="The log has the whole output. Run the same command again to resume.",
            id="VAGRANT",
        )
    if output:
        error.add_note("\n".join(output))
    return error


def _match(known: Known, flat: str, system: System) -> KubetuiError | None:
    found = re.search(known.pattern, flat)
    if not found:
        return None
    # format_map fills in named groups once, so a brace in Vagrant's output stays a brace
    values = {name: value.strip() for name, value in found.groupdict().items() if value}
    plugin = {"libvirt": "vagrant-libvirt", "lxc": "vagrant-lxc", "vmware_desktop": "vagrant-vmware-desktop"}
    values["plugin"] = plugin_hint(plugin.get(values.get("provider", ""), "PLUGIN"), system)
    values["virtualbox"] = install_hint("virtualbox", system)
    values["lxc"] = install_hint("lxc", system)
    values["rsync"] = install_hint("rsync", system)
    return known.kind(known.message.format_map(values), fix=known.fix.format_map(values), id=known.id)


def _last_words(output: Sequence[str]) -> list[str]:
    """Return the last lines that are not empty."""
    return [f"  {line}" for line in output if line.strip()][-_SHOWN:]
