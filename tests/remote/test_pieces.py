"""Files carried over SSH, in pieces, into and out of a machine whose commands run in a real bash."""

from __future__ import annotations

import asyncio
import hashlib
import random
from io import BytesIO
from pathlib import Path

import pytest

from kubetui.base.errors import RunError
from kubetui.remote import pieces
from kubetui.remote.ssh import SshNode
from tests.loopback import Guest

SIZE = 2 * pieces.MIB * 2**20 + 12_345
DATA = random.Random(15).randbytes(SIZE)  # noqa: S311 - it only has to be the same each time


def same(found: bytes) -> bool:
    return hashlib.sha256(found).digest() == hashlib.sha256(DATA).digest()


async def test_a_file_comes_as_it_is(node: SshNode, tmp_path: Path) -> None:
    path, into = tmp_path / "etcd.db", BytesIO()
    path.write_bytes(DATA)
    await pieces.fetch(node, str(path), SIZE, into)
    assert same(into.getvalue())


async def test_a_file_that_is_shorter_than_it_was_is_refused(node: SshNode, tmp_path: Path) -> None:
    path = tmp_path / "etcd.db"
    path.write_bytes(DATA[:-1])
    with pytest.raises(RunError, match=f"was to have {SIZE} bytes, and {SIZE - 1} came"):
        await pieces.fetch(node, str(path), SIZE, BytesIO())


async def test_a_file_goes_as_it_is_for_root_alone_once_and_again(node: SshNode, tmp_path: Path) -> None:
    path, to = tmp_path / "restore.tar", tmp_path / "in" / "restore.tar"
    path.write_bytes(DATA)
    to.parent.mkdir()
    to.write_bytes(bytes(SIZE + 1))
    to.chmod(0o600)
    for _ in range(2):
        await pieces.bring(node, path, str(to))
        assert same(to.read_bytes())
        assert oct(to.stat().st_mode & 0o777) == "0o600"


async def test_a_connection_that_is_lost_costs_no_byte(machine: Guest, node: SshNode, tmp_path: Path) -> None:
    path, to = tmp_path / "restore.tar", tmp_path / "copy.tar"
    path.write_bytes(DATA)
    bringing = asyncio.create_task(pieces.bring(node, path, str(to)))
    while not to.exists():  # noqa: ASYNC110 - nothing announces it
        await asyncio.sleep(0.01)
    machine.wire.cut()
    await bringing
    assert same(to.read_bytes())


async def test_a_machine_that_cannot_write_is_said(node: SshNode, tmp_path: Path) -> None:
    path = tmp_path / "restore.tar"
    path.write_bytes(b"x")
    with pytest.raises(RunError, match="could not be written"):
        await pieces.bring(node, path, "/proc/none/restore.tar")
