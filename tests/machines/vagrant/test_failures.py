"""Vagrant's error texts become messages with a cause and a fix.

The texts are Vagrant 2.3.4's (templates/locales/en.yml), vagrant-lxc's and vagrant-libvirt's
(locales/en.yml) and VirtualBox's, filled in and broken into lines as they are printed.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kubetui.base.errors import BusyError, ForeignError, HostError, KubetuiError, ProfileError, RunError
from kubetui.base.system import Installer, System
from kubetui.machines.vagrant.failures import KNOWN, error_of

DEBIAN = System(Installer.APT, "debian", "12", "bookworm")
TEXTS = {
    "VAGRANT-PLUGIN": """\
The provider 'libvirt' could not be found, but was requested to
back the machine 'kubmaster'. Please use a provider that exists.

Vagrant knows about the following providers: docker, hyperv, virtualbox""",
    "CA-UNKNOWN": """\
An error occurred while downloading the remote file. The error
message, if any, is reproduced below. Please fix this error and try
again.

SSL certificate problem: unable to get local issuer certificate
More details here: https://curl.se/docs/sslcerts.html""",
    "BOX-NOT-FOUND": """\
==> kubmaster: Box 'bento/nothing' could not be found. Attempting to find and install...
    kubmaster: Box Provider: virtualbox
    kubmaster: Box Version: >= 0
The box 'bento/nothing' could not be found or
could not be accessed in the remote catalog. If this is a private
box on HashiCorp's Vagrant Cloud, please verify you're logged in via
`vagrant login`. Also, please double-check the name. The expanded
URL and error message are shown below:

URL: ["https://vagrantcloud.com/bento/nothing"]
Error: Could not resolve host: vagrantcloud.com""",
    "BOX-PROVIDER": """\
The box you're attempting to add doesn't support the provider
you requested. Please find an alternate box or use an alternate
provider. Double-check your requested provider to verify you didn't
simply misspell it.

If you're adding a box from HashiCorp's Vagrant Cloud, make sure the box is
released.

Name: bento/ubuntu-24.04
Address: https://vagrantcloud.com/bento/ubuntu-24.04
Requested provider: ["hyperv"]""",
    "BOX-VERSION": """\
The box you're attempting to add has no available version that
matches the constraints you requested. Please double-check your
settings. Also verify that if you specified version constraints,
that the provider you wish to use is available for these constraints.

Box: bento/ubuntu-24.04
Address: https://vagrantcloud.com/bento/ubuntu-24.04
Constraints: 9.9.9
Available versions: 202404.26.0, 202502.21.0""",
    "BOX-DOWNLOAD": """\
An error occurred while downloading the remote file. The error
message, if any, is reproduced below. Please fix this error and try
again.

transfer closed with 12345 bytes remaining to read""",
    "BOX-CHECKSUM": """\
The checksum of the downloaded box did not match the expected
value. Please verify that you have the proper URL setup and that
you're downloading the proper file.

Expected: 0123
Received: 4567""",
    "BOX-METADATA": """\
The box you're adding has a name different from the name you
requested. For boxes with metadata, you cannot override the name.
If you're adding a box using `vagrant box add`, don't specify
the `--name` parameter. If the box is being added via a Vagrantfile,
change the `config.vm.box` value to match the name below.

Requested name: me/old
Actual name: me/new""",
    "BOX-BROKEN": """\
The box failed to unpackage properly. Please verify that the box
file you're trying to add is not corrupted and that enough disk space
is available and then try again.
The output from attempting to unpackage (if any):

bsdtar: Error opening archive: Unrecognized archive format""",
    "VBOX-KVM": """\
There was an error while executing `VBoxManage`, a CLI used by Vagrant
for controlling VirtualBox. The command and stderr is shown below.

Command: ["startvm", "1f2e", "--type", "headless"]

Stderr: VBoxManage: error: VirtualBox can't enable the AMD-V extension. Please disable the KVM kernel extension, \
recompile your kernel and reboot (VERR_SVM_IN_USE)
VBoxManage: error: Details: code NS_ERROR_FAILURE (0x80004005), component ConsoleWrap, interface IConsole""",
    "VBOX-KVM-SETTING": """\
Stderr: VBoxManage: error: Host API has not enabled SVME bit in EFER MSR. (VERR_SVM_HOST_SVME_NOT_ENABLED)
VBoxManage: error: Details: code NS_ERROR_FAILURE (0x80004005), component ConsoleWrap, interface IConsole""",
    "VBOX-COLLISION": """\
The specified host network collides with a non-hostonly network!
This will cause your specified IP to be inaccessible. Please change
the IP or name of your host only network so that it no longer matches that of
a bridged or non-hostonly network.

Bridged Network Address: '192.168.56.0'
Host-only Network 'vlxcbr1': '192.168.56.0'""",
    "VBOX-NO-VIRT": """\
Stderr: VBoxManage: error: VT-x is not available (VERR_VMX_NO_VMX)
VBoxManage: error: Details: code NS_ERROR_FAILURE (0x80004005), component ConsoleWrap, interface IConsole""",
    "VBOX-RANGE": """\
The IP address configured for the host-only network is not within the
allowed ranges. Please update the address used to be within the allowed
ranges and run the command again.

  Address: 10.11.12.101
  Ranges: 192.168.56.0/21

Valid ranges can be modified in the /etc/vbox/networks.conf file. For
more information including valid format see:

  https://www.virtualbox.org/manual/ch06.html#network_hostonly""",
    "VBOX-MODULE": """\
VirtualBox is complaining that the kernel module is not loaded. Please
run `VBoxManage --version` or open the VirtualBox GUI to see the error
message which should contain instructions on how to fix this error.""",
    "VBOX-MISSING": """\
Vagrant could not detect VirtualBox! Make sure VirtualBox is properly installed.
Vagrant uses the `VBoxManage` binary that ships with VirtualBox, and requires
this to be available on the PATH.""",
    "VBOX-VERSION": """\
Vagrant has detected that you have a version of VirtualBox installed
that is not supported by this version of Vagrant. Please install one of
the supported versions listed below to use Vagrant:

4.0, 4.1, 6.0, 6.1, 7.0

A Vagrant update may also be available that adds support for the version
you specified.""",
    "DISK-FULL": """\
There was an error while executing `VBoxManage`, a CLI used by Vagrant
Stderr: VBoxManage: error: Could not create the clone medium (VERR_DISK_FULL)""",
    "MEMORY": "Stderr: VBoxManage: error: Failed to allocate VM memory (VERR_NO_MEMORY)",
    "VBOX-SERVICE": """\
There was an error while executing `VBoxManage`, a CLI used by Vagrant
Stderr: VBoxManage: error: Failed to create the VirtualBox object!
VBoxManage: error: Most likely, the VirtualBox COM server is not running or failed to start.""",
    "VAGRANT-LOCKED": """\
An action 'up' was attempted on the machine 'kubmaster',
but another process is already executing an action on the machine.
Vagrant locks each machine for access by only one process at a time.
Please wait until the other Vagrant process finishes modifying this
machine, then try again.""",
    "NAME-TAKEN": """\
There is container on your system with the same name you've specified
on your Vagrantfile (lab-kubmaster), please choose a different one or
run `lxc-destroy --name lab-kubmaster` and try again.""",
    "LIBVIRT": """\
Error while connecting to Libvirt: Error making a connection to libvirt URI qemu:///system:
Call to virConnectOpen failed: Failed to connect socket to '/var/run/libvirt/libvirt-sock': Permission denied""",
    "LIBVIRT-NETWORK": """\
Network lab0 exists but does not have dhcp disabled.
Please fix your configuration and run vagrant again.""",
    "LXC-MISSING": "The `lxc` package does not seem to be installed or `lxc-create` is not accessible on the PATH.",
    "BOOT-TIMEOUT": """\
Timed out while waiting for the machine to boot. This means that
Vagrant was unable to communicate with the guest machine within
the configured ("config.vm.boot_timeout" value) time period.""",
    "HOST-PORT": """\
Vagrant cannot forward the specified ports on this VM, since they
would collide with some other application that is already listening
on these ports. The forwarded port to 8080 is already in use
on the host machine.

To fix this, modify your current project's Vagrantfile to use another
port. Example, where '1234' would be replaced by a unique host port:""",
    "HOST-RSYNC": """\
"rsync" could not be found on your PATH. Make sure that rsync
is properly installed on your system and available on the PATH.""",
    "BOX-DISKS": """\
VirtualBox only allows up to 2 disks to be attached to the
storage controller 'SATA Controller'. Please remove some disks from your disk
configuration, or attach a new storage controller.""",
    "PROFILE-OPTION": "kubetui: the provider virtualbox has no setting 'memroy'. "
    "Correct machines.options.virtualbox in the profile.",
}
KINDS = {
    "BOX-CHECKSUM": ProfileError,
    "BOX-METADATA": ProfileError,
    "BOX-BROKEN": ProfileError,
    "BOX-PROVIDER": ProfileError,
    "BOX-VERSION": ProfileError,
    "BOX-DISKS": ProfileError,
    "PROFILE-OPTION": ProfileError,
    "VBOX-SERVICE": BusyError,
    "VAGRANT-LOCKED": BusyError,
    "NAME-TAKEN": ForeignError,
    "BOOT-TIMEOUT": RunError,
}
SAID = {
    "VAGRANT-PLUGIN": ("no provider 'libvirt'", "sudo apt-get install -y vagrant-libvirt"),
    "BOX-NOT-FOUND": ("bento/nothing", "kubetui boxes build"),
    "BOX-CHECKSUM": ("has the SHA-256 4567, and 0123 was expected", "machines.box_sha256"),
    "BOX-METADATA": ("me/new", "again"),
    "BOX-BROKEN": ("Unrecognized archive format", "machines.box"),
    "BOX-VERSION": ("no version 9.9.9", "machines.box_version"),
    "BOX-DOWNLOAD": ("transfer closed with 12345 bytes remaining", "proxy"),
    "VBOX-KVM": ("KVM is using it", "kvm.enable_virt_at_load=0"),
    "VBOX-KVM-SETTING": ("enable_virt_at_load=0", "Remove kvm.enable_virt_at_load=0"),
    "VBOX-COLLISION": ("vlxcbr1 already has the network 192.168.56.0", "network.first_address"),
    "VBOX-RANGE": ("refuses 10.11.12.101 on its host-only network; it allows 192.168.56.0/21", "networks.conf"),
    "VBOX-VERSION": ("4.0, 4.1, 6.0, 6.1, 7.0", "Update"),
    "NAME-TAKEN": ("lab-kubmaster", "sudo lxc-destroy -f -n lab-kubmaster"),
    "LIBVIRT": ("Permission denied", "usermod -aG libvirt"),
    "LIBVIRT-NETWORK": ("network lab0", "virsh net-destroy lab0"),
    "LXC-MISSING": ("LXC is not installed", "sudo apt-get install -y lxc"),
    "HOST-PORT": ("listens at port 8080 already", "machines.ports"),
    "HOST-RSYNC": ("missing on this host or in the machine", "sudo apt-get install -y rsync"),
    "BOX-DISKS": ("'SATA Controller' with room for 2 in all", "Plan fewer extra disks"),
    "PROFILE-OPTION": ("the provider virtualbox has no setting 'memroy'.", "machines.options"),
}


def of(text: str) -> KubetuiError:
    return error_of("vagrant up kubmaster", 1, text.splitlines(), DEBIAN)


@pytest.mark.parametrize("name", TEXTS)
def test_a_known_text_is_recognised(name: str) -> None:
    error = of(TEXTS[name])
    assert error.id == name
    assert type(error) is KINDS.get(name, HostError)
    message, fix = SAID.get(name, ("", ""))
    assert message in error.message
    assert fix in error.fix
    assert error.fix
    assert "{" not in error.message + error.fix
    assert "!" not in error.message + error.fix
    assert error.__notes__ == [TEXTS[name]]


def test_a_box_of_another_provider_is_named() -> None:
    text = (
        "The box you attempted to add doesn't match the provider you specified.\n\n"
        "Provider expected: virtualbox\nProvider of box: lxc\n"
    )
    error = of(text)
    assert error.id == "BOX-PROVIDER"
    assert error.message == "The box is made for lxc, and the profile's provider takes boxes for virtualbox."


def test_a_copy_of_a_folder_that_fails_tells_why() -> None:
    error = of(
        "There was an error when attempting to rsync a synced folder.\n"
        "Please inspect the error message below for more info.\n\n"
        "Host path: /home/me/my data/\nGuest path: /srv/data\n"
        'Command: "rsync" "--archive" "/home/me/my data/" "vagrant@127.0.0.1:/srv/data"\n'
        "Error: rsync: [sender] write error: No space left (28)\n"
    )
    assert (error.id, type(error)) == ("HOST-RSYNC", RunError)
    assert (
        error.message
        == "/home/me/my data/ could not be copied to /srv/data: rsync: [sender] write error: No space left (28)"
    )


def test_a_box_with_an_unknown_controller_takes_no_disks() -> None:
    error = of("Vagrant was not able to detect a primary disk attached to the main\ncontroller. Vagrant Disks requires")
    assert (error.id, error.fix) == ("BOX-DISKS", "Delete machines.disks, or choose another box.")


def test_every_known_failure_has_a_text() -> None:
    assert {known.id for known in KNOWN} == TEXTS.keys()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Name `lab_kubmaster` of domain about to create is already taken. Please try to run\n", "lab_kubmaster"),
        ("A VirtualBox machine with the name 'lab' already exists.", "VirtualBox"),
        ("Volume for domain is already created. Please run 'vagrant destroy' first.", "libvirt"),
    ],
)
def test_a_name_that_is_already_taken_is_reported(text: str, name: str) -> None:
    assert of(text).id == "NAME-TAKEN"
    assert name in of(text).message


def test_an_unknown_failure_quotes_the_last_lines() -> None:
    error = of("==> kubmaster: Importing\n\nThe flux capacitor {is} empty.\nRefill it.\n")
    assert type(error) is RunError
    assert error.id == "VAGRANT"
    assert error.message.startswith("vagrant up kubmaster failed with exit code 1")
    assert "  The flux capacitor {is} empty.\n  Refill it." in error.message


def test_a_failure_without_output_is_reported() -> None:
    assert "exit code 1" in of("").message


def test_braces_in_vagrants_output_stay() -> None:
    assert "{plugin} {0}" in of("Error while connecting to Libvirt: {plugin} {0}").message


LOCALES = (
    "rubygems-integration/all/gems/vagrant-2.*/templates/locales/en.yml",
    "rubygems-integration/all/gems/vagrant-lxc-*/locales/en.yml",
)


@pytest.mark.parametrize(
    "words",
    [
        "could not be found, but was requested to back the machine",
        "could not be found or could not be accessed in the remote catalog",
        "The box you're attempting to add doesn't support the provider you requested",
        "The box you're attempting to add has no available version that",
        "An error occurred while downloading the remote file",
        "error while downloading the metadata for this box",
        "The IP address configured for the host-only network is not within the allowed ranges",
        "The specified host network collides with a non-hostonly network!",
        "kernel module is not loaded",
        "VirtualBox is complaining that the installation is incomplete",
        "Vagrant could not detect VirtualBox",
        "No usable default provider could be found",
        "another process is already executing an action on the machine",
        "Vagrant can't use the requested machine because it is locked",
        "lock is being held by another instance of Vagrant",
        "VirtualBox is reporting another VM with that name already exists",
        "There are errors in the configuration of this machine. Please fix the following errors and try again:",
        "Timed out while waiting for the machine to boot",
        "There is container on your system with the same name you've specified on your Vagrantfile",
        "The `lxc` package does not seem to be installed",
    ],
)
def test_the_patterns_match_vagrants_own_texts(words: str) -> None:
    files = [path for pattern in LOCALES for path in Path("/usr/share").glob(pattern)]
    if len(files) < len(LOCALES):
        pytest.skip("Vagrant and vagrant-lxc are not installed as Debian packages")
    texts = " ".join(re.sub(r"\s+", " ", path.read_text(encoding="utf-8")) for path in files)
    assert words in texts
