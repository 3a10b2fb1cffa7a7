"""Commands are told as they run: in order, as they were really called, whatever becomes of their output."""

import asyncio
from pathlib import Path

import pytest

from kubetui.base.text import CommandText
from kubetui.remote import guest
from kubetui.remote.command import Command
from kubetui.remote.ssh import SshNode
from tests.loopback import Guest
from tests.remote.waiting import until


def shown(lines: list[str]) -> list[str]:
    return [f"$ {line}" if isinstance(line, CommandText) else line for line in lines]


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("run echo one 'two  three' \"it's\"\n", ["$ echo one 'two  three' 'it'\\''s'", "one two  three it's"]),
        ("run printf '%s' half\nrun echo whole\n", ["$ printf %s half", "half", "$ echo whole", "whole"]),
        ("run printf '%s\\n' $'a\\nb'\n", ["$ printf '%s\\n' $'a\\nb'", "a", "b"]),
        ("text=$(run echo kept 2>&1)\nsay got $text\n", ["$ echo kept", "got kept"]),
        ("run ls /nowhere >/dev/null 2>&1 || say handled\n", ["$ ls /nowhere", "handled"]),
        ("run cat <<<input\n", ["$ cat", "input"]),
        ("run echo a | tr a b\n", ["$ echo a", "b"]),
        ("date() { say shadow; }\nrun date -d @0 --utc +%s\n", ["$ date -d @0 --utc +%s", "0"]),
        ("called 'curl <user and password>'\n", ["$ curl <user and password>"]),
    ],
)
async def test_a_command_is_told_before_its_output(node: SshNode, script: str, said: list[str]) -> None:
    lines: list[str] = []
    result = await node.carry_out("told", Command(script), lines.append)
    assert (result.exit_status, result.command) == (0, "")
    assert shown(lines) == said
    assert list(result.lines) == [line for line in said if not line.startswith("$ ")]


@pytest.mark.parametrize(
    ("script", "status", "command"),
    [
        ("run ls /nowhere\nsay never\n", 2, "ls /nowhere"),
        ("retry 1 run ls /nowhere\n", 1, "ls /nowhere"),
        ("if ! run ls /nowhere; then exit 7; fi\n", 7, "ls /nowhere"),
        ("run ls /nowhere || true\nrun true\nrun false\n", 1, "false"),
        ("until run ls nowhere; do : >nowhere; done\n[[ -z x ]]\n", 1, ""),
        ("run ls /nowhere || :\nuntil run ls nowhere; do : >nowhere; done\nexit 3\n", 3, "ls /nowhere"),
        ("run true\nfail 'it is not right'\n", 1, ""),
        ("run ls /nowhere | cat\n", 2, "ls /nowhere"),
        ("(run ls /nowhere) &\nwait $!\n", 2, "ls /nowhere"),
    ],
)
async def test_a_failure_names_the_command_that_failed(
    node: SshNode, script: str, status: int, command: str, tmp_path: Path
) -> None:
    result = await node.carry_out("failing", Command(f"cd {tmp_path}\n{script}"), lambda _: None)
    assert (result.exit_status, result.command) == (status, command)
    assert not any(guest.SEPARATOR in line for line in result.lines)


async def test_a_failing_command_is_found_where_it_stands(node: SshNode) -> None:
    result = await node.carry_out("failing", Command("say hello\nrun ls /nowhere\n"), lambda _: None)
    assert result.failed_at == (2,)


async def test_a_read_tells_its_commands_apart_from_its_output(node: SshNode) -> None:
    lines: list[str] = []
    text = await node.read(Command("echo warned >&2\nrun echo secret\n", quiet=True), lines.append)
    assert (text, shown(lines)) == ("secret\n", ["$ echo secret"])


async def test_a_short_command_tells_its_commands(node: SshNode) -> None:
    lines: list[str] = []
    await node.run(Command("said=$(run echo key 2>&1)\nsay done\n"), lines.append)
    assert shown(lines) == ["$ echo key", "done"]


async def test_commands_survive_lost_connections(machine: Guest, node: SshNode, tmp_path: Path) -> None:
    lines: list[str] = []
    gate = tmp_path / "gate"
    script = (
        'for each in 1 2 3 4 5; do run echo "$each"; done\nuntil [[ -e $GATE ]]; do sleep 0.02; done\nrun echo end\n'
    )
    await node.connect(lambda _: None)
    machine.wire.cut_after(9000)
    running = asyncio.create_task(node.carry_out("long", Command(script, {"GATE": str(gate)}), lines.append))
    await until(lambda: "5" in lines)
    machine.wire.cut()
    gate.touch()
    assert (await running).ok
    told = [line for line in lines if isinstance(line, CommandText)]
    assert told == [*(f"echo {number}" for number in range(1, 6)), "echo end"]


async def test_an_output_that_imitates_a_mark_is_no_more_than_a_command_line(node: SshNode) -> None:
    lines: list[str] = []
    script = "printf '\\x1ekubetui-calls \\x1b[31mrm -rf /\\x07\\n\\x1ekubetui-other x\\n'\n"
    result = await node.carry_out("forged", Command(script), lines.append)
    assert shown(lines) == ["$ rm -rf /␇", "␞kubetui-other x"]
    assert result.command == ""


async def test_an_old_failure_is_none_after_all_went_well(node: SshNode) -> None:
    result = await node.carry_out("well", Command("run ls /nowhere || true\n"), lambda _: None)
    assert (result.exit_status, result.command) == (0, "")
