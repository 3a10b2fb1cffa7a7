"""Private files: modes whatever the umask, whole or not at all, through no symbolic link."""

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubetui.base.errors import KubetuiError
from kubetui.base.files import private_folder, refusal, write_private


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o277])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.mark.usefixtures("umask")
def test_files_are_private_whatever_the_umask(tmp_path: Path) -> None:
    folder = private_folder(tmp_path / "a")
    write_private(folder / "file", "text")
    write_private(folder / "open", b"bytes", 0o644)
    assert (mode(folder), mode(folder / "file"), mode(folder / "open")) == (0o700, 0o600, 0o644)


def test_an_existing_folder_becomes_private(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir(mode=0o755)
    assert mode(private_folder(tmp_path / "a")) == 0o700
    assert mode(private_folder(tmp_path / "b" / "c")) == 0o700


def test_nothing_is_written_through_a_symbolic_link(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir(mode=0o755)
    (tmp_path / "link").symlink_to("target")
    with pytest.raises(KubetuiError, match="symbolic link"):
        private_folder(tmp_path / "link")
    assert mode(tmp_path / "target") == 0o755
    (tmp_path / "file").write_text("theirs")
    (tmp_path / "other").symlink_to("file")
    with pytest.raises(KubetuiError, match="symbolic link"):
        write_private(tmp_path / "other", "ours")
    assert (tmp_path / "file").read_text() == "theirs"


def test_a_file_is_replaced_completely_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    write_private(path, "old")
    number = path.stat().st_ino
    write_private(path, "new")
    assert path.read_text() == "new"
    assert path.stat().st_ino != number

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            write_private(path, "newer")
    assert path.read_text() == "new"
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("number", [errno.ENOENT, errno.EISDIR, errno.EIO, errno.EACCES, errno.ENOSPC])
def test_a_refusal_of_this_host_comes_with_a_fix(number: int) -> None:
    known = refusal(OSError(number, os.strerror(number), "/home/me/logs"))
    assert known is not None
    assert known.message == f"/home/me/logs cannot be used: {os.strerror(number)}."
    assert (known.id, bool(known.fix)) == ("HOST-FILE", True)


def test_only_our_own_files_are_reported_as_such() -> None:
    assert refusal(OSError(errno.ENOENT, "No such file or directory")) is None
    assert refusal(FileNotFoundError(errno.ENOENT, "No such file or directory", "ip")) is None
    assert refusal(OSError(errno.EBADF, "Bad file descriptor", "/home/me/logs")) is None
