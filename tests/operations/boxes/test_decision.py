"""Which box a cluster starts from: decided once, remembered, and decided again for another question."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kubetui.base.errors import HostError, ProfileError
from kubetui.cluster.folder import Cluster
from kubetui.machines.vagrant.project import VagrantProject
from kubetui.machines.vagrant.settings import machines_document
from kubetui.operations.boxes.choice import decided, record, recorded, settled, use
from kubetui.profile.plan import Plan
from kubetui.profile.schema.boxes import VagrantBox
from tests.boxserver import METADATA, Server, serving
from tests.machines.vagrant.standin import plan
from tests.machines.vagrant.standin import record as made
from tests.operations.boxes.kept import BASE, kept
from tests.shelf import put_box

SUM = "ab" * 32


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


@pytest.fixture
def cluster() -> Cluster:
    cluster = Cluster("lab")
    cluster.create()
    return cluster


def named(box: str, **more: str) -> Plan:
    return plan(machines={"box": box, **more})


def test_without_a_box_on_this_host_the_default_stays_undecided() -> None:
    assert decided(plan()).chosen is None
    assert decided(plan()).box == BASE


def test_a_built_box_takes_the_place_of_a_missing_default(home: Path) -> None:
    put_box(home, "kubetui/debian-13", "0")
    found = decided(plan())
    assert found.box == "kubetui/debian-13"
    assert found.box_version is None
    put_box(home, BASE, "1.0")
    assert decided(plan()).box == BASE
    assert decided(found).box == "kubetui/debian-13"


@pytest.mark.parametrize("provider", ["rehearsal", "hosts"])
def test_what_makes_no_machines_from_boxes_is_left_alone(home: Path, provider: str) -> None:
    put_box(home, "kubetui/debian-13", "0", provider=provider)
    assert decided(plan(provider)) == plan(provider)


def test_further_machines_come_from_the_box_of_the_first(home: Path, cluster: Cluster) -> None:
    put_box(home, "kubetui/debian-13", "0")
    first = decided(plan())
    record(cluster, first)
    made(cluster.folder, "kubmaster")
    put_box(home, BASE, "1.0")
    more = plan(machines={"workers": 5})
    assert decided(more).box == "kubetui/debian-13"
    assert decided(replace(more, profile=more.profile.model_copy(update={"name": "other"}))).box == BASE


def test_a_box_without_machines_binds_nobody(home: Path, cluster: Cluster) -> None:
    record(cluster, plan())
    put_box(home, "kubetui/debian-13", "0")
    assert decided(plan()).box == "kubetui/debian-13"


def test_another_question_is_decided_anew(cluster: Cluster) -> None:
    record(cluster, decided(named("me/box")))
    made(cluster.folder, "kubmaster")
    assert recorded(named("me/box")) == VagrantBox("me/box")
    assert recorded(named("me/other")) is None
    assert recorded(plan()) is None
    assert recorded(plan("libvirt", machines={"box": "me/box"})) is None


def test_a_cluster_of_an_older_kubetui_keeps_its_box(home: Path, cluster: Cluster) -> None:
    VagrantProject(cluster.folder).write(machines_document(replace(plan(), chosen=VagrantBox("me/old"))))
    put_box(home, "kubetui/debian-13", "0")
    assert decided(plan()).box == "kubetui/debian-13"
    made(cluster.folder, "kubnode1")
    assert decided(plan()).box == "me/old"
    VagrantProject(cluster.folder).write(machines_document(replace(plan(), prepared="kubetui/0123456789abcdef")))
    assert decided(plan()).box == "kubetui/debian-13"


@pytest.mark.parametrize("text", ["", "[1]", "{", '{"provider": "virtualbox"}', "\x00"])
def test_a_broken_record_is_none(cluster: Cluster, text: str) -> None:
    made(cluster.folder, "kubmaster")
    cluster.box.write_text(text)
    assert recorded(plan()) is None


def test_a_record_holds_no_more_than_the_profile(cluster: Cluster) -> None:
    record(cluster, decided(named("https://me@example.org/x.box", box_sha256=SUM)))
    assert cluster.box.stat().st_mode & 0o777 == 0o600


def test_without_any_box_nothing_is_recorded(cluster: Cluster) -> None:
    with pytest.raises(ProfileError, match="no default box for LXC") as caught:
        record(cluster, plan("lxc"))
    assert caught.value.id == "BOX-NONE"
    assert not cluster.box.exists()
    record(cluster, plan("rehearsal"))
    assert not cluster.box.exists()


def test_a_changed_file_is_another_box_unless_its_checksum_is_known(tmp_path: Path) -> None:
    file = tmp_path / "my.box"
    file.write_bytes(b"one")
    before = decided(named(str(file))), decided(named(str(file), box_sha256=SUM))
    file.write_bytes(b"two")
    os.utime(file, ns=(1, 1))
    after = decided(named(str(file))), decided(named(str(file), box_sha256=SUM))
    assert before[0].box != after[0].box
    assert before[1].box == after[1].box


def test_a_file_of_a_cluster_with_machines_stays_its_box(tmp_path: Path, cluster: Cluster) -> None:
    file = tmp_path / "my.box"
    file.write_bytes(b"one")
    first = decided(named(str(file)))
    record(cluster, first)
    made(cluster.folder, "kubmaster")
    file.write_bytes(b"two")
    os.utime(file, ns=(1, 1))
    assert machines_document(decided(named(str(file)))) == machines_document(first)


async def test_metadata_gives_the_name(server: Server, tmp_path: Path) -> None:
    url = f"{server.url}/described.json"
    assert decided(named(url)).chosen is None
    found = await settled(named(url, box_version="1.0"))
    assert (found.vagrant_box, found.box_version) == (VagrantBox("me/described", url), "1.0")
    file = tmp_path / "described.json"
    file.write_bytes(METADATA)
    assert (await settled(named(str(file)))).vagrant_box == VagrantBox("me/described", f"file://{file}")


async def test_what_is_no_metadata_is_named(server: Server, tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="no JSON with a name") as caught:
        await settled(named(f"{server.url}/wrong.json"))
    assert caught.value.id == "BOX-METADATA"
    with pytest.raises(HostError, match="nothing at this URL"):
        await settled(named(f"{server.url}/gone.json"))
    with pytest.raises(ProfileError, match="No such file"):
        await settled(named(str(tmp_path / "none.json")))


async def test_a_prepared_box_is_of_the_decided_box(home: Path) -> None:
    put_box(home, "kubetui/debian-13", "0")
    wanted = plan(machines={"prepared_box": True})
    name = kept(home, decided(wanted))
    found = await settled(wanted)
    assert (found.box, found.base_box.name) == (name, "kubetui/debian-13")
    assert use(found, "kubetui/debian-13").box == name
