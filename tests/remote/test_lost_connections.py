"""Connections that break while a step runs: the step runs once, and none of its output is lost."""

import asyncio
import shlex
import shutil
from pathlib import Path

import asyncssh
import pytest

from kubetui.base.errors import ConnectionLostError, LostTrackError, RunError
from kubetui.remote import guest as shells
from kubetui.remote.command import Command
from kubetui.remote.connection import Patience
from kubetui.remote.ssh import RECONNECTS, SshNode
from tests.loopback import Guest
from tests.remote.waiting import nobody, until

COUNT = """
for i in $(seq "$LAST"); do
  echo "line $i ✓"
  sleep 0.01
  ((i % 12)) || until [[ -e $GATE.$((i / 12)) || -e $GATE ]]; do sleep 0.02; done
done
until [[ -e $GATE ]]; do sleep 0.02; done
echo ran >>"$RAN"
"""


@pytest.mark.parametrize("cuts", [1, 4])
async def test_output_continues_after_a_lost_connection(
    machine: Guest, node: SshNode, tmp_path: Path, cuts: int
) -> None:
    lines: list[str] = []
    values = {"LAST": "60", "RAN": str(tmp_path / "ran"), "GATE": str(tmp_path / "gate")}
    running = asyncio.create_task(node.carry_out("count", Command(COUNT, values), lines.append))
    for cut in range(cuts):
        await until(lambda wanted=f"line {cut * 12 + 5} ✓": wanted in lines)  # type: ignore[misc]  # mypy cannot infer a lambda with a default
        before = machine.processes
        machine.wire.cut()
        await until(lambda before=before: machine.processes > before)  # type: ignore[misc]  # as above
        (tmp_path / f"gate.{cut + 1}").touch()
    (tmp_path / "gate").touch()
    assert (await running).ok
    printed = [line for line in lines if line.startswith("line")]
    assert printed == [f"line {number} ✓" for number in range(1, 61)]
    assert [line for line in lines if "reconnecting" in line] == [
        f"connection lost; reconnecting, 1 of {RECONNECTS}"
    ] * cuts
    assert (tmp_path / "ran").read_text() == "ran\n"
    assert machine.runs == ["kubetui-count"]


async def test_a_cut_in_the_middle_of_a_packet_loses_no_byte(machine: Guest, node: SshNode, tmp_path: Path) -> None:
    await node.connect(nobody)
    lines: list[str] = []
    machine.wire.cut_after(300_000)
    script = 'seq -f "%06.0f ✓" 100000\necho ran >>"$RAN"\n'
    assert (await node.carry_out("long", Command(script, {"RAN": str(tmp_path / "ran")}), lines.append)).ok
    assert [line for line in lines if "✓" in line] == [f"{number:06} ✓" for number in range(1, 100_001)]
    assert sum("reconnecting" in line for line in lines) == 1
    assert (tmp_path / "ran").read_text() == "ran\n"


async def test_a_step_that_ends_while_disconnected_keeps_its_exit_status(machine: Guest, node: SshNode) -> None:
    lines: list[str] = []
    running = asyncio.create_task(node.carry_out("away", Command("echo a; sleep 1; echo b; exit 9\n"), lines.append))
    await until(lambda: "a" in lines)
    await machine.wire.close()
    await until((machine.run / "away" / "exit").exists)
    await machine.wire.open()
    result = await running
    assert (result.exit_status, result.lines) == (9, ("a", "b"))


async def test_two_steps_on_one_machine_survive_the_same_cut(machine: Guest, node: SshNode, tmp_path: Path) -> None:
    lines: list[str] = []
    gate = tmp_path / "gate"
    script = Command("echo begin; until [[ -e $GATE ]]; do sleep 0.02; done; echo end\n", {"GATE": str(gate)})
    running = [asyncio.create_task(node.carry_out(f"step{number}", script, lines.append)) for number in range(4)]
    await until(lambda: lines.count("begin") == 4)
    before = machine.wire.connections
    machine.wire.cut()
    await until(lambda: machine.wire.connections > before)
    gate.touch()
    results = await asyncio.gather(*running)
    assert [result.lines for result in results] == [("begin", "end")] * 4
    assert machine.wire.connections == before + 1


async def test_a_reboot_that_deletes_the_steps_folder_loses_track_of_it(machine: Guest, node: SshNode) -> None:
    lines: list[str] = []
    running = asyncio.create_task(node.carry_out("gone", Command("echo a; sleep 10\n"), lines.append))
    await until(lambda: "a" in lines)
    await machine.wire.close()
    shutil.rmtree(machine.run)
    await machine.wire.open()
    with pytest.raises(LostTrackError, match="how far the step got on kubmaster: it restarted"):
        await running


async def test_an_earlier_attempts_end_is_not_mistaken_for_this_ones(machine: Guest, node: SshNode) -> None:
    assert (await node.carry_out("same", Command("echo old; exit 1\n"), nobody)).exit_status == 1
    result = await node.carry_out("same", Command("echo new; exit 2\n"), nobody)
    assert (result.exit_status, result.lines) == (2, ("new",))
    # the connection breaks before the launcher of the third attempt has done anything
    cut = machine.processes

    async def cutting() -> None:
        await until(lambda: machine.processes > cut)
        machine.wire.cut()

    (machine.standins / "sudo").write_text(
        f"#!/bin/bash\nif [[ ! -e {machine.folder}/once ]]; then : >{machine.folder}/once; sleep 1; exit 1; fi\n"
        'shift; exec "$@"\n'
    )
    breaking = asyncio.create_task(cutting())
    with pytest.raises(LostTrackError):
        await node.carry_out("same", Command("echo third; exit 0\n"), nobody)
    await breaking
    assert len(machine.runs) == 2


async def test_a_second_start_attaches_to_the_running_step(machine: Guest, node: SshNode, tmp_path: Path) -> None:
    values = {"LAST": "40", "RAN": str(tmp_path / "ran"), "GATE": str(tmp_path / "gate")}
    first = asyncio.create_task(node.carry_out("count", Command(COUNT, values), nobody))
    await until((machine.standins / "kubetui-count.pid").exists)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    other = machine.node()
    lines: list[str] = []
    second = asyncio.create_task(other.carry_out("count", Command(COUNT, values), lines.append))
    await until(lambda: "line 10 ✓" in lines)
    machine.wire.cut()
    (tmp_path / "gate").touch()
    assert (await second).ok
    assert [line for line in lines if "✓" in line] == [f"line {number} ✓" for number in range(1, 41)]
    assert (tmp_path / "ran").read_text() == "ran\n"
    assert machine.runs == ["kubetui-count"]
    await other.close()


async def test_half_a_script_is_never_run(machine: Guest, node: SshNode, tmp_path: Path) -> None:
    """The connection broke while the script was being sent, so standard input ends too early."""
    node_words = ("sudo", "-n", "bash", "-c", shells.LAUNCH, "kubetui", "half", "0", "start", "me", "1000")
    await node.connect(nobody)
    connection = await asyncssh.connect(
        "127.0.0.1", machine.wire.port, client_keys=[str(machine.key)], known_hosts=None, config=[], username="v"
    )
    async with connection:
        done = await connection.run(shlex.join(node_words), input=f"touch {tmp_path}/half\n")
        assert done.exit_status == 254
        words = ("sudo", "-n", "bash", "-c", shells.READ, "kubetui", "1000")
        done = await connection.run(shlex.join(words), input=f"touch {tmp_path}/half\n")
        assert done.exit_status == 254
    assert machine.runs == []
    assert not (tmp_path / "half").exists()


async def test_the_time_limit_includes_reconnections(machine: Guest) -> None:
    node = machine.node(Patience(boot=30, pause=0.02))
    lines: list[str] = []
    await node.connect(nobody)
    running = asyncio.create_task(node.carry_out("away", Command("echo a; sleep 60\n", timeout=3), lines.append))
    await until(lambda: "a" in lines)
    await machine.wire.close()
    with pytest.raises(RunError, match="did not finish within"):
        await running
    await node.close()


@pytest.mark.parametrize("ends", ["refused", "connected"])
async def test_a_time_limit_counts_in_the_moment_in_which_an_attempt_ends(
    machine: Guest, monkeypatch: pytest.MonkeyPatch, ends: str
) -> None:
    """Python 3.11's wait_for, within asyncssh, drops a cancellation that arrives then."""
    node = machine.node(Patience(boot=30, pause=0.02))
    real = asyncssh.connect

    async def dropping(**arguments: object) -> object:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            if ends == "refused":
                raise ConnectionRefusedError from None
        return await real(**arguments)

    monkeypatch.setattr(asyncssh, "connect", dropping)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await node.connect(nobody)
    await node.close()


async def test_losing_a_machine_too_often_is_an_error(machine: Guest, node: SshNode) -> None:
    async def cutting() -> None:
        # cut only once the command runs; cutting while it connects would be another error, an unreachable machine
        await until((machine.standins / "kubetui-never.pid").exists)
        seen = 0
        while True:
            await until(lambda seen=seen: machine.processes > seen)  # type: ignore[misc]  # as above
            seen = machine.processes
            machine.wire.cut()

    breaking = asyncio.create_task(cutting())
    with pytest.raises(ConnectionLostError, match=f"was lost {RECONNECTS} times"):
        await node.carry_out("never", Command("sleep 600\n"), nobody)
    breaking.cancel()
