"""A cluster that is saved, lost with all its machines, and made again from the file: every object as it was."""

from __future__ import annotations

import json
import random
import signal
import stat
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubetui.cluster import backup
from tests.e2e.conftest import Lab, Maker
from tests.e2e.faults import Container
from tests.e2e.record import BACKENDS, ENDPOINT, balanced
from tests.e2e.running import running
from tests.e2e.test_nodes import full, members, serve
from tests.e2e.test_power import proven
from tests.e2e.test_up import nodes

pytestmark = pytest.mark.e2e

MANY = 1000
Objects = dict[tuple[str, str, str], Any]
KEPT = ("configmaps", "secrets", "serviceaccounts", "roles", "rolebindings", "clusterroles", "clusterrolebindings")
"""Kinds that nothing in a cluster writes to by itself, except for what kubeadm itself keeps in kube-system."""
LIVING = ("deployments", "replicasets", "daemonsets", "services", "namespaces", "nodes", "pods")
"""Kinds whose status is news: their identity and what was wanted of them is kept."""


def fill(lab: Lab, folder: Path) -> None:
    """Make a thousand objects, a secret and a Deployment."""
    maps = [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"kept-{number}"}, "data": {"n": f"{number}"}}
        for number in range(MANY)
    ]
    path = folder / "maps.json"
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": maps}))
    lab.run("kubectl", "create", "-f", str(path), timeout=600)
    lab.kubectl("create", "secret", "generic", "kept", "--from-literal=password=hunter22")
    lab.kubectl("label", "node", "kubnode1", "mine=yes")
    serve(lab, folder)


def objects(lab: Lab, *kinds: str) -> Objects:
    words = ("get", ",".join(kinds), "--all-namespaces", "--show-managed-fields", "-o", "json")
    found = json.loads(lab.kubectl(*words))["items"]
    return {(one["kind"], one["metadata"].get("namespace", ""), one["metadata"]["name"]): one for one in found}


def wanted(found: Objects) -> Objects:
    """Return what identifies living objects, and what was wanted of them."""
    return {
        key: (one["metadata"]["uid"], one["metadata"]["creationTimestamp"], {**one.get("spec", {}), "taints": None})
        for key, one in found.items()
    }


def of_kubeadm(key: tuple[str, str, str]) -> bool:
    """Whether kubeadm, or a controller for it, writes this object anew as a control plane begins."""
    kind, namespace, name = key
    token = kind == "Secret" and name.startswith(("bootstrap-token-", "kubeadm-certs"))
    return token or namespace in {"kube-system", "kube-public"} or (namespace == "" and "kubeadm" in name)


def unchanged(before: Objects, after: Objects) -> int:
    """See that every object of a cluster is what it was, with its resource version; return how many are."""
    kept = {key for key in before if not of_kubeadm(key)}
    lost = kept - after.keys()
    assert not lost
    differing = {key: (before[key], after[key]) for key in kept if before[key] != after[key]}
    assert not differing, dict(list(differing.items())[:3])
    return len(kept)


def token(lab: Lab) -> str:
    return lab.kubectl("create", "token", "default", "--duration=24h").strip()


def valid(lab: Lab, text: str, folder: Path) -> bool:
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": text}}
    path = folder / "review.json"
    path.write_text(json.dumps(review))
    return json.loads(lab.kubectl("create", "-f", str(path), "-o", "json"))["status"].get("authenticated") is True


def save(lab: Lab, path: Path) -> None:
    said = lab.kubetui("backup", lab.name, "--to", str(path))
    assert f"wrote {path}" in said
    assert "it is backed up" in said
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def restore(lab: Lab, path: Path, *words: str) -> str:
    said = lab.kubetui("restore-backup", str(path), *words, "--yes")
    assert "is ready" in said
    assert not list(lab.folder.glob("restore*"))
    return said


def left_in(lab: Lab, machine: str) -> str:
    """Return what saving or restoring left on a machine."""
    return lab.on(
        machine, "ls -d /var/lib/kubetui/{backup,restore,restore.tar} /var/lib/etcd/kubetui* 2>/dev/null || true"
    )


@pytest.mark.slow
def test_everything_is_there_again_after_all_machines_were_lost(fresh: Maker, tmp_path: Path) -> None:
    lab, path = fresh("bak", machines={"workers": 1}), tmp_path / "bak.tar"
    lab.up()
    fill(lab, tmp_path)
    ours = token(lab)
    before, living = objects(lab, *KEPT), wanted(objects(lab, *LIVING))
    began = time.monotonic()
    save(lab, path)
    print(f"saved in {time.monotonic() - began:.1f} s: {path.stat().st_size} bytes")  # noqa: T201
    assert left_in(lab, "kubmaster") == ""
    assert "BACKUP-EXISTS" in lab.refused(*lab.command("backup", lab.name, "--to", str(path)))
    lab.kubetui("destroy", lab.name, "--yes")

    began = time.monotonic()
    restore(lab, path)
    print(f"restored in {time.monotonic() - began:.1f} s")  # noqa: T201
    count = unchanged(before, objects(lab, *KEPT))
    print(f"{count} objects are what they were, with their resource versions")  # noqa: T201
    assert count > MANY
    after = wanted(objects(lab, *LIVING))
    same = {key for key in living if key[0] != "Pod"}
    assert {key: after.get(key) for key in same} == {key: living[key] for key in same}
    assert lab.kubectl("get", "node", "kubnode1", "-o", "jsonpath={.metadata.labels.mine}") == "yes"
    assert valid(lab, ours, tmp_path)
    full(lab)
    proven(lab)
    assert left_in(lab, "kubmaster") == ""
    assert yaml.safe_load((lab.folder / "profile.yaml").read_text())["kubernetes"]["version"].count(".") == 2
    assert "nothing changed" in lab.kubetui("start", lab.name)


@pytest.mark.slow
def test_a_cluster_that_exists_goes_back_to_what_it_was(fresh: Maker, tmp_path: Path) -> None:
    lab, path = fresh("bak", machines={"workers": 2}), tmp_path / "bak.tar"
    lab.up()
    fill(lab, tmp_path)
    before = objects(lab, *KEPT)
    save(lab, path)
    lab.kubectl("delete", "configmap", "kept-1")
    lab.kubectl("create", "configmap", "since", "--from-literal=a=b")
    refused = lab.refused(*lab.command("restore-backup", str(path)))
    assert "kubmaster, kubnode1, kubnode2 are destroyed first. What was done there since the backup is lost." in refused
    assert "Add --yes to agree" in refused
    assert lab.kubectl("get", "configmap", "since", "-o", "name") == "configmap/since\n"
    restore(lab, path)
    unchanged(before, objects(lab, *KEPT))
    assert ("ConfigMap", "default", "since") not in objects(lab, "configmaps")
    full(lab)
    proven(lab)


@pytest.mark.slow
def test_another_name_and_other_addresses(fresh: Maker, tmp_path: Path) -> None:
    lab, path = fresh("bak", machines={"workers": 1}), tmp_path / "bak.tar"
    other = Lab("bakother", lab.profile, lab.state, lab.document)
    lab.up()
    fill(lab, tmp_path)
    before = objects(lab, *KEPT)
    save(lab, path)
    lab.kubetui("destroy", lab.name, "--yes")
    try:
        restore(other, path, "bakother", "--first-address", "192.168.73.11")
        assert nodes(other) == {"kubmaster": "192.168.73.11", "kubnode1": "192.168.73.12"}
        unchanged(before, objects(other, *KEPT))
        full(other)
        proven(other)
    finally:
        other.kubetui("destroy", other.name, "--yes")


@pytest.mark.slow
def test_three_control_planes_of_which_the_first_is_dead(fresh: Maker, tmp_path: Path) -> None:
    network = {"first_address": BACKENDS[0].partition(":")[0], "control_plane_endpoint": ENDPOINT}
    lab, path = fresh("bak", machines={"control_planes": 3, "workers": 1}, network=network), tmp_path / "bak.tar"
    with balanced():
        lab.up()
        fill(lab, tmp_path)
        before = objects(lab, *KEPT)
        lab.run("lxc-stop", "--kill", "--name", Container(lab, "kubmaster").name)
        save(lab, path)
        assert backup.read(path).manifest.machine == "kubmaster2"
        restore(lab, path)
        unchanged(before, objects(lab, *KEPT))
        assert members(lab) == {"kubmaster", "kubmaster2", "kubmaster3"}
        full(lab)
        proven(lab)
        lab.kubetui("destroy", lab.name, "--yes")


def cut(lab: Lab, seconds: float, *command: str) -> None:
    """Start a command, and kill it some seconds after its first event, unless it ends before."""
    with running(lab, *command, killed=True) as run:
        assert any(each["event"] in {"TaskStarted", "Line"} for each in run)
        time.sleep(seconds)
        if run.code is None:
            run.signal(signal.SIGKILL)
        run.end()


@pytest.mark.slow
@pytest.mark.parametrize("again", ["restore-backup", "start"])
def test_both_go_on_after_a_kill_at_any_moment(fresh: Maker, tmp_path: Path, again: str) -> None:
    lab, path = fresh("bak", machines={"workers": 1}), tmp_path / "bak.tar"
    chance = random.Random(again)  # noqa: S311 - moments, the same ones each time
    lab.up()
    fill(lab, tmp_path)
    before = objects(lab, *KEPT)
    for seconds in (0.0, 0.3, 0.8, 1.5):
        cut(lab, seconds, "backup", lab.name, "--to", str(path))
        if path.exists():
            assert backup.read(path).manifest.cluster == lab.name
            path.unlink()
    save(lab, path)
    assert [each.name for each in tmp_path.glob(".*")] == []
    command = ("restore-backup", str(path), "--yes")
    for _ in range(4):
        cut(lab, chance.uniform(0, 45), *command)
    said = lab.kubetui(*(command if again == "restore-backup" else ("start", lab.name)))
    assert "is ready" in said
    unchanged(before, objects(lab, *KEPT))
    full(lab)
    proven(lab)
