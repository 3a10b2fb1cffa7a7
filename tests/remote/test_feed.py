"""Data that a command reads while it comes: whole, once, and without waiting for a command that does not want it."""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubetui.base.errors import ConnectionLostError, TimeLimitError
from kubetui.remote.command import Command
from kubetui.remote.ssh import SshNode
from tests.loopback import Guest

CHUNKS = [random.Random(number).randbytes(200_000) for number in range(40)]  # noqa: S311 - the same each time
WHOLE = b"".join(CHUNKS)


async def test_a_command_reads_all_of_it_after_its_script(node: SshNode, tmp_path: Path) -> None:
    into = tmp_path / "came"
    result = await node.feed(Command('head --bytes=7 >"$INTO"\ncat >>"$INTO"\nsay done', {"INTO": str(into)}), CHUNKS)
    assert (result.ok, result.last) == (True, "done")
    assert hashlib.sha256(into.read_bytes()).digest() == hashlib.sha256(WHOLE).digest()


async def test_a_command_that_ends_early_is_not_fed_to_the_end(node: SshNode) -> None:
    taken: list[int] = []

    def source() -> Iterator[bytes]:
        for number in range(10_000):
            taken.append(number)
            yield CHUNKS[0]

    result = await node.feed(Command("fail 'no room here'"), source())
    assert (result.exit_status, result.last) == (1, "error: no room here")
    assert len(taken) < 10_000


async def test_a_lost_connection_is_not_tried_again(machine: Guest, node: SshNode) -> None:
    taken: list[int] = []

    def source() -> Iterator[bytes]:
        for number, chunk in enumerate(CHUNKS):
            taken.append(number)
            if number == 3:
                machine.wire.cut()
            yield chunk

    with pytest.raises(ConnectionLostError, match="was lost"):
        await node.feed(Command("cat >/dev/null"), source())
    assert len(taken) == len(set(taken))
    assert machine.processes == 1


async def test_a_command_that_takes_too_long_is_said(node: SshNode) -> None:
    command = Command("sleep 60", timeout=0.5)
    with pytest.raises(TimeLimitError):
        # a machine that hangs does not answer when the channel is closed
        await asyncio.wait_for(node.feed(command, CHUNKS), 30)
