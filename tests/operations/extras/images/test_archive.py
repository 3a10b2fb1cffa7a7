"""Archives of images: each format is read, and what is damaged is named."""

from __future__ import annotations

import gzip
import json
import tarfile
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubetui.base.errors import UsageError
from kubetui.operations.extras.images.archive import Archive, Blob
from tests.imagefiles import Layout, config, digest, docker, entries, layer, oci, packed

LAYERS = [layer(1), layer(2, 500_000)]


def pieces(archive: Archive, blobs: tuple[Blob, ...]) -> list[str]:
    return [digest(b"".join(archive.read(blob))) for blob in blobs]


@pytest.mark.parametrize("packing", [lambda data: data, gzip.compress], ids=["plain", "gzip"])
def test_an_oci_archive_is_read(tmp_path: Path, packing: object) -> None:
    path = oci(tmp_path / "m.tar", LAYERS)
    assert callable(packing)
    path.write_bytes(packing(path.read_bytes()))
    with Archive(path) as archive:
        (named,) = archive.images
        (image,) = named.choices
        assert named.names == ("docker.io/library/m:1",)
        assert image.architecture == "amd64"
        assert [blob.digest for blob in image.layers] == [digest(each) for each in LAYERS] == list(image.diff_ids)
        assert pieces(archive, image.blobs) == [blob.digest for blob in image.blobs]
    assert [each.name for each in tmp_path.iterdir()] == ["m.tar"]


def test_an_archive_of_older_dockers_becomes_the_same_manifest_each_time(tmp_path: Path) -> None:
    seen = []
    for number in (1, 2):
        with Archive(docker(tmp_path / f"{number}.tar", LAYERS, "m:1", "m:2")) as archive:
            (named,) = archive.images
            (image,) = named.choices
            assert named.names == ("m:1", "m:2")
            assert pieces(archive, image.blobs) == [blob.digest for blob in image.blobs]
            manifest = json.loads(b"".join(archive.read(image.manifest)))
            assert [each["digest"] for each in manifest["layers"]] == [digest(each) for each in LAYERS]
            seen.append(image)
    assert seen[0] == seen[1]
    assert seen[0].config.digest == digest(config(LAYERS))


def test_compressed_layers_keep_what_they_are_unpacked(tmp_path: Path) -> None:
    squeezed = [gzip.compress(each, mtime=0) for each in LAYERS]
    with Archive(docker(tmp_path / "m.tar", squeezed, "m:1")) as archive:
        (image,) = archive.images[0].choices
        document = json.loads(b"".join(archive.read(image.manifest)))
    assert [each["mediaType"][-4:] for each in document["layers"]] == ["gzip", "gzip"]
    assert list(image.diff_ids) == [digest(each) for each in LAYERS]


def test_links_are_followed_as_old_dockers_write_them(tmp_path: Path) -> None:
    path = docker(tmp_path / "m.tar", LAYERS, "m:1")
    files = dict(entries(path))
    first, second = (f"{digest(each)[7:]}/layer.tar" for each in LAYERS)
    into = BytesIO()
    with tarfile.open(fileobj=into, mode="w") as archive:
        link = tarfile.TarInfo(first)
        link.type, link.linkname = tarfile.SYMTYPE, "../kept/layer.tar"
        archive.addfile(link)
        for name, data in {**files, "kept/layer.tar": files[first]}.items():
            if name != first:
                entry = tarfile.TarInfo(name)
                entry.size = len(data)
                archive.addfile(entry, BytesIO(data))
    path.write_bytes(into.getvalue())
    with Archive(path) as found:
        assert [blob.digest for blob in found.images[0].choices[0].layers] == [digest(each) for each in LAYERS]
    assert second in files


def test_each_processor_is_a_choice_and_attestations_are_none(tmp_path: Path) -> None:
    layout = Layout()
    kinds = [layout.manifest([LAYERS[0]], config([LAYERS[0]], name)) for name in ("amd64", "arm64")]
    note = layout.manifest([LAYERS[1]], config([LAYERS[1]], "unknown", os="unknown"))
    absent = {"digest": digest(b"elsewhere"), "size": 9}
    layout.add(layout.index(*kinds, note, absent), "docker.io/library/m:1")
    with Archive(layout.write(tmp_path / "m.tar")) as archive:
        (named,) = archive.images
        assert [image.architecture for image in named.choices] == ["amd64", "arm64"]


def test_names_of_one_image_are_brought_together(tmp_path: Path) -> None:
    layout = Layout()
    entry = layout.manifest(LAYERS, config(LAYERS))
    layout.add(entry, "m:1")
    layout.add(entry, "docker.io/library/m:2", "org.opencontainers.image.ref.name")
    layout.add(entry, "3", "org.opencontainers.image.ref.name")
    with Archive(layout.write(tmp_path / "m.tar")) as archive:
        (named,) = archive.images
        assert named.names == ("m:1", "docker.io/library/m:2")


def test_newer_dockers_list_of_tags_names_what_the_index_does_not(tmp_path: Path) -> None:
    layout, about = Layout(), config(LAYERS)
    layout.add(layout.manifest(LAYERS, about))
    listed = [{"Config": f"blobs/sha256/{digest(about)[7:]}", "RepoTags": ["m:1"], "Layers": []}]
    layout.files["manifest.json"] = json.dumps(listed).encode()
    with Archive(layout.write(tmp_path / "m.tar")) as archive:
        assert archive.images[0].names == ("m:1",)


def refused(path: Path) -> str:
    with pytest.raises(UsageError) as caught:
        Archive(path)
    assert caught.value.id == "IMAGE-ARCHIVE"
    return caught.value.message


def without(path: Path, gone: str) -> Path:
    path.write_bytes(packed({name: data for name, data in entries(path) if gone not in name}))
    return path


def test_what_is_missing_or_damaged_is_named(tmp_path: Path) -> None:
    path = tmp_path / "m.tar"
    lost = digest(LAYERS[1])[7:]
    assert f"lacks the layer sha256:{lost[:12]}" in refused(without(oci(path, LAYERS), lost))
    assert "lacks the layer" in refused(without(docker(path, LAYERS, "m:1"), lost))
    assert "neither index.json nor manifest.json" in refused(without(docker(path, LAYERS, "m:1"), "manifest.json"))
    path.write_bytes(b"no archive at all" * 100)
    assert "is no archive of images" in refused(path)
    path.write_bytes(gzip.compress(oci(path, LAYERS).read_bytes())[:-9])
    assert "is damaged" in refused(path)
    about = config(LAYERS)
    changed = {
        name: data.replace(b"amd64", b"arm64") if data == about else data for name, data in entries(oci(path, LAYERS))
    }
    path.write_bytes(packed(changed))
    assert f"has another content than {digest(about)[:19]} says" in refused(path)


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 30_000), bit=st.integers(0, 8))
def test_no_damage_is_more_than_a_usage_error(tmp_path_factory: pytest.TempPathFactory, at: int, bit: int) -> None:
    """One bit is another, or the file ends there."""
    path = docker(tmp_path_factory.mktemp("damaged") / "m.tar", [layer(1), layer(3)], "m:1")
    data = bytearray(path.read_bytes())
    at %= len(data)
    data[at] ^= (1 << bit) & 255
    path.write_bytes(data if bit < 8 else data[:at])
    try:
        with Archive(path) as archive:
            for named in archive.images:
                for image in named.choices:
                    assert pieces(archive, image.blobs) == [blob.digest for blob in image.blobs]
    except UsageError as error:
        assert error.fix  # noqa: PT017 - either it is read whole, or it is refused
