"""The connection to a machine: retried, pinned to a host key, detected as lost, shared by concurrent commands."""

import asyncio
import re
import socket
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest

from kubetui.base.errors import ConnectionLostError, HostKeyError, RunError
from kubetui.remote.command import Command
from kubetui.remote.connection import Patience, describe
from kubetui.remote.endpoint import Endpoint
from kubetui.remote.host_keys import HostKeys
from kubetui.remote.ssh import CHANNELS, RECONNECTS, SshNode
from tests.loopback import Guest
from tests.remote.waiting import nobody, until


async def test_connect_waits_for_sshd(machine: Guest) -> None:
    await machine.wire.close()
    node = machine.node()
    lines: list[str] = []
    connecting = asyncio.create_task(node.connect(lines.append))
    await until(lambda: len(lines) > 2)
    await machine.wire.open()
    await connecting
    assert re.fullmatch(r"connection refused; waiting for SSH, \d+ s left", lines[0])
    await node.close()


async def test_a_machine_with_a_new_address_after_a_restart_is_found(machine: Guest, tmp_path: Path) -> None:
    right = Endpoint("127.0.0.1", machine.wire.port, "vagrant", (machine.key,))
    with socket.create_server(("127.0.0.1", 0)) as closed:
        wrong = replace(right, port=closed.getsockname()[1])
    answers: list[Endpoint | RunError] = [RunError("it does not run"), wrong, right]

    async def ask() -> Endpoint:
        answer = answers.pop(0)
        if isinstance(answer, RunError):
            raise answer
        return answer

    lines: list[str] = []
    patience = Patience(boot=30, pause=0.02, renew=0.05)
    node = SshNode("kubmaster", wrong, HostKeys(tmp_path / "keys"), patience, ask)
    await node.connect(lines.append)
    assert answers == []
    assert [line for line in lines if "refused" not in line] == [
        "it does not run",
        f"SSH reaches it at 127.0.0.1:{right.port} now",
    ]
    await node.close()


async def test_connect_gives_up_at_its_deadline(machine: Guest) -> None:
    await machine.wire.close()
    with pytest.raises(ConnectionLostError, match=r"kubmaster cannot be reached at 127.0.0.1:\d+: connection refused"):
        await machine.node(Patience(boot=0.2, pause=0.02)).connect(nobody)


async def test_a_refused_key_is_retried_until_the_deadline(machine: Guest) -> None:
    machine.let_in = False
    lines: list[str] = []
    node = machine.node()
    connecting = asyncio.create_task(node.connect(lines.append))
    await until(lambda: lines)
    assert "the machine does not accept the key" in lines[0]
    machine.let_in = True
    await connecting
    await node.close()
    machine.let_in = False
    with pytest.raises(ConnectionLostError, match="does not accept the key"):
        await machine.node(Patience(boot=0.2, pause=0.02)).connect(nobody)


async def test_the_first_host_key_is_pinned_and_another_key_is_refused_at_once(machine: Guest) -> None:
    first = machine.node()
    await first.connect(nobody)
    await first.close()
    pinned = (machine.folder / "host-keys").read_text()
    assert pinned.startswith("kubmaster ssh-ed25519 AAAA")
    again = machine.node()
    await again.connect(nobody)
    await again.close()
    await machine.serve()
    lines: list[str] = []
    with pytest.raises(HostKeyError, match="another SSH host key") as caught:
        await machine.node().connect(lines.append)
    assert "host-keys" in caught.value.fix
    assert lines == []
    assert (machine.folder / "host-keys").read_text() == pinned


@pytest.mark.parametrize("content", [None, "not a key\n"])
async def test_an_unusable_key_file_is_reported_at_once(machine: Guest, content: str | None) -> None:
    machine.key.unlink()
    if content:
        machine.key.write_text(content)
    with pytest.raises(RunError, match="The SSH key for kubmaster") as caught:
        await machine.node().connect(nobody)
    assert caught.value.id == "SSH-KEY"


async def test_a_frozen_machine_is_detected(machine: Guest) -> None:
    node = machine.node(Patience(boot=3, pause=0.02, keepalive=0.5))
    await node.connect(nobody)
    lines: list[str] = []
    running = asyncio.create_task(node.carry_out("frozen", Command("sleep 30\n"), lines.append))
    await until(lambda: machine.runs)
    machine.wire.frozen.set()
    await machine.wire.close()
    with pytest.raises(ConnectionLostError):
        await running
    assert lines[0] == f"connection lost; reconnecting, 1 of {RECONNECTS}"
    await node.close()


def test_errors_are_described_in_a_few_words() -> None:
    assert describe(TimeoutError()) == "no answer"
    assert describe(OSError("no route to host")) == "no route to host"
    nobody_there = "nothing answers at this address, or a firewall refuses"
    assert describe(OSError(113, "Connect call failed ('192.168.1.10', 22)")) == nobody_there
    assert describe(OSError("Multiple exceptions: [Errno 113] Connect call failed, [Errno 101] ...")) == nobody_there
    assert describe(OSError(101, "Network is unreachable")) == "this host has no route to that network"
    assert describe(OSError(5, "x")) == "input/output error"
    assert describe(socket.gaierror(-2, "Name or service not known")) == "nobody knows this name"
    assert describe(asyncssh.ConnectionLost("")) == "ConnectionLost"


async def test_noticing_late_that_a_connection_broke_keeps_its_successor_open(machine: Guest, node: SshNode) -> None:
    await node.connect(nobody)
    lost = await node._connection.open()
    machine.wire.cut()
    assert (await node.run(Command("true\n"))).ok
    node._connection.forget(lost)
    before = machine.wire.connections
    assert (await node.run(Command("true\n"))).ok
    assert machine.wire.connections == before


async def test_no_more_commands_run_at_once_than_sshd_allows(machine: Guest, node: SshNode, tmp_path: Path) -> None:
    script = 'mkdir "$PLACE/$$"; until [[ -e $PLACE.go ]]; do sleep 0.02; done; rmdir "$PLACE/$$"\n'
    place = tmp_path / "place"
    place.mkdir()
    asked = [asyncio.create_task(node.run(Command(script, {"PLACE": str(place)}))) for _ in range(2 * CHANNELS)]
    await until(lambda: len(list(place.iterdir())) >= CHANNELS)
    assert machine.processes == CHANNELS
    place.with_suffix(".go").touch()
    assert all(result.ok for result in await asyncio.gather(*asked))
    assert machine.processes == 2 * CHANNELS
