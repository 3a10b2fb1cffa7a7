"""Read-only commands over SSH: their results, their errors and their time limit."""

import asyncio
from pathlib import Path

import pytest

from kubetui.base.errors import RunError
from kubetui.remote.command import Command
from kubetui.remote.ssh import SshNode
from tests.loopback import Guest
from tests.remote.waiting import nobody, until


async def test_run_returns_status_and_both_outputs_in_order(node: SshNode) -> None:
    lines: list[str] = []
    result = await node.run(Command("echo one; echo two >&2; echo three; printf 'no end'; exit 7\n"), lines.append)
    assert (result.exit_status, result.lines) == (7, ("one", "two", "three", "no end"))
    assert list(result.lines) == lines
    assert not result.ok
    assert result.last == "no end"


async def test_values_arrive_unchanged(node: SshNode) -> None:
    value = 'it\'s $HOME `id` \\ "x"\n* ✓'
    assert await node.read(Command('printf %s "$VALUE"\n', {"VALUE": value})) == value


async def test_a_command_that_reads_standard_input_does_not_swallow_the_script(node: SshNode) -> None:
    script = "cat\nread -r word || echo nothing to read\necho after\n"
    assert (await node.run(Command(script))).lines == ("nothing to read", "after")
    assert (await node.carry_out("stdin", Command(script), nobody)).lines == ("nothing to read", "after")


async def test_read_returns_standard_output_only(machine: Guest, node: SshNode) -> None:
    (machine.standins / "sudo-warns").touch()
    assert await node.read(Command("echo out; echo warning >&2\n")) == "out\n"
    assert (await node.carry_out("warned", Command("echo out\n"), nobody)).lines == ("out",)


async def test_a_failed_read_shows_standard_error_unless_the_command_is_quiet(node: SshNode) -> None:
    script = "echo 'abc \x1b]52;c;x\x07' >&2; exit 3\n"
    with pytest.raises(RunError, match="failed with exit status 3: abc ␛]52;c;x␇"):
        await node.read(Command(script))
    with pytest.raises(RunError, match="failed with exit status 3: no output"):
        await node.read(Command("echo secret; echo secret >&2; exit 3\n", quiet=True))


async def test_quiet_commands_log_nothing(node: SshNode) -> None:
    lines: list[str] = []
    quiet = Command("echo secret; exit 1\n", quiet=True)
    assert (await node.run(quiet, lines.append)).lines == ()
    assert (await node.carry_out("quiet", quiet, lines.append)).lines == ()
    assert lines == []


async def test_sudos_own_message_is_shown_when_it_refuses(machine: Guest, node: SshNode) -> None:
    (machine.standins / "sudo-refuses").touch()
    assert (await node.run(Command("echo never\n"))).last == "sudo: a password is required"
    assert (await node.carry_out("refused", Command("echo never\n"), nobody)).last == "sudo: a password is required"


async def test_ten_megabytes_arrive_whole(node: SshNode) -> None:
    text = await node.read(Command("head -c 10000000 /dev/zero | tr '\\0' x\n"))
    assert len(text) == 10_000_000
    result = await node.run(Command("yes 0123456789012345678901234567890123456789 | head -n 250000\n"))
    assert len(result.lines) == 50


async def test_a_character_split_between_two_packets_arrives_whole(node: SshNode) -> None:
    result = await node.run(Command(r"printf '\342\234'; sleep 0.1; printf '\223 \377\n'" + "\n"))
    assert result.lines == ("✓ \ufffd",)


async def test_a_read_only_command_is_cut_off_at_its_time_limit(node: SshNode) -> None:
    with pytest.raises(RunError, match="did not finish within 0 s") as caught:
        await node.run(Command("sleep 3\n", timeout=0.3))
    assert caught.value.id == "TIMEOUT"


async def test_a_read_only_command_is_repeated_after_a_lost_connection(
    machine: Guest, node: SshNode, tmp_path: Path
) -> None:
    values = {"MARK": str(tmp_path / "mark")}
    script = 'echo begin\nif [[ ! -e $MARK ]]; then : >"$MARK"; sleep 5; fi\necho end\n'
    looking = asyncio.create_task(node.run(Command(script, values)))
    await until((tmp_path / "mark").exists)
    machine.wire.cut()
    assert (await looking).lines == ("begin", "end")
