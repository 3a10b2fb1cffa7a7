"""Real Vagrant loads the Vagrantfile and reads the plan's settings from it.

No machine is started, so this holds for providers that cannot run here. VirtualBox's configuration
class is Vagrant's own; libvirt's and LXC's come from their plugins where they are installed; VMware's is
a stand-in, see data/vagrant_config.rb.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kubetui.machines.vagrant.project import vagrantfile
from kubetui.machines.vagrant.settings import machines_document
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from tests.machines.vagrant.ruby import SCRIPT, vagrants_ruby

PLUGINS = {"libvirt": "vagrant-libvirt", "lxc": "vagrant-lxc"}


Load = Callable[..., Any]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    ruby = vagrants_ruby()
    if ruby is None:
        pytest.skip("Vagrant is not installed, or its Ruby cannot be found")

    def run(document: dict[str, Any], *more: str) -> Any:
        (tmp_path / "Vagrantfile").write_text(vagrantfile(), encoding="utf-8")
        (tmp_path / "machines.json").write_text(json.dumps(document), encoding="utf-8")
        done = subprocess.run(
            [ruby, str(SCRIPT), document["provider"], *more],
            cwd=tmp_path,
            env={**os.environ, "VAGRANT_HOME": str(tmp_path / "home"), "VAGRANT_CHECKPOINT_DISABLE": "1"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return run


def document(provider: str, options: dict[str, Any] | None = None, **machines: Any) -> dict[str, Any]:
    chosen = {"workers": 1, "options": {provider: options or {}}, **machines}
    return machines_document(Plan(Profile.model_validate({"provider": provider, "machines": chosen})))


def assert_common(machines: Any) -> None:
    assert [machine["name"] for machine in machines] == ["kubmaster", "kubnode1"]
    assert [machine["hostname"] for machine in machines] == ["kubmaster", "kubnode1"]
    assert [[network["ip"] for network in machine["networks"]] for machine in machines] == [
        ["192.168.56.101"],
        ["192.168.56.102"],
    ]
    for machine in machines:
        assert [folder["disabled"] for folder in machine["synced_folders"].values()] == [True]
        assert machine["box_check_update"] is False
        assert machine["insert_key"] is True
        assert machine["errors"] == []


def test_virtualbox_settings_are_understood(load: Load) -> None:
    options = {"gui": True, "customize": [["modifyvm", ":id", "--nested-hw-virt", "on"]]}
    machines = load(document("virtualbox", options, control_plane={"memory": 4096, "cpus": 3}))
    assert_common(machines)
    master, node = (machine["settings"] for machine in machines)
    assert machines[0]["class"] == "VagrantPlugins::ProviderVirtualBox::Config"
    assert master["linked_clone"] is True
    assert master["gui"] is True
    assert master["name"] is None
    assert [command for _, command in master["customizations"]] == [
        ["modifyvm", "id", "--memory", "4096"],
        ["modifyvm", "id", "--cpus", 3],
        ["modifyvm", "id", "--nested-hw-virt", "on"],
    ]
    assert ["pre-boot", ["modifyvm", "id", "--memory", "2048"]] in node["customizations"]


def test_a_box_file_reaches_vagrant_with_its_checksum(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen: dict[str, Any] = {"box": "https://me@example.org/debian-13.box", "box_sha256": "ab" * 32}
    monkeypatch.setenv("KUBETUI_NETRC", "/private/netrc")
    for machine in load(document("virtualbox", **chosen)):
        assert machine["box"].startswith("kubetui-fetched/debian-13-")
        assert machine["box_url"] == ["https://example.org/debian-13.box"]
        assert machine["box_checksum"] == ["sha256", "ab" * 32]
        assert machine["box_options"] == ["--netrc-file", "/private/netrc"]
        assert machine["errors"] == []


def test_a_box_of_the_catalogue_has_no_other_place(load: Load) -> None:
    for machine in load(document("virtualbox", box="me/box")):
        assert machine["box_url"] is None
        assert machine["box_checksum"] == [None, ""]
        assert machine["box_options"] == []


def test_vmware_settings_load_without_its_plugin(load: Load) -> None:
    machines = load(document("vmware_desktop", {"gui": True}))
    assert_common(machines)
    assert machines[0]["class"] == "Vagrant::Config::V2::DummyConfig"
    assert machines[0]["settings"] == {"memory": 2048, "cpus": 2, "linked_clone": True, "gui": True}


def test_vmware_settings_are_understood_by_a_stand_in_for_its_plugin(load: Load) -> None:
    machines = load(document("vmware_desktop", {"vmx": {"vhv.enable": "TRUE"}}, memory=3072), "stand-in")
    assert_common(machines)
    settings = machines[0]["settings"]
    assert settings["vmx"] == {"memsize": "3072", "numvcpus": "2", "vhv.enable": "TRUE"}
    assert settings["linked_clone"] is True


def test_libvirt_settings_are_understood(load: Load) -> None:
    options = {
        "driver": "qemu",
        "storage": [["file", {"size": "20G"}]],
        "memorybacking": [["access", {"mode": "shared"}]],
    }
    machines = load(document("libvirt", options))
    assert_common(machines)
    settings = machines[0]["settings"]
    assert (settings["memory"], settings["cpus"], settings["driver"]) == (2048, 2, "qemu")
    if machines[0]["class"].endswith("DummyConfig"):
        pytest.skip("vagrant-libvirt is not installed: only the setters were looked at")
    assert [disk["size"] for disk in settings["disks"]] == ["20G"]
    assert settings["memory_backing"] == [{"name": "access", "config": {"mode": "shared"}}]


def test_lxc_settings_are_understood(load: Load) -> None:
    machines = load(document("lxc", {"customize": [["cgroup.cpuset.cpus", "0"]]}, box_version="1.2.3"))
    assert_common(machines)
    assert machines[1]["settings"]["container_name"] == "lab-kubnode1"
    assert machines[1]["networks"][0]["lxc__bridge_name"] == "vlxcbr56"
    assert machines[1]["box_version"] == "1.2.3"
    if machines[0]["class"].endswith("DummyConfig"):
        pytest.skip("vagrant-lxc is not installed: only the setters were looked at")
    assert machines[1]["settings"]["customizations"] == [["cgroup.cpuset.cpus", "0"]]


def test_an_unknown_setting_is_named(load: Load) -> None:
    found = load(document("virtualbox", {"memroy": 1}))
    assert found["error"] == (
        "kubetui: the provider virtualbox has no setting 'memroy'. Correct machines.options.virtualbox in the profile."
    )


def test_a_method_is_not_a_setting(load: Load, tmp_path: Path) -> None:
    found = load(document("virtualbox", {"instance_eval": "File.write('canary', '')"}))
    assert "has no setting 'instance_eval'" in found["error"]
    assert not (tmp_path / "canary").exists()


def test_an_invalid_setting_name_is_refused(load: Load, tmp_path: Path) -> None:
    hostile = document("virtualbox")
    hostile["machines"][0]["settings"]["x; `touch canary`"] = 1
    assert "is no name of a setting" in load(hostile)["error"]
    assert not (tmp_path / "canary").exists()


def test_an_invalid_value_is_reported(load: Load) -> None:
    found = load(document("virtualbox", {"customize": ["modifyvm"]}))
    assert "the provider virtualbox does not take this value for 'customize'" in found["error"]


HOSTILE = (
    '"; File.write("canary", ""); "',
    '#{File.write("canary", "")}',
    "`touch canary`",
    "'); system('touch canary') #",
    "a\nFile.write('canary', '')\nb",
    "<%= File.write('canary', '') %>",
    "\\x00 ü \u202e",
)


def test_hostile_text_stays_text(load: Load, tmp_path: Path) -> None:
    hostile = document("virtualbox", workers=len(HOSTILE) - 1)
    for machine, text in zip(hostile["machines"], HOSTILE, strict=True):
        machine |= {"box": text, "network": {"virtualbox__bridge": text}}
        machine["settings"] |= {"name": text, "default_nic_type": text}
    for machine, text in zip(load(hostile), HOSTILE, strict=True):
        assert machine["box"] == text
        assert machine["settings"]["name"] == text
        assert machine["networks"][0]["virtualbox__bridge"] == text
    assert not (tmp_path / "canary").exists()


def test_hostile_versions_and_names_are_errors(load: Load, tmp_path: Path) -> None:
    hostile = document("virtualbox")
    hostile["machines"][0] |= {"name": HOSTILE[1], "box_version": HOSTILE[1]}
    assert "error" in load(hostile)
    assert not (tmp_path / "canary").exists()
