"""A backup's file: read as it was written, readable by tar, and refused as a whole once a byte of it is another one."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import tarfile
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubetui.base.errors import BusyError, UsageError
from kubetui.cluster import backup
from kubetui.cluster.backup import MEMBERS, PKI, Manifest

MANIFEST = Manifest(
    cluster="lab",
    made="2026-11-28T14:00:00Z",
    kubetui="0.1.0",
    kubernetes="1.37.2",
    etcd="3.7.0",
    machine="kubmaster",
    revision=1234,
    keys=987,
)
GOLDEN = """{
  "format": 1,
  "cluster": "lab",
  "made": "2026-11-28T14:00:00Z",
  "kubetui": "0.1.0",
  "kubernetes": "1.37.2",
  "etcd": "3.7.0",
  "machine": "kubmaster",
  "revision": 1234,
  "keys": 987
}
"""
PROFILE = "schema: 1\nname: lab\nprovider: lxc\n"
KEYS = {name: f"content of {name}\n".encode() for name in PKI}


def snapshot(folder: Path, data: bytes = b"x" * 2048) -> Path:
    """Return a file as etcd makes it: its data, and the SHA-256 of that."""
    path = folder / "snapshot"
    path.write_bytes(data + hashlib.sha256(data).digest())
    return path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("backup")
    path = folder / "lab.tar"
    assert backup.write(path, MANIFEST, PROFILE, KEYS, snapshot(folder)) == path.stat().st_size
    return path


def test_it_is_read_as_it_was_written(whole: Path) -> None:
    found = backup.read(whole)
    data = whole.read_bytes()
    assert (found.manifest, found.profile.decode()) == (MANIFEST, PROFILE)
    assert (found.digest, found.size) == (hashlib.sha256(data).hexdigest(), len(data))
    assert oct(whole.stat().st_mode & 0o777) == "0o600"
    assert [path.name for path in whole.parent.iterdir() if path.name.startswith(".")] == []


def test_any_tar_reads_it_and_its_checksums_are_right(whole: Path, tmp_path: Path) -> None:
    subprocess.run(["tar", "--extract", f"--file={whole}", f"--directory={tmp_path}"], check=True)
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=tmp_path, check=True)
    assert (tmp_path / "manifest.json").read_text() == GOLDEN
    assert (tmp_path / "pki/etcd/ca.key").read_bytes() == KEYS["etcd/ca.key"]
    with tarfile.open(whole) as file:
        assert tuple(file.getnames()) == MEMBERS


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_one_byte_that_is_another_one_is_refused(whole: Path, data: st.DataObject) -> None:
    content = bytearray(whole.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    refused(whole, bytes(content))


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_file_that_is_cut_off_or_goes_on_is_refused(whole: Path, data: st.DataObject) -> None:
    content = whole.read_bytes()
    refused(whole, content[: data.draw(st.integers(0, len(content) - 1))])
    refused(whole, content + data.draw(st.binary(min_size=1, max_size=1024)))


def refused(whole: Path, content: bytes) -> str:
    path = whole.with_name("other.tar")
    path.write_bytes(content)
    with pytest.raises(UsageError) as error:
        backup.read(path)
    assert error.value.id == "BACKUP-FILE"
    assert str(path) in error.value.message
    assert error.value.fix
    return error.value.message


def member(name: str, data: bytes = b"", **fields: object) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), 0o600
    for field, value in fields.items():
        setattr(info, field, value)
    return info.tobuf(tarfile.USTAR_FORMAT) + data + bytes(-len(data) % 512)


@pytest.mark.parametrize(
    "first",
    [
        member("../manifest.json", GOLDEN.encode()),
        member("/manifest.json", GOLDEN.encode()),
        member("manifest.json", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        member("manifest.json", type=tarfile.LNKTYPE, linkname="/etc/passwd"),
        member("manifest.json", GOLDEN.encode(), mode=0o644),
        member("manifest.json", b" " * (backup._SMALL + 1)),
        b"",
        b"PK\x03\x04" + bytes(4096),
    ],
    ids=["up", "absolute", "symbolic link", "hard link", "mode", "large", "empty", "zip"],
)
def test_tricks_with_paths_links_and_sizes_are_refused(whole: Path, first: bytes) -> None:
    rest = whole.read_bytes()[1024:]
    refused(whole, first + rest if first else b"")


def test_a_huge_snapshot_is_refused_by_its_header_alone(whole: Path) -> None:
    content = whole.read_bytes()
    place = content.index(b"etcd.db\0")
    huge = tarfile.TarInfo("etcd.db")
    huge.size, huge.mode = backup.LARGEST + 1, 0o600
    header = huge.tobuf(tarfile.GNU_FORMAT)
    assert "no etcd.db" in refused(whole, content[:place] + header + content[place + 512 :])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"format": 2}, "has the format 2, and this kubetui reads 1"),
        ({"format": 0}, "format"),
        ({"cluster": "../x"}, "cluster"),
        ({"kubernetes": "latest"}, "kubernetes"),
        ({"revision": "12"}, "revision"),
        ({"more": 1}, "more"),
    ],
)
def test_a_manifest_that_cannot_be_right_is_named(whole: Path, changes: dict[str, object], said: str) -> None:
    text = json.dumps(json.loads(GOLDEN) | changes).encode()
    assert said in refused(whole, member("manifest.json", text))


@pytest.mark.parametrize("text", [b"{", b"[" * 100_000, b"\xff", b"null"], ids=["cut", "deep", "bytes", "null"])
def test_a_manifest_that_is_none_is_refused(whole: Path, text: bytes) -> None:
    refused(whole, member("manifest.json", text))


def test_no_file_is_overwritten(tmp_path: Path) -> None:
    taken, link = tmp_path / "taken.tar", tmp_path / "link.tar"
    taken.write_text("mine")
    link.symlink_to(tmp_path / "nowhere")
    for target in (taken, link, tmp_path):
        with pytest.raises(UsageError, match="overwrites no backup") as error:
            backup.write(target, MANIFEST, PROFILE, KEYS, snapshot(tmp_path))
        assert error.value.id == "BACKUP-EXISTS"
    assert taken.read_text() == "mine"
    assert list(tmp_path.glob(".*")) == []


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="its folder does not exist"):
        backup.refuse_place(tmp_path / "none" / "lab.tar")


def test_what_a_killed_kubetui_left_is_overwritten_and_a_living_one_is_not(tmp_path: Path) -> None:
    target, left = tmp_path / "lab.tar", tmp_path / ".lab.tar.part"
    left.write_bytes(b"half" * 100_000)
    descriptor = os.open(left, os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    with pytest.raises(BusyError, match="Another kubetui is writing"):
        backup.write(target, MANIFEST, PROFILE, KEYS, snapshot(tmp_path))
    os.close(descriptor)
    backup.write(target, MANIFEST, PROFILE, KEYS, snapshot(tmp_path))
    assert backup.read(target).manifest == MANIFEST
    assert not left.exists()


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.tar", tmp_path):
        with pytest.raises(UsageError, match="cannot be read"):
            backup.read(path)


@settings(max_examples=50, deadline=None)
@given(place=st.integers(0, 2048 + 31), cut=st.booleans())
def test_a_snapshot_that_changed_on_the_way_is_noticed(
    tmp_path_factory: pytest.TempPathFactory,
    place: int,
    cut: bool,  # noqa: FBT001
) -> None:
    path = snapshot(tmp_path_factory.mktemp("snapshot"))
    assert backup.sound(path)
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(BytesIO(bytes(content)).read(place if cut else -1))
    assert not backup.sound(path)
