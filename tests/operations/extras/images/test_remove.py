"""Images are listed as one table, and removed unless something needs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kubetui.base.errors import ForeignError, UsageError
from kubetui.operations.extras.images.archive import Archive
from kubetui.operations.extras.images.load import load
from kubetui.operations.extras.images.remove import listed, remove
from kubetui.operations.extras.images.stored import Row, parsed, table
from tests.imagefiles import config, digest, docker, layer
from tests.operations.extras.images.conftest import MACHINES, Lab

BASE = layer(1)
ID = digest(config([BASE]))


async def loaded(lab: Lab, folder: Path, *names: str) -> None:
    with Archive(docker(folder / "m.tar", [BASE], *names)) as archive:
        assert (await load(lab.cluster, archive, lambda *_: None)).troubles == {}


async def test_images_are_one_table_of_all_machines(lab: Lab, tmp_path: Path) -> None:
    lab.off.add("kubnode1")
    await loaded_partly(lab, tmp_path)
    lab.off.clear()
    found = await listed(lab.cluster)
    assert found.rows == (
        Row("docker.io/library/m:1", ID, 1000, ("kubmaster", "kubnode2"), own=False),
        Row("registry.k8s.io/pause:3.10.2", ID, 1000, ("kubmaster", "kubnode2"), own=True),
    )
    assert (found.machines, found.troubles) == (3, {})


async def loaded_partly(lab: Lab, folder: Path) -> None:
    with Archive(docker(folder / "m.tar", [BASE], "m:1", "registry.k8s.io/pause:3.10.2")) as archive:
        assert list((await load(lab.cluster, archive, lambda *_: None)).troubles) == ["kubnode1"]


async def test_an_image_goes_from_every_machine(lab: Lab, tmp_path: Path) -> None:
    await loaded(lab, tmp_path, "m:1")
    found = await remove(lab.cluster, "m:1")
    assert found.rows == (Row("docker.io/library/m:1", ID, 1000, MACHINES, own=False),)
    assert all(lab.names(machine) == set() for machine in MACHINES)
    with pytest.raises(UsageError, match=r"No machine of lab has docker.io/library/m:1"):
        await remove(lab.cluster, "m:1")


async def test_other_names_of_an_image_stay(lab: Lab, tmp_path: Path) -> None:
    await loaded(lab, tmp_path, "m:1", "m:2")
    await remove(lab.cluster, "m:1")
    assert all(lab.names(machine) == {"docker.io/library/m:2"} for machine in MACHINES)


async def test_what_a_container_uses_stays_everywhere(lab: Lab, tmp_path: Path) -> None:
    await loaded(lab, tmp_path, "m:1")
    labels = {"io.kubernetes.pod.namespace": "default", "io.kubernetes.pod.name": "train-x"}
    lab.uses("kubnode1", {"metadata": {"name": "train"}, "imageRef": ID, "labels": labels})
    with pytest.raises(ForeignError) as caught:
        await remove(lab.cluster, "m:1")
    assert "kubnode1: container train of pod default/train-x" in caught.value.message
    assert caught.value.id == "IMAGE-USED"
    assert all(lab.names(machine) == {"docker.io/library/m:1"} for machine in MACHINES)


async def test_the_clusters_own_images_stay(lab: Lab) -> None:
    with pytest.raises(UsageError, match="is an image of the cluster itself"):
        await remove(lab.cluster, "registry.k8s.io/pause:3.10.2")


def test_the_same_name_for_different_images_is_two_rows() -> None:
    images = ({"images": [{"id": f"sha256:{each}", "repoTags": ["m:1"], "size": "5"}]} for each in "ab")
    one, other = map(json.dumps, images)
    rows = table({"x": parsed(one), "y": parsed(other), "z": parsed(one)}, frozenset())
    assert [(row.id, row.machines) for row in rows] == [("sha256:a", ("x", "z")), ("sha256:b", ("y",))]


def test_an_image_without_a_name_is_shown_by_its_digest() -> None:
    text = '{"images": [{"id": "sha256:a", "repoTags": [], "repoDigests": ["m@sha256:c"]}]}'
    assert table({"x": parsed(text)}, frozenset())[0].name == "m@sha256:c"
