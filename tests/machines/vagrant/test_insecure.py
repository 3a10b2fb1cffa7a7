"""Vagrant's insecure key against a machine over real SSH: a machine that accepts it stops the run."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncssh
import pytest

from kubetui.base.errors import RunError
from kubetui.cluster.folder import Cluster
from kubetui.machines.vagrant.insecure import key_files, refuse
from kubetui.operations.connect import connector
from kubetui.remote.endpoint import Endpoint
from kubetui.remote.host_keys import HostKeys
from tests.loopback import Guest, guest
from tests.plans import plan


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Guest]:
    async with guest(tmp_path) as made:
        yield made


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return Vagrant's home with a well-known key pair in it."""
    folder = tmp_path / "vagrant"
    folder.mkdir()
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(folder / "insecure_private_key")
    monkeypatch.setenv("VAGRANT_HOME", str(folder))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return folder


async def tried(machine: Guest, home: Path) -> list[str]:
    node = machine.node()
    said: list[str] = []
    await node.connect(said.append)
    try:
        endpoint = Endpoint("127.0.0.1", machine.wire.port, "vagrant", (machine.key,))
        await refuse("kubmaster", endpoint, HostKeys(machine.folder / "host-keys"), home, said.append)
    finally:
        await node.close()
    return said


async def test_a_machine_that_refuses_the_key_passes(machine: Guest, home: Path) -> None:
    connections = machine.wire.connections
    assert await tried(machine, home) == []
    assert machine.wire.connections == connections + 2


async def test_a_machine_that_accepts_the_key_stops_the_run(machine: Guest, home: Path) -> None:
    (home / "insecure_private_key").write_bytes(machine.key.read_bytes())
    with pytest.raises(RunError, match="well-known SSH key") as caught:
        await tried(machine, home)
    assert caught.value.id == "SSH-INSECURE-KEY"
    assert "authorized_keys" in caught.value.fix


async def test_every_kind_of_key_is_tried(machine: Guest, home: Path) -> None:
    folder = home / "insecure_private_keys"
    folder.mkdir()
    (folder / "vagrant.key.ed25519").write_bytes(machine.key.read_bytes())
    assert len(key_files(home)) == 2
    with pytest.raises(RunError, match="well-known"):
        await tried(machine, home)


async def test_without_vagrants_keys_there_is_no_attempt(machine: Guest, tmp_path: Path) -> None:
    connections = machine.wire.connections
    assert await tried(machine, tmp_path / "none") == []
    assert machine.wire.connections == connections + 1


async def test_a_failed_attempt_is_only_logged(machine: Guest, home: Path) -> None:
    said: list[str] = []
    keys = HostKeys(machine.folder / "host-keys")
    await refuse("kubmaster", Endpoint("127.0.0.1", 1, "vagrant", ()), keys, home, said.append)
    assert said == ["could not check whether the machine refuses Vagrant's well-known key: ConnectionRefusedError"]


async def test_a_run_tries_the_key_on_vagrants_machines(machine: Guest, home: Path) -> None:
    (home / "insecure_private_key").write_bytes(machine.key.read_bytes())
    cluster = Cluster("lab")
    cluster.create()
    endpoint = Endpoint("127.0.0.1", machine.wire.port, "vagrant", (machine.key,))
    with pytest.raises(RunError, match="well-known"):
        await connector(cluster)(plan().control_plane, endpoint, lambda _: None)
