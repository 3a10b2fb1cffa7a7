"""Vagrant's host checks: how they judge the output of programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kubetui.base.check import Check
from kubetui.base.system import Installer, System
from kubetui.machines.vagrant import checks
from kubetui.machines.vagrant.leftovers import never_started
from kubetui.machines.vagrant.packaging import stored
from kubetui.profile.plan import Plan
from kubetui.profile.schema.kinds import PROVIDERS
from kubetui.profile.schema.profile import Profile
from tests.shelf import put_box

DEBIAN = System(Installer.APT, "debian", "12", "bookworm")
PLUGINS = "vagrant-libvirt (0.11.2, system)\nvagrant-lxc (1.4.3, system)\n"


def plan(provider: str = "virtualbox", **more: Any) -> Plan:
    return Plan(Profile.model_validate({"provider": provider, **more}))


def test_a_missing_vagrant_fails_and_an_unknown_version_warns() -> None:
    assert checks.vagrant_check("Vagrant 2.4.9\n", DEBIAN) == Check("Vagrant", "ok", "Vagrant 2.4.9")
    missing = checks.vagrant_check(None, DEBIAN)
    assert (missing.status, missing.fix) == ("failed", "Install it: sudo apt-get install -y vagrant")
    assert checks.vagrant_check("noise", DEBIAN).status == "warning"


def test_a_missing_plugin_fails_and_an_unreadable_list_warns() -> None:
    assert checks.plugin_check("vagrant-lxc", PLUGINS, DEBIAN).message == "vagrant-lxc 1.4.3"
    assert checks.plugin_check("vagrant-lxc", "No plugins installed.", DEBIAN).status == "failed"
    assert checks.plugin_check("vagrant-vmware-desktop", PLUGINS, DEBIAN).status == "failed"
    assert checks.plugin_check("vagrant-lxc", None, DEBIAN).status == "warning"


def test_missing_programs_are_reported_with_their_fix() -> None:
    lxc = checks.program_check(PROVIDERS["lxc"], ["lxc-start", "brctl"], DEBIAN)
    assert lxc.message == "lxc-start and brctl are not on this host."
    assert lxc.fix == "Install it: sudo apt-get install -y lxc bridge-utils"
    assert checks.program_check(PROVIDERS["virtualbox"], [], DEBIAN).status == "ok"


def test_without_a_profile_any_provider_suffices() -> None:
    assert checks.providers_check(["lxc"]).status == "ok"
    assert checks.providers_check([]).status == "failed"


def test_a_provider_without_a_default_box_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAGRANT_HOME", str(tmp_path))
    lxc, libvirt = PROVIDERS["lxc"], PROVIDERS["libvirt"]
    (found,) = checks.default_box_check([lxc])
    assert (found.name, found.status) == ("Box", "warning")
    assert found.message.startswith("There is no default box for LXC containers")
    assert "machines.box" in found.fix
    assert checks.default_box_check([lxc, libvirt]) == checks.default_box_check([]) == ()
    put_box(tmp_path, "kubetui/debian-13", "1.0", "lxc")
    assert checks.default_box_check([lxc]) == ()


def test_invalid_provider_options_fail() -> None:
    wrong = plan("lxc", network={"options": {"lxc__bridge_name": "br0; reboot"}})
    assert checks.options_check(wrong).status == "failed"
    assert checks.options_check(plan()).status == "ok"


def test_boxes_are_found_in_both_layouts_of_vagrants_store(tmp_path: Path) -> None:
    folder = tmp_path / "boxes" / "bento-VAGRANTSLASH-ubuntu-24.04"
    for path in ("202404.26.0/virtualbox", "202502.21.0/amd64/virtualbox", "202502.21.0/arm64/vmware_desktop"):
        (folder / path).mkdir(parents=True)
        (folder / path / "metadata.json").touch()
    box = plan().box
    assert [each.version for each in stored(tmp_path, box, "virtualbox")] == ["202404.26.0", "202502.21.0"]
    assert stored(tmp_path, box, "libvirt") == ()


def test_existing_and_partly_created_machines_need_no_more_disk_space(tmp_path: Path) -> None:
    made = tmp_path / ".vagrant" / "machines" / "kubmaster" / "virtualbox" / "id"
    made.parent.mkdir(parents=True)
    made.touch()
    (tmp_path / "starting").mkdir()
    (tmp_path / "starting" / "kubnode1").touch()
    assert [machine.name for machine in never_started(tmp_path, plan().machines)] == ["kubnode2"]
