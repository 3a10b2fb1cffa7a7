"""Systems are recognised, and every program has an install hint for each of them."""

from __future__ import annotations

import subprocess

import pytest

from kubetui.base.system import Installer, System, install_command, install_hint, plugin_hint, system_of
from kubetui.profile.schema.kinds import PROVIDERS

DEBIAN = System(Installer.APT, "debian", "12", "bookworm")
TRIXIE = System(Installer.APT, "debian", "13", "trixie")
UBUNTU = System(Installer.APT, "ubuntu", "24.04", "noble")
FEDORA = System(Installer.DNF, "fedora", "43")
MAC = System(Installer.BREW, "macos", machine="arm64")
OS_RELEASE = {
    "debian": ('ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n', DEBIAN),
    "mint": (
        'ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_ID="22"\nVERSION_CODENAME=wilma\nUBUNTU_CODENAME=noble\n',
        System(Installer.APT, "linuxmint", "22", "noble"),
    ),
    "rocky": (
        'ID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.5"\n',
        System(Installer.DNF, "rocky", "9.5"),
    ),
    "arch": ("ID=arch\n", System(Installer.PACMAN, "arch")),
    "suse": ('ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', System(Installer.ZYPPER, "opensuse-leap")),
    "unknown": ("ID=plan9\n", System(Installer.NONE, "plan9")),
    "none": ("", System(Installer.NONE)),
    "broken": ("\x00\nID\n=x\nID='debian'\n", System(Installer.APT, "debian")),
}


@pytest.mark.parametrize("name", OS_RELEASE)
def test_the_system_is_recognised(name: str) -> None:
    text, expected = OS_RELEASE[name]
    assert system_of("linux", text) == expected


def test_systems_without_os_release() -> None:
    assert system_of("darwin", "", "arm64") == MAC


@pytest.mark.parametrize(
    ("what", "system", "expected"),
    [
        ("vagrant", DEBIAN, "sudo apt-get install -y vagrant"),
        ("vagrant", MAC, "brew install hashicorp/tap/hashicorp-vagrant"),
        ("virtualbox", UBUNTU, "sudo apt-get install -y virtualbox"),
        ("virtualbox", MAC, "brew install --cask virtualbox"),
        ("virtualbox", DEBIAN, None),
        ("lxc", DEBIAN, "sudo apt-get install -y lxc bridge-utils"),
        ("libvirt", FEDORA, "sudo dnf install -y @virtualization"),
        ("kubectl", UBUNTU, "sudo snap install kubectl --classic"),
        ("kubectl", MAC, "brew install kubernetes-cli"),
        ("vagrant", System(Installer.NONE), None),
    ],
)
def test_install_commands(what: str, system: System, expected: str | None) -> None:
    assert install_command(what, system) == expected


def test_vagrant_comes_from_hashicorp_when_the_distribution_lacks_it() -> None:
    for system, suite in ((TRIXIE, "trixie"), (UBUNTU, "noble")):
        command = install_command("vagrant", system) or ""
        assert f"https://apt.releases.hashicorp.com {suite} main" in command
        assert "signed-by=" in command
    assert "rpm.releases.hashicorp.com/fedora/" in (install_command("vagrant", FEDORA) or "")
    rocky = System(Installer.DNF, "rocky", "9.5")
    assert "rpm.releases.hashicorp.com/RHEL/" in (install_command("vagrant", rocky) or "")


def test_every_provider_has_a_hint_everywhere() -> None:
    for what in (
        "vagrant",
        "kubectl",
        *(kind.name for kind in PROVIDERS.values() if kind.makes_machines and not kind.rehearsal),
    ):
        for system in (DEBIAN, UBUNTU, FEDORA, MAC, System(Installer.NONE)):
            assert install_hint(what, system).startswith("Install it")


def test_plugins_come_from_the_same_source_as_vagrant() -> None:
    assert plugin_hint("vagrant-lxc", DEBIAN) == "Install it: sudo apt-get install -y vagrant-lxc"
    assert plugin_hint("vagrant-lxc", FEDORA) == "Install it: vagrant plugin install vagrant-lxc"
    assert plugin_hint("vagrant-libvirt", UBUNTU).endswith("&& vagrant plugin install vagrant-libvirt")


def test_kubectl_comes_from_the_repository_of_its_minor_version() -> None:
    for system, ending in ((DEBIAN, "sudo apt-get install -y kubectl"), (FEDORA, "sudo dnf install -y kubectl")):
        command = install_command("kubectl", system, minor="1.37") or ""
        assert "https://pkgs.k8s.io/core:/stable:/v1.37/" in command
        assert command.endswith(ending)
        assert subprocess.run(["bash", "-n", "-c", command], check=False).returncode == 0
    printed = (install_command("kubectl", FEDORA, minor="1.37") or "").partition(" | ")[0]
    text = subprocess.run(["bash", "-c", printed], check=True, capture_output=True, text=True).stdout
    assert text.splitlines()[2:] == [
        "baseurl=https://pkgs.k8s.io/core:/stable:/v1.37/rpm/",
        "enabled=1",
        "gpgcheck=1",
        "gpgkey=https://pkgs.k8s.io/core:/stable:/v1.37/rpm/repodata/repomd.xml.key",
    ]
