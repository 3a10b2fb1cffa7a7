"""Choosing a cluster's box: the key of a prepared box, when one is used, and when it is stale."""

from pathlib import Path
from typing import Any

import pytest

from kubetui.machines.vagrant.packaging import StoredBox, stored
from kubetui.operations.boxes import store
from tests.operations.boxes.kept import BASE, kept
from tests.plans import plan
from tests.shelf import put_box


def key(**groups: Any) -> str:
    return store.key(plan(**groups).profile, StoredBox(BASE, "1.0", Path("/")))


@pytest.mark.parametrize(
    "groups",
    [
        {"workers": 9},
        {"network": {"first_address": "192.168.60.20", "pod_cidr": "10.10.0.0/16", "service_cidr": "10.20.0.0/16"}},
        {"machines": {"worker_name": "w", "memory": 4096, "prepared_box": True}},
    ],
)
def test_one_box_serves_clusters_with_any_name_and_address(groups: dict[str, Any]) -> None:
    assert key(**groups) == key()


@pytest.mark.parametrize(
    "groups",
    [
        {"version": "1.35"},
        {"version": "1.36.1"},
        {"machines": {"box_version": "1.0"}},
        {"network": {"flannel": {"image": "ghcr.io/flannel-io/flannel:v0.27.0"}}},
        {"mirrors": {"image_repository": "mirror.example.org/kubernetes"}},
        {"mirrors": {"registries": {"ghcr.io": "http://10.0.0.1:5000"}}},
        {"mirrors": {"packages": {"url": "http://10.0.0.1/deb/", "key": "http://10.0.0.1/deb/Release.key"}}},
        {"mirrors": {"http_proxy": "http://proxy.example.org:3128"}},
    ],
)
def test_everything_in_the_box_affects_its_key(groups: dict[str, Any]) -> None:
    assert key(**groups) != key()


def test_a_new_base_box_changes_the_key(home: Path) -> None:
    profile = plan().profile
    old, new = StoredBox(BASE, "1.0", home), StoredBox(BASE, "1.1", home)
    assert store.key(profile, old) != store.key(profile, new)


def test_readding_an_unversioned_base_box_changes_the_key(home: Path) -> None:
    folder = put_box(home, BASE, "0")
    (before,) = stored(home, BASE, "virtualbox")
    was = before.identity
    (folder / "metadata.json").unlink()
    (folder / "metadata.json").write_text("{}")
    assert before.identity != was


def test_the_base_box_with_the_highest_version_is_used(home: Path) -> None:
    for version in ("202502.9.0", "202502.21.0"):
        put_box(home, BASE, version)
    put_box(home, BASE, "202600.1.0", provider="libvirt")
    base = store.base_box(plan())
    assert base is not None
    assert base.version == "202502.21.0"


def test_a_pinned_base_box_must_exist(home: Path) -> None:
    put_box(home, BASE, "2.0")
    assert store.base_box(plan(machines={"box_version": "1.0"})) is None
    put_box(home, BASE, "1.0")
    base = store.base_box(plan(machines={"box_version": "1.0"}))
    assert base is not None
    assert base.version == "1.0"


def test_boxes_of_newer_vagrants_are_found(home: Path) -> None:
    folder = home / "boxes" / "a-VAGRANTSLASH-b" / "1.0" / "amd64" / "virtualbox"
    folder.mkdir(parents=True)
    (folder / "metadata.json").write_text("{}")
    assert [box.version for box in stored(home, "a/b", "virtualbox")] == ["1.0"]


def test_a_matching_box_is_used_if_the_profile_wants_one(home: Path) -> None:
    put_box(home, BASE, "1.0")
    wanted, unwanted = plan(machines={"prepared_box": True}), plan()
    assert store.planned(wanted).box == BASE
    name = kept(home, wanted)
    assert store.planned(wanted).box == name
    assert store.planned(wanted).box_version is None
    assert store.planned(unwanted).box == BASE
    assert store.planned(plan("1.35", machines={"prepared_box": True})).box == BASE


def test_a_stale_box_is_never_used_and_listed_as_stale(home: Path) -> None:
    old = put_box(home, BASE, "1.0")
    wanted = plan(machines={"prepared_box": True})
    kept(home, wanted)
    assert [box.current for box in store.listing()] == [True]
    (old / "metadata.json").unlink()
    put_box(home, BASE, "1.1")
    assert store.planned(wanted).box == BASE
    assert [box.current for box in store.listing()] == [False]


def test_boxes_that_kubetui_did_not_make_are_left_out(home: Path) -> None:
    put_box(home, "kubetui/else", "0")
    put_box(home, "kubetui/broken", "0", info=["nonsense"])
    assert store.listing() == ()
