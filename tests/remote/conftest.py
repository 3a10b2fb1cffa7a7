"""A real SSH server on loopback that acts as the machine; its connections can break and freeze."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kubetui.remote.ssh import SshNode
from tests.loopback import Guest, guest


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Guest]:
    async with guest(tmp_path) as made:
        yield made


@pytest.fixture
async def node(machine: Guest) -> AsyncIterator[SshNode]:
    made = machine.node()
    yield made
    await made.close()
