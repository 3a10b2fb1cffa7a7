"""Steps over SSH: started once, followed, stopped at their time limit, cleaned up afterwards."""

import asyncio
from pathlib import Path

import pytest

from kubetui.base.errors import LostTrackError, RunError
from kubetui.base.redaction import Secret
from kubetui.remote.command import Command
from kubetui.remote.ssh import SshNode
from tests.loopback import Guest
from tests.remote.waiting import nobody, until


async def test_carry_out_streams_and_returns_the_exit_status(machine: Guest, node: SshNode, tmp_path: Path) -> None:
    lines: list[str] = []
    gate = tmp_path / "gate"
    script = 'echo one; echo two >&2; until [[ -e $GATE ]]; do sleep 0.02; done; echo "$TOKEN"; exit 5\n'
    command = Command(script, {"TOKEN": Secret("t"), "GATE": str(gate)})
    running = asyncio.create_task(node.carry_out("five", command, lines.append))
    await until(lambda: lines == ["one", "two"])
    assert not running.done()
    gate.touch()
    result = await running
    assert (result.exit_status, result.lines) == (5, ("one", "two", "t"))
    assert machine.runs == ["kubetui-five"]


async def test_a_script_deletes_itself_as_it_starts(machine: Guest, node: SshNode) -> None:
    seen: list[bool] = []
    script = machine.run / "secret" / "script"
    running = node.carry_out(
        "secret", Command("echo begun; sleep 0.2; exit 1\n"), lambda _line: seen.append(script.exists())
    )
    assert (await running).exit_status == 1
    assert seen == [False]
    assert (machine.run / "secret").stat().st_mode & 0o777 == 0o700
    assert not script.exists()


async def test_a_unit_that_cannot_start_leaves_no_script_behind(machine: Guest, node: SshNode) -> None:
    (machine.standins / "systemd-refuses").touch()
    with pytest.raises(LostTrackError, match="kubmaster: Failed to start transient service unit"):
        await node.carry_out("none", Command("echo never\n"), nobody)
    assert not (machine.run / "none" / "script").exists()


async def test_a_step_over_its_time_limit_is_stopped_on_the_machine(machine: Guest, node: SshNode) -> None:
    lines: list[str] = []
    command = Command("echo a; sleep 60\n", timeout=3.0)
    await node.connect(nobody)
    running = asyncio.create_task(node.carry_out("slow", command, lines.append))
    await until(lambda: "a" in lines)
    pid = int((machine.standins / "kubetui-slow.pid").read_text())
    machine.wire.cut()
    with pytest.raises(RunError, match="did not finish within 3 s") as caught:
        await running
    assert caught.value.id == "TIMEOUT"
    await until(lambda: not Path(f"/proc/{pid}").exists())
    assert not (machine.run / "slow").exists()


async def test_closing_the_connection_deletes_the_files_of_successful_steps(machine: Guest) -> None:
    node = machine.node()
    assert (await node.carry_out("good", Command("echo ok\n"), nobody)).ok
    assert not (await node.carry_out("bad", Command("false\n"), nobody)).ok
    await node.close()
    assert [path.name for path in machine.run.iterdir()] == ["bad"]


async def test_cancelling_leaves_no_task_behind_on_this_host(machine: Guest, node: SshNode) -> None:
    await node.connect(nobody)
    before = asyncio.all_tasks()
    running = asyncio.create_task(node.carry_out("goes-on", Command("sleep 0.5; echo end\n"), nobody))
    await until(lambda: machine.runs)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await until(lambda: not {task for task in asyncio.all_tasks() - before if not task.done()})
    # on the machine the step keeps running, so a later run can attach to it
    await until((machine.run / "goes-on" / "exit").exists)
