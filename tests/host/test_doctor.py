"""What the doctor makes of a host's texts and numbers, and that asking the real host is quick and harmless."""

from __future__ import annotations

import asyncio
import shutil
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest

from kubetui.base.system import Installer, System, install_command, install_hint, plugin_hint, system_of
from kubetui.host import checks as hostchecks
from kubetui.host import doctor
from kubetui.host.checks import Check, blocking
from kubetui.machines.vagrant.project import VagrantProject
from kubetui.machines.vagrant.settings import machines_document
from kubetui.profile.plan import Plan
from kubetui.profile.rules.ranges import Problem
from kubetui.profile.schema.kinds import PROVIDERS
from kubetui.profile.schema.profile import Profile

DEBIAN = System(Installer.APT, "debian", "12", "bookworm")
TRIXIE = System(Installer.APT, "debian", "13", "trixie")
UBUNTU = System(Installer.APT, "ubuntu", "24.04", "noble")
FEDORA = System(Installer.DNF, "fedora", "43")
MAC = System(Installer.BREW, "macos", machine="arm64")
PLUGINS = "vagrant-libvirt (0.11.2, system)\nvagrant-lxc (1.4.3, system)\n"
GIB = 1024**3


def plan(provider: str = "virtualbox", **more: Any) -> Plan:
    return Plan(Profile.model_validate({"provider": provider, **more}))


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
    assert system_of("win32", "").installer is Installer.WINGET


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


def test_vagrant_from_its_makers_where_the_distribution_has_none() -> None:
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


def test_plugins_come_from_where_vagrant_came_from() -> None:
    assert plugin_hint("vagrant-lxc", DEBIAN) == "Install it: sudo apt-get install -y vagrant-lxc"
    assert plugin_hint("vagrant-lxc", FEDORA) == "Install it: vagrant plugin install vagrant-lxc"
    assert plugin_hint("vagrant-libvirt", UBUNTU).endswith("&& vagrant plugin install vagrant-libvirt")


def test_vagrant() -> None:
    assert hostchecks.vagrant_check("Vagrant 2.4.9\n", DEBIAN) == Check("Vagrant", "ok", "Vagrant 2.4.9")
    missing = hostchecks.vagrant_check(None, DEBIAN)
    assert (missing.status, missing.fix) == ("failed", "Install it: sudo apt-get install -y vagrant")
    assert hostchecks.vagrant_check("noise", DEBIAN).status == "warning"


def test_plugins() -> None:
    assert hostchecks.plugin_check("vagrant-lxc", PLUGINS, DEBIAN).message == "vagrant-lxc 1.4.3"
    assert hostchecks.plugin_check("vagrant-lxc", "No plugins installed.", DEBIAN).status == "failed"
    assert hostchecks.plugin_check("vagrant-vmware-desktop", PLUGINS, DEBIAN).status == "failed"
    assert hostchecks.plugin_check("vagrant-lxc", None, DEBIAN).status == "warning"


def test_programs() -> None:
    lxc = hostchecks.program_check(PROVIDERS["lxc"], ["lxc-start", "brctl"], DEBIAN)
    assert lxc.message == "lxc-start and brctl are not on this host."
    assert lxc.fix == "Install it: sudo apt-get install -y lxc bridge-utils"
    assert hostchecks.program_check(PROVIDERS["virtualbox"], [], DEBIAN).status == "ok"
    hyperv = hostchecks.program_check(PROVIDERS["hyperv"], [], DEBIAN)
    assert (hyperv.status, "part of Windows" in hyperv.message) == ("failed", True)


def test_without_a_profile_any_provider_will_do() -> None:
    assert hostchecks.providers_check(["lxc"]).status == "ok"
    assert hostchecks.providers_check([]).status == "failed"


def test_memory() -> None:
    machines = plan().machines
    check = hostchecks.memory_check
    assert check(plan(), machines, 16000, 12000) == Check(
        "Memory", "ok", "12000 MiB are free of 16000, 6144 are planned"
    )
    assert check(plan(), machines, 16000, 4000).status == "warning"
    assert check(plan(), machines, 6000, 5000).status == "failed"
    assert check(plan(), [], 6000, 500).status == "ok"
    assert check(plan("lxc"), machines, 2048, 2000).status == "warning"
    assert check(plan(), machines, None, None).status == "warning"


def test_cpus() -> None:
    large = {"cpus": 8}
    assert hostchecks.cpu_check(plan(), 2).status == "ok"
    assert hostchecks.cpu_check(plan(machines=large), 4).message == (
        "kubmaster is planned with 8 CPUs, and this host has 4."
    )
    assert hostchecks.cpu_check(plan(machines=large), 4).status == "failed"
    assert hostchecks.cpu_check(plan("libvirt", machines=large), 4).status == "warning"
    assert hostchecks.cpu_check(plan("lxc"), 1).status == "failed"
    assert hostchecks.cpu_check(plan("lxc", machines=large), 2).status == "ok"
    assert hostchecks.cpu_check(plan(), None).status == "warning"


@pytest.mark.parametrize(
    ("free", "machines", "status"), [(20, 3, "ok"), (10, 3, "warning"), (5, 3, "failed"), (0, 0, "ok")]
)
def test_disk(free: int, machines: int, status: str) -> None:
    assert hostchecks.disk_check("/somewhere", free * GIB, machines).status == status


@pytest.mark.parametrize(
    ("modules", "release", "at_load", "status"),
    [
        ("", "6.18.0", None, None),
        ("kvm 1 0\nkvm_intel 1 0 - Live\n", "6.1.0-40-amd64", None, "ok"),
        ("kvm_intel 1 0 - Live\n", "6.12.3-generic", "Y\n", "warning"),
        ("kvm_amd 1 0 - Live\n", "7.0.1", None, "warning"),
        ("kvm_amd 1 0 - Live\n", "6.14.0", "N\n", "ok"),
    ],
)
def test_kvm(modules: str, release: str, at_load: str | None, status: str | None) -> None:
    check = hostchecks.kvm_check(modules, release, at_load)
    assert (check and check.status) == status
    if status == "warning":
        assert check is not None
        assert "kvm.enable_virt_at_load=0" in check.fix


def test_virtualbox_on_arm64() -> None:
    check = hostchecks.virtualbox_arm_check
    assert check("x86_64", "7.0.20r163906") is None
    assert check("arm64", None) is None
    old, new = check("arm64", "7.1.4r165100"), check("aarch64", "7.2.0r170228")
    assert (old and old.status, new and new.status) == ("failed", "ok")


def test_meminfo() -> None:
    text = "MemTotal:       24684420 kB\nMemFree:        1 kB\nMemAvailable:   23404000 kB\n"
    assert hostchecks.memory_of(text) == (24105, 22855)
    assert hostchecks.memory_of("nothing") == (None, None)


def test_only_failures_block() -> None:
    checks = (Check("a", "ok", ""), Check("b", "warning", ""), Check("c", "failed", ""))
    assert blocking(checks) == (checks[2],)


def test_addresses() -> None:
    problem = Problem(("network", "pod_cidr"), "The pods overlap.", "Choose others.")
    assert hostchecks.range_checks([problem]) == (Check("Addresses", "failed", "The pods overlap.", "Choose others."),)
    assert hostchecks.range_checks([])[0].status == "ok"
    assert hostchecks.in_use_check([], 0) is None
    used = hostchecks.in_use_check([IPv4Address("192.168.56.101")], 3)
    assert used is not None
    assert (used.status, "192.168.56.101 answers already" in used.message) == ("failed", True)


def test_options_that_cannot_be_passed_on_fail() -> None:
    wrong = plan("lxc", network={"options": {"lxc__bridge_name": "br0; reboot"}})
    assert hostchecks.options_check(wrong).status == "failed"
    assert hostchecks.options_check(plan()).status == "ok"


def test_boxes_of_both_layouts_are_found(tmp_path: Path) -> None:
    folder = tmp_path / "boxes" / "bento-VAGRANTSLASH-ubuntu-24.04"
    for path in ("202404.26.0/virtualbox", "202502.21.0/amd64/virtualbox", "202502.21.0/arm64/vmware_desktop"):
        (folder / path).mkdir(parents=True)
        (folder / path / "metadata.json").touch()
    assert doctor.box_versions(plan(), tmp_path) == ("202404.26.0", "202502.21.0")
    assert doctor.box_versions(plan("libvirt"), tmp_path) == ()


async def test_an_address_is_in_use_when_something_answers_or_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    here = IPv4Address("127.0.0.1")
    assert await doctor.answers_at(here, port)
    server.close()
    await server.wait_closed()
    assert await doctor.answers_at(here, port)

    async def unreachable(*_: Any) -> None:
        raise OSError(113, "No route to host")

    async def silent(*_: Any) -> None:
        await asyncio.sleep(60)

    for nobody in (unreachable, silent):
        monkeypatch.setattr(asyncio, "open_connection", nobody)
        assert not await doctor.answers_at(here, port)


def test_machines_that_exist_count_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    folder = tmp_path / "kubetui" / "clusters" / "lab"
    made = folder / ".vagrant" / "machines" / "kubmaster" / "virtualbox" / "id"
    made.parent.mkdir(parents=True)
    made.touch()
    (folder / "starting").mkdir()
    (folder / "starting" / "kubnode1").touch()
    assert [machine.name for machine in doctor._missing(plan())] == ["kubnode2"]


def test_an_address_of_the_clusters_own_machine_may_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    folder = tmp_path / "kubetui" / "clusters" / "lab"
    (folder / ".vagrant/machines/kubmaster/virtualbox").mkdir(parents=True)
    (folder / ".vagrant/machines/kubmaster/virtualbox/id").touch()
    VagrantProject(folder).write(machines_document(plan()))
    renamed = plan(machines={"control_plane_name": "first"})
    asked = doctor._strange(renamed, doctor._missing(renamed))
    assert list(map(str, asked)) == ["192.168.56.102", "192.168.56.103"]
    (folder / "machines.json").write_text("{")
    assert len(doctor._strange(renamed, doctor._missing(renamed))) == 3


async def test_a_host_without_anything_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    failed = {check.name for check in blocking(await doctor.examine(plan("lxc")))}
    assert {"Vagrant", "LXC containers"} <= failed
    assert "vagrant-lxc" not in failed
    assert {"Vagrant", "Providers"} <= {check.name for check in blocking(await doctor.examine(None))}
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240


@pytest.mark.skipif(shutil.which("vagrant") is None, reason="Vagrant is not installed")
async def test_this_host_is_examined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    for provider in (None, *PROVIDERS):
        checks = await doctor.examine(plan(provider) if provider else None)
        assert checks[0].name == {"rehearsal": "Rehearsal", "hosts": checks[0].name}.get(provider or "", "Vagrant")
        assert all(check.fix for check in checks if check.status == "failed")
        assert not any("!" in check.message + check.fix for check in checks)
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240
