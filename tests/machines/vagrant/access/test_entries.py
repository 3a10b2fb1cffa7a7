"""Ports, folders and disks in machines.json, and what real Vagrant reads from it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from kubetui.machines.vagrant.project import vagrantfile
from kubetui.machines.vagrant.settings import machines_document
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from tests.machines.vagrant.ruby import SCRIPT, vagrants_ruby

KEYS = ["name", "box", "box_version", "address", "network", "settings"]
PORT = {"host": 8080, "machine": "kubnode1", "to": 30080}
WRITTEN = {"host_ip": "127.0.0.1", "host": 8080, "guest": 30080, "auto_correct": False}


def document(provider: str, **machines: Any) -> dict[str, Any]:
    return machines_document(
        Plan(Profile.model_validate({"provider": provider, "machines": {"workers": 1, **machines}}))
    )


def entries(provider: str, **machines: Any) -> list[dict[str, Any]]:
    return [{key: each[key] for key in each if key not in KEYS} for each in document(provider, **machines)["machines"]]


@pytest.mark.parametrize("provider", ["virtualbox", "libvirt", "vmware_desktop", "lxc", "rehearsal"])
def test_a_plan_without_them_says_nothing_of_them(provider: str) -> None:
    assert all(list(each) == KEYS for each in document(provider)["machines"])


def test_virtualbox_gets_ports_copied_folders_and_disks() -> None:
    folders = [{"host": "/my data", "guest": "/srv/data"}]
    disks = {"disks": [{"size": "10 GiB"}, {"size": 64}]}
    copied = {
        "host": "/my data",
        "guest": "/srv/data",
        "options": {"type": "rsync", "rsync__args": ["--verbose", "--archive", "--compress", "--copy-links"]},
    }
    assert entries("virtualbox", ports=[PORT], folders=folders, worker=disks) == [
        {"folders": [copied]},
        {
            "ports": [WRITTEN],
            "folders": [copied],
            "disks": [{"name": "extra1", "size": 10 * 2**30}, {"name": "extra2", "size": 64 * 2**20}],
        },
    ]


def test_libvirt_and_lxc_are_told_by_their_plugins_calls_before_the_profiles_own() -> None:
    own = [["file", {"size": "20G"}]]
    made = document("libvirt", disks=[{"size": 1024}], options={"libvirt": {"storage": own}})["machines"][0]
    assert made["settings"]["storage"] == [["file", {"size": "1024M"}], *own]
    assert list(made) == KEYS
    folders = [{"host": "/my data", "guest": "/srv/data"}, {"host": "/x", "guest": "/srv/x", "writable": True}]
    options = {"lxc": {"customize": [["cgroup.cpuset.cpus", "0"]]}}
    made = document("lxc", folders=folders, options=options)["machines"][0]
    assert made["settings"]["customize"] == [
        ["mount.entry", r"/my\040data srv/data none bind,create=dir,ro 0 0"],
        ["mount.entry", "/x srv/x none bind,create=dir 0 0"],
        ["cgroup.cpuset.cpus", "0"],
    ]
    assert list(made) == KEYS


def test_a_rehearsal_has_none() -> None:
    folders = [{"host": "/x", "guest": "/srv/x"}]
    assert entries("rehearsal", ports=[PORT], folders=folders, disks=[{"size": 64}]) == [{}, {}]


def loaded(place: Path, written: dict[str, Any], *words: str, **environment: str) -> list[dict[str, Any]]:
    """Return what Vagrant makes of machines.json, as if its command had these words."""
    ruby = vagrants_ruby()
    if ruby is None:
        pytest.skip("Vagrant is not installed, or its Ruby cannot be found")
    (place / "Vagrantfile").write_text(vagrantfile(), encoding="utf-8")
    (place / "machines.json").write_text(json.dumps(written), encoding="utf-8")
    done = subprocess.run(
        [ruby, str(SCRIPT), written["provider"], *words],
        cwd=place,
        env={**os.environ, "VAGRANT_HOME": str(place / "home"), "VAGRANT_CHECKPOINT_DISABLE": "1", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    machines = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(machines, list), machines
    return machines


def folders_of(machine: dict[str, Any]) -> dict[str, Any]:
    return {path: each for path, each in machine["synced_folders"].items() if not each.get("disabled")}


def test_vagrant_reads_ports_and_folders(tmp_path: Path) -> None:
    data = tmp_path / "my data"
    data.mkdir()
    written = document("virtualbox", ports=[PORT], folders=[{"host": str(data), "guest": "/srv/data"}])
    master, node = loaded(tmp_path, written)
    assert master["ports"] == []
    (port,) = node["ports"]
    assert {name: port[name] for name in WRITTEN} == WRITTEN
    (folder,) = folders_of(node).values()
    assert (folder["type"], folder["hostpath"], folder["guestpath"]) == ("rsync", str(data), "/srv/data")
    assert "--delete" not in folder["rsync__args"]
    assert master["errors"] == node["errors"] == []


def test_a_folder_that_is_gone_is_only_missed_by_a_start(tmp_path: Path) -> None:
    written = document("virtualbox", folders=[{"host": str(tmp_path / "gone"), "guest": "/srv/data"}])
    assert [folders_of(each) for each in loaded(tmp_path, written, "destroy")] == [{}, {}]
    assert all(folders_of(each) for each in loaded(tmp_path, written, "up"))
    assert all(folders_of(each) for each in loaded(tmp_path, written, "reload"))


def test_disks_are_vagrants_business_only_while_the_machine_is_made(tmp_path: Path) -> None:
    written = document("virtualbox", disks=[{"size": "1 GiB"}])
    making = {"KUBETUI_DISKS": "1", "VAGRANT_EXPERIMENTAL": "disks"}
    disk = {"type": "disk", "name": "extra1", "size": 2**30, "primary": False}
    found = [each["disks"] for each in loaded(tmp_path, written, "up", **making)]
    assert found == [[{**disk, "primary": found[0][0]["primary"]}]] * 2
    assert found[0][0]["primary"] is not True
    assert [each["disks"] for each in loaded(tmp_path, written, "up", VAGRANT_EXPERIMENTAL="disks")] == [[], []]
