"""What this host is, how much memory it has, and the exact command that installs something on it."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final

import psutil

OS_RELEASE: Final = Path("/etc/os-release")


class Installer(StrEnum):
    """A package manager."""

    APT = "apt"
    DNF = "dnf"
    PACMAN = "pacman"
    ZYPPER = "zypper"
    BREW = "brew"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class System:
    """A host: its package manager, and its distribution's id, version and code name from os-release."""

    installer: Installer
    id: str = ""
    version: str = ""
    codename: str = ""
    machine: str = "x86_64"
    """The processor, as `uname -m` prints it."""


_FAMILIES: Final = (
    (Installer.APT, {"debian", "ubuntu", "linuxmint", "pop", "raspbian"}),
    (Installer.DNF, {"fedora", "rhel", "centos", "rocky", "almalinux", "ol", "amzn"}),
    (Installer.PACMAN, {"arch", "manjaro", "endeavouros"}),
    (Installer.ZYPPER, {"suse", "opensuse", "opensuse-leap", "opensuse-tumbleweed", "sles"}),
)


def parse_os_release(text: str) -> Mapping[str, str]:
    """Return the keys of an os-release file (man 5 os-release); skips other lines."""
    found = re.findall(r"^([A-Z_]+)=(.*)$", text, flags=re.MULTILINE)
    return {key: value.strip().strip("\"'") for key, value in found}


def system_of(kernel: str, os_release: str, machine: str = "x86_64") -> System:
    """Return the system for a value of `sys.platform`, the text of os-release and the processor."""
    if kernel == "darwin":
        return System(Installer.BREW, "macos", machine=machine)
    keys = parse_os_release(os_release)
    names = {keys.get("ID", ""), *keys.get("ID_LIKE", "").split()}
    installer = next((kind for kind, members in _FAMILIES if names & members), Installer.NONE)
    codename = keys.get("UBUNTU_CODENAME") or keys.get("VERSION_CODENAME", "")
    return System(installer, keys.get("ID", ""), keys.get("VERSION_ID", ""), codename, machine)


def this_system() -> System:
    """Return this host's system."""
    try:
        text = OS_RELEASE.read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    return system_of(sys.platform, text, platform.machine())


def memory() -> tuple[int, int]:
    """Return this host's total and available memory in MiB."""
    found = psutil.virtual_memory()
    return found.total // 2**20, found.available // 2**20


def packages_vagrant(system: System) -> bool:
    """Return whether the distribution packages Vagrant, and with it the plugins for libvirt and LXC.

    Debian 13 and Ubuntu 24.04 dropped it because of its licence.
    """
    return (system.id, system.version) in {
        ("debian", "11"),
        ("debian", "12"),
        ("ubuntu", "20.04"),
        ("ubuntu", "22.04"),
    }


_HASHICORP_KEY = "/usr/share/keyrings/hashicorp-archive-keyring.gpg"
_KUBERNETES = "https://pkgs.k8s.io/core:/stable:/v{minor}"
_KUBERNETES_KEY = "/etc/apt/keyrings/kubernetes-apt-keyring.gpg"
_VAGRANT_PAGE = "https://developer.hashicorp.com/vagrant/install"
_VIRTUALBOX_PAGE = "https://www.virtualbox.org/wiki/Downloads"


def _from_repository(package: str, name: str, key: str, place: str, keyring: str) -> str:
    """Return the command that adds a signed repository to apt and installs a package from it."""
    return (
        f"sudo mkdir -p {keyring.rpartition('/')[0]} && curl -fsSL {key} | sudo gpg --yes --dearmor -o {keyring} && "
        f'echo "deb [signed-by={keyring}] {place}" | sudo tee /etc/apt/sources.list.d/{name}.list && '
        f"sudo apt-get update && sudo apt-get install -y {package}"
    )


_COMMANDS: Final[Mapping[str, Mapping[Installer, str]]] = MappingProxyType(
    {
        "vagrant": {
            Installer.DNF: "sudo curl -fsSLo /etc/yum.repos.d/hashicorp.repo "
            "https://rpm.releases.hashicorp.com/{rpm}/hashicorp.repo && sudo dnf install -y vagrant",
            Installer.PACMAN: "sudo pacman -S --needed vagrant",
            Installer.ZYPPER: "sudo zypper install vagrant",
            Installer.BREW: "brew install hashicorp/tap/hashicorp-vagrant",
        },
        "virtualbox": {
            Installer.PACMAN: "sudo pacman -S --needed virtualbox virtualbox-host-dkms",
            Installer.ZYPPER: "sudo zypper install virtualbox",
            Installer.BREW: "brew install --cask virtualbox",
        },
        "libvirt": {
            Installer.APT: "sudo apt-get install -y qemu-system libvirt-daemon-system libvirt-clients dnsmasq-base",
            Installer.DNF: "sudo dnf install -y @virtualization",
            Installer.PACMAN: "sudo pacman -S --needed libvirt qemu-desktop dnsmasq",
            Installer.ZYPPER: "sudo zypper install -t pattern kvm_server kvm_tools",
        },
        "lxc": {
            Installer.APT: "sudo apt-get install -y lxc bridge-utils",
            Installer.DNF: "sudo dnf install -y lxc lxc-templates bridge-utils",
            Installer.PACMAN: "sudo pacman -S --needed lxc bridge-utils",
            Installer.ZYPPER: "sudo zypper install lxc bridge-utils",
        },
        "gpg": {
            Installer.APT: "sudo apt-get install -y gnupg",
            Installer.DNF: "sudo dnf install -y gnupg2",
            Installer.PACMAN: "sudo pacman -S --needed gnupg",
            Installer.ZYPPER: "sudo zypper install gpg2",
            Installer.BREW: "brew install gnupg",
        },
        "qemu-img": {
            Installer.APT: "sudo apt-get install -y qemu-utils",
            Installer.DNF: "sudo dnf install -y qemu-img",
            Installer.PACMAN: "sudo pacman -S --needed qemu-img",
            Installer.ZYPPER: "sudo zypper install qemu-tools",
            Installer.BREW: "brew install qemu",
        },
        "rsync": {
            Installer.APT: "sudo apt-get install -y rsync",
            Installer.DNF: "sudo dnf install -y rsync",
            Installer.PACMAN: "sudo pacman -S --needed rsync",
            Installer.ZYPPER: "sudo zypper install rsync",
        },
        "kubectl": {
            # kubernetes.io, Install and Set Up kubectl on Linux: native package management
            Installer.APT: _from_repository(
                "kubectl", "kubernetes", f"{_KUBERNETES}/deb/Release.key", f"{_KUBERNETES}/deb/ /", _KUBERNETES_KEY
            ),
            Installer.DNF: r"printf '[kubernetes]\nname=Kubernetes\nbaseurl=%s\nenabled=1\ngpgcheck=1\n"
            rf"gpgkey=%srepodata/repomd.xml.key\n' {_KUBERNETES}/rpm/ {_KUBERNETES}/rpm/ "
            "| sudo tee /etc/yum.repos.d/kubernetes.repo && sudo dnf install -y kubectl",
            Installer.PACMAN: "sudo pacman -S --needed kubectl",
            Installer.BREW: "brew install kubernetes-cli",
        },
    }
)
_PAGES: Final = MappingProxyType(
    {
        "vagrant": _VAGRANT_PAGE,
        "virtualbox": _VIRTUALBOX_PAGE,
        "vmware_desktop": "https://developer.hashicorp.com/vagrant/docs/providers/vmware/installation",
        "libvirt": "https://libvirt.org/",
        "lxc": "https://linuxcontainers.org/lxc/getting-started/",
        "gpg": "https://gnupg.org/download/",
        "qemu-img": "https://www.qemu.org/download/",
        "rsync": "https://rsync.samba.org/",
        "kubectl": "https://kubernetes.io/docs/tasks/tools/",
    }
)


def install_command(what: str, system: System, *, minor: str = "") -> str | None:
    """Return the command that installs `what` on `system`; None when one command is not enough.

    `what` is `vagrant`, `kubectl`, `gpg`, `qemu-img`, `rsync`, or the name of a provider; `minor` is the version of
    Kubernetes whose kubectl it is.
    """
    if system.installer is Installer.APT and what == "vagrant":
        return _apt_vagrant(system)
    if system.id == "ubuntu" and what == "virtualbox":
        return "sudo apt-get install -y virtualbox"
    if system.id == "ubuntu" and what == "kubectl":
        return "sudo snap install kubectl --classic"
    command = _COMMANDS.get(what, {}).get(system.installer)
    return command and command.format(rpm="fedora" if system.id == "fedora" else "RHEL", minor=minor)


def install_hint(what: str, system: System, *, minor: str = "") -> str:
    """Return one sentence on how to install `what`: this system's command, or a page with instructions."""
    command = install_command(what, system, minor=minor)
    return f"Install it: {command}" if command else f"Install it as described on {_PAGES[what]}"


def plugin_command(plugin: str, system: System) -> str:
    """Return the command that installs a Vagrant plugin."""
    if packages_vagrant(system) and plugin in {"vagrant-libvirt", "vagrant-lxc"}:
        return f"sudo apt-get install -y {plugin}"
    needs = "sudo apt-get install -y libvirt-dev ruby-dev build-essential && " if plugin == "vagrant-libvirt" else ""
    return f"{needs if system.installer is Installer.APT else ''}vagrant plugin install {plugin}"


def plugin_hint(plugin: str, system: System) -> str:
    """Return one sentence on how to install a Vagrant plugin."""
    return f"Install it: {plugin_command(plugin, system)}"


def _apt_vagrant(system: System) -> str:
    if packages_vagrant(system):
        return "sudo apt-get install -y vagrant"
    place = f"https://apt.releases.hashicorp.com {system.codename or 'bookworm'} main"
    return _from_repository("vagrant", "hashicorp", "https://apt.releases.hashicorp.com/gpg", place, _HASHICORP_KEY)
