"""A cluster saved at one moment, damaged, and brought back: the same one as before, wherever either was cut off."""

from __future__ import annotations

import json
import signal
from contextlib import suppress
from typing import Any

import pytest

from tests.e2e.cloud import build
from tests.e2e.conftest import Lab, Maker
from tests.e2e.faults import Container
from tests.e2e.mutations import differences
from tests.e2e.running import running
from tests.e2e.test_power import identity, proven

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

NETWORK = {"first_address": "10.88.0.101", "options": {"lxc__bridge_name": "vlxcsnap"}}
PURGE = "apt-get purge -y --allow-change-held-packages kubelet kubeadm containerd.io"
DAMAGES = {
    "etcd's files": ("kubmaster", "rm -rf /var/lib/etcd/member; pkill --exact etcd"),
    "/etc/kubernetes": ("kubmaster", "rm -rf /etc/kubernetes"),
    "a node reset": ("kubnode1", "kubeadm reset --force; rm -rf /var/lib/kubelet/pki"),
    "packages removed": ("kubnode1", f"{PURGE}; rm -rf /opt/cni /etc/containerd"),
}
WHOLE = "good"
"""The label of the snapshot that these tests come back to."""


def saved(lab: Lab) -> list[dict[str, Any]]:
    found = json.loads(lab.kubetui("snapshot", "list", lab.name, "--json"))["snapshots"]
    assert isinstance(found, list)
    return found


def labels(lab: Lab) -> list[str]:
    return [each["label"] for each in saved(lab)]


def states(lab: Lab) -> set[str]:
    """Return the states of a lab's containers, in LXC's words."""
    return {
        lab.run("lxc-info", "--name", Container(lab, machine).name, "--state", "--no-humanize").strip()
        for machine in lab.machines()
    }


def copies(lab: Lab) -> set[str]:
    """Return the names in the folders of a lab's copies, and of what a restore made beside them."""
    found = ""
    for machine in ("kubmaster", "kubnode1"):
        home = f"/var/lib/lxc/{Container(lab, machine).name}"
        found += lab.run("bash", "-c", f"ls -A {home}/kubetui-snapshots 2>/dev/null; ls {home}")
    return set(found.split()) - {"config", "config.backup", "rootfs", "kubetui-snapshots"}


def assert_back(lab: Lab, before: dict[str, Any]) -> None:
    """Check that a cluster is the one that was saved, as planned, and works; and that `mark` is what it was."""
    assert identity(lab) == before
    assert lab.kubectl("get", "configmap", "mark", "-o", "jsonpath={.data.when}") == "before"
    assert differences(lab) == set()
    proven(lab)


def marked(lab: Lab, when: str) -> None:
    lab.kubectl("delete", "configmap", "mark", "--ignore-not-found")
    lab.kubectl("create", "configmap", "mark", f"--from-literal=when={when}")


@pytest.fixture(scope="module")
def lab(make: Maker) -> Lab:
    lab = make("snap", machines={"workers": 1}, network=NETWORK)
    lab.up()
    marked(lab, "before")
    lab.kubetui("snapshot", "save", lab.name, WHOLE)
    marked(lab, "after")
    return lab


def test_what_was_damaged_is_as_it_was_saved(lab: Lab) -> None:
    before = identity(lab)
    assert labels(lab) == [WHOLE]
    for machine, script in DAMAGES.values():
        Container(lab, machine).inside(f"({script}) >/dev/null 2>&1 || :")
    assert differences(lab) >= {("kubmaster", "init"), ("kubnode1", "join"), ("kubnode1", "kubernetes")}
    said = lab.kubetui("snapshot", "restore", lab.name, WHOLE, "--yes")
    assert "its machines are brought back" in said
    assert "is ready" in said
    assert_back(lab, before)
    assert lab.kubetui("diff", lab.name) == f"{lab.name} is as planned.\n"
    assert copies(lab) == {WHOLE}


def test_another_copy_takes_little_and_goes_whole(lab: Lab) -> None:
    lab.kubetui("snapshot", "save", lab.name, "second")
    second, first = saved(lab)
    assert (second["label"], first["label"]) == ("second", WHOLE)
    assert second["bytes"] < first["bytes"] / 2
    proven(lab)
    assert "has a snapshot second" in lab.refused(*lab.command("snapshot", "save", lab.name, "second"))
    lab.kubetui("snapshot", "remove", lab.name, "second", "--yes")
    assert labels(lab) == [WHOLE]
    assert copies(lab) == {WHOLE}


def cut_at(lab: Lab, number: int, *command: str) -> bool:
    """Kill a command right after it has called its program of this number; return whether its first run has so many."""
    with running(lab, *command, killed=True) as run:
        called = 0
        for event in run:
            called += event["event"] == "CommandStarted"
            if called > number or event["event"] == "RunFinished":
                with suppress(ProcessLookupError):
                    run.signal(signal.SIGKILL)
                break
        run.end()
    return called > number


def test_a_save_that_was_killed_leaves_nothing_that_looks_whole(lab: Lab) -> None:
    frozen = 0
    # each of its programs, one more every time
    for number in range(40):
        if not cut_at(lab, number, "snapshot", "save", lab.name, "cut"):
            break
        frozen += "FROZEN" in states(lab)
        assert labels(lab) == [WHOLE]
    assert number > 8
    assert frozen
    assert "cut" in labels(lab)
    assert states(lab) == {"RUNNING"}
    assert copies(lab) == {WHOLE, "cut"}
    lab.kubetui("snapshot", "remove", lab.name, "cut", "--yes")
    assert copies(lab) == {WHOLE}
    lab.kubetui("start", lab.name)
    proven(lab)


def test_a_frozen_cluster_is_started(lab: Lab) -> None:
    with running(lab, "snapshot", "save", lab.name, "cut", killed=True) as run:
        assert any(each.get("text", "").startswith("lxc-freeze") for each in run)
        run.signal(signal.SIGKILL)
        run.end()
    assert "FROZEN" in states(lab)
    assert "is ready" in lab.kubetui("start", lab.name)
    assert copies(lab) == {WHOLE}


def test_a_restore_that_was_killed_goes_on(lab: Lab) -> None:
    before = identity(lab)
    marked(lab, "after")
    command = ("snapshot", "restore", lab.name, WHOLE, "--yes")
    # each of its programs, one more every time; those of `up` would follow
    for number in range(40):
        if not cut_at(lab, number, *command):
            break
        refused = lab.refused(*lab.command("start", lab.name))
        assert "SNAPSHOT-PENDING" in refused
        assert f"kubetui snapshot restore {lab.name} {WHOLE}" in refused
    assert number > 9
    lab.kubetui(*command)
    assert_back(lab, before)
    assert copies(lab) == {WHOLE}


def test_other_machines_are_not_brought_back(lab: Lab) -> None:
    lab.kubetui("node", "add", lab.name, "--yes")
    refused = lab.refused(*lab.command("snapshot", "restore", lab.name, WHOLE, "--yes"))
    assert "added since then: kubnode2" in refused
    lab.kubetui("node", "remove", lab.name, "kubnode2", "--yes")


def test_two_at_once_are_refused(lab: Lab) -> None:
    with running(lab, "snapshot", "save", lab.name, "one") as run:
        assert run.until(("CommandStarted",), "save")
        assert "is working on" in lab.refused(*lab.command("snapshot", "save", lab.name, "two"))
        assert run.end() == 0
    lab.kubetui("snapshot", "remove", lab.name, "one", "--yes")


def test_copies_go_with_their_cluster(lab: Lab) -> None:
    lab.kubetui("destroy", lab.name, "--yes")
    assert not lab.run("bash", "-c", f"ls -d /var/lib/lxc/{lab.name}-* 2>/dev/null || :").strip()


def test_checkpoints_of_a_build_are_gone_back_to(fresh: Maker) -> None:
    lab = fresh("snapck", machines={"workers": 1}, network=NETWORK)
    lab.kubetui("up", str(lab.profile), "--yes", "--checkpoints")
    made = [each["after"] for each in reversed(saved(lab))]
    assert made[0] == "start"
    assert made.index("images") < made.index("init") < made.index("join")
    said = lab.kubetui("snapshot", "restore", lab.name, "--before", "init", "--yes")
    assert f"Go on with: kubetui start {lab.name}" in said
    assert (
        lab.on("kubmaster", "ls /etc/kubernetes/admin.conf /var/lib/etcd/member 2>/dev/null || echo none").strip()
        == "none"
    )
    assert ("kubmaster", "init") in differences(lab)
    lab.kubetui("start", lab.name)
    proven(lab)
    lab.kubetui("destroy", lab.name, "--yes")


@pytest.mark.virtualbox
def test_virtualbox_is_asked_for_a_snapshot_of_each_machine(fresh: Maker) -> None:
    """Its machines are played by containers, whose files no snapshot holds: this shows calls and the tree alone."""
    lab = fresh("snapvb", machines={"workers": 1})
    lab.up()
    lab.kubetui("snapshot", "save", lab.name, "one")
    for machine in lab.machines():
        number = (lab.folder / ".vagrant" / "machines" / machine / "virtualbox" / "id").read_text()
        tree = lab.run("VBoxManage", "snapshot", number, "list", "--machinereadable")
        assert 'SnapshotName="kubetui-one"' in tree
    said = lab.kubetui("snapshot", "restore", lab.name, "one", "--yes", "--verbose")
    for machine in lab.machines():
        assert f"vagrant snapshot restore {machine} kubetui-one" in said
    lab.kubetui("snapshot", "remove", lab.name, "one", "--yes")
    for machine in lab.machines():
        assert "kubetui-one" not in lab.run("vagrant", "snapshot", "list", machine, "--no-tty", cwd=lab.folder)
    lab.kubetui("destroy", lab.name, "--yes")


@pytest.mark.vm
def test_virtual_machines_come_back_and_ten_snapshots_take_less_than_ten_copies(make: Maker) -> None:
    lab = make("snapvm")
    build(lab, "libvirt")
    lab.kubetui("up", str(lab.profile), "--yes", timeout=3000)
    before = identity(lab)
    marked(lab, "before")
    lab.kubetui("stop", lab.name)
    one = disks(lab)
    for number in range(10):
        lab.kubetui("snapshot", "save", lab.name, f"s{number}")
    assert disks(lab) - one < one
    lab.kubetui("start", lab.name, timeout=3000)
    lab.on("vmmaster", "rm -rf /etc/kubernetes /var/lib/etcd/member")
    lab.kubetui("snapshot", "restore", lab.name, "s9", "--yes", timeout=3000)
    assert_back(lab, before)
    lab.kubetui("destroy", lab.name, "--yes")


def disks(lab: Lab) -> int:
    """Return the bytes that the disks of a lab's virtual machines take."""
    return sum(
        int(lab.run("bash", "-c", f"du --block-size=1 /var/lib/libvirt/images/{lab.name}_{machine}*.img | cut -f1"))
        for machine in lab.machines()
    )
