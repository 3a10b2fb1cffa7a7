"""Snapshots on disk: what is whole, what was cut off, and what cannot be read; the cluster's own files with them."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubetui.base.errors import KubetuiError, UsageError
from kubetui.cluster import snapshots
from kubetui.cluster.folder import Cluster, Purpose
from kubetui.cluster.snapshots import Snapshot, parse

ONE = Snapshot("one", 1_800_000_000.0, "0.1.0", "1.37", "lxc", {"kubmaster": "a", "kubnode1": "b"}, 2**30)


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    cluster = Cluster("lab")
    cluster.create()
    cluster.profile.write_text("name: lab\n")
    return cluster


def saved(lab: Cluster, snapshot: Snapshot = ONE) -> None:
    snapshots.begin(lab, snapshot.label)
    snapshots.complete(lab, snapshot)


def test_what_is_written_is_read_the_newest_first(lab: Cluster) -> None:
    two = replace(ONE, label="two", at=ONE.at + 1, bytes=None, after="init")
    saved(lab)
    saved(lab, two)
    shelf = snapshots.read(lab)
    assert shelf.whole == (two, ONE)
    assert (shelf.labels, shelf.cut, shelf.bytes) == (("two", "one"), (), 2**30)
    assert shelf.find("one") == ONE


def test_one_without_a_record_was_cut_off(lab: Cluster) -> None:
    saved(lab)
    snapshots.begin(lab, "two")
    snapshots.give_up(lab, "one")
    assert snapshots.read(lab).cut == ("one", "two")
    assert snapshots.read(lab).whole == ()
    snapshots.forget(lab, "one")
    assert snapshots.read(lab).cut == ("two",)


def changed(**values: Any) -> bytes:
    return json.dumps({**asdict(ONE), **values}).encode()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "Expecting value"),
        (b"[]", "it is no JSON object"),
        (b"[" * 100_000, "it is no JSON object"),
        (b"\xff\xfe{", "decode"),
        (b"{}", "it has no at"),
        (changed(at="now"), "its at is not what kubetui writes"),
        (changed(at=True), "its at is not what kubetui writes"),
        (changed(at=1e400), "its at is not what kubetui writes"),
        (changed(machines={}), "its machines is not what kubetui writes"),
        (changed(machines={"kubmaster": 7}), "its machines is not what kubetui writes"),
        (changed(bytes="many"), "its bytes is not what kubetui writes"),
        (changed(bytes=-1), "its bytes is not what kubetui writes"),
        (changed(after=None), "its after is not what kubetui writes"),
        (changed(label="two"), "it is that of another snapshot"),
    ],
)
def test_a_damaged_record_is_said_and_never_restored(lab: Cluster, data: bytes, why: str) -> None:
    saved(lab)
    (lab.snapshots / "one" / "snapshot.json").write_bytes(data)
    shelf = snapshots.read(lab)
    assert (shelf.whole, shelf.cut) == ((), ())
    assert why in shelf.damaged["one"]
    with pytest.raises(UsageError) as refused:
        shelf.find("one")
    assert refused.value.id == "SNAPSHOT-RECORD"


@given(st.binary(max_size=300) | st.recursive(st.none() | st.text() | st.floats(), st.lists).map(repr).map(str.encode))
def test_no_bytes_make_it_fail_otherwise(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(data, "one")


def test_fields_of_a_later_version_are_left_alone() -> None:
    assert parse(changed(later=1), "one") == ONE


def test_other_things_in_the_folder_are_not_taken_for_snapshots(lab: Cluster, tmp_path: Path) -> None:
    saved(lab)
    (lab.snapshots / "UPPER").mkdir()
    (lab.snapshots / "file").touch()
    (lab.snapshots / "link").symlink_to(lab.snapshots / "one")
    assert snapshots.read(lab).labels == ("one",)
    assert snapshots.read(lab).cut == ()


def test_an_unknown_label_is_refused_with_those_that_there_are(lab: Cluster) -> None:
    with pytest.raises(UsageError) as refused:
        snapshots.read(lab).find("one")
    assert refused.value.fix == "There is none yet."
    saved(lab)
    with pytest.raises(UsageError) as refused:
        snapshots.read(lab).find("onee")
    assert refused.value.fix == "Did you mean one?"


def test_the_clusters_files_come_back_and_those_go_that_were_not_there(lab: Cluster) -> None:
    lab.labelled.touch()
    saved(lab)
    lab.profile.write_text("name: lab\nchanged: true\n")
    lab.kubeconfig.write_text("later")
    lab.labelled.unlink()
    lab.leaving.write_text("name: lab\n")
    snapshots.bring_back(lab, "one")
    assert lab.profile.read_text() == "name: lab\n"
    assert lab.labelled.exists()
    assert not lab.kubeconfig.exists()
    assert not lab.leaving.exists()
    snapshots.bring_back(lab, "one")
    assert lab.exists


def test_machines_are_told_apart_by_vagrants_id_of_each(lab: Cluster) -> None:
    for name, own in (("kubmaster", "4f"), ("kubnode1", "")):
        folder = lab.folder / ".vagrant/machines" / name / "lxc"
        folder.mkdir(parents=True)
        (folder / "id").write_text(f"lab-{name}")
        if own:
            (folder / "index_uuid").write_text(own)
    assert snapshots.identities(lab.folder) == {"kubmaster": "4f", "kubnode1": "lab-kubnode1"}


@pytest.mark.parametrize("purpose", ["build", "check", "stop", "certificates", "mend", "save"])
def test_nothing_else_is_done_while_a_restore_is_not_at_its_end(lab: Cluster, purpose: Purpose) -> None:
    lab.reverting.write_text("one")
    with pytest.raises(KubetuiError) as refused, lab.lock(purpose):
        pass
    assert refused.value.id == "SNAPSHOT-PENDING"
    assert refused.value.fix == "Go on with: kubetui snapshot restore lab one"
    # it can be held again at once
    with lab.lock("restore"):
        pass


def test_it_can_still_be_destroyed(lab: Cluster) -> None:
    lab.reverting.write_text("one")
    with lab.lock("destroy"):
        lab.remove()
    assert not lab.exists


def test_what_is_lost_and_what_goes_is_said(lab: Cluster) -> None:
    assert snapshots.read(lab).words == ""
    saved(lab, replace(ONE, bytes=3 * 2**30))
    saved(lab, replace(ONE, label="two", bytes=None))
    assert snapshots.read(lab).words == "2 snapshots (3072 MiB)"
    assert ONE.losses(ONE.at + 7200) == ("Saved 2 h ago: what happened on kubmaster, kubnode1 since then is lost.",)
    assert "after the step init: the machines are started" in replace(ONE, after="init").losses(ONE.at)[1]
    assert (ONE.size, replace(ONE, bytes=None).size, replace(ONE, bytes=7).size) == ("1024 MiB", "", "1 MiB")
