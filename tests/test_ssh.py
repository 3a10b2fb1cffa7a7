"""A machine over SSH, against a real server on this host whose connection breaks and freezes."""

import asyncio
import contextlib
import re
import shlex
import shutil
import socket
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest

from kubetui import guest as shells
from kubetui.command import Command, Secret
from kubetui.connection import Patience, describe
from kubetui.errors import ConnectionLostError, HostKeyError, RunError
from kubetui.hostkeys import HostKeys
from kubetui.node import LostTrackError
from kubetui.providers.base import Endpoint
from kubetui.ssh import CHANNELS, RECONNECTS, SshNode
from tests.loopback import Guest, guest

COUNT = """
for i in $(seq "$LAST"); do
  echo "line $i ✓"
  sleep 0.01
  ((i % 12)) || until [[ -e $GATE.$((i / 12)) || -e $GATE ]]; do sleep 0.02; done
done
until [[ -e $GATE ]]; do sleep 0.02; done
echo ran >>"$RAN"
"""


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Guest]:
    async with guest(tmp_path) as made:
        yield made


@pytest.fixture
async def node(machine: Guest) -> AsyncIterator[SshNode]:
    made = machine.node()
    yield made
    await made.close()


def nobody(_line: str) -> None:
    pass


async def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        await asyncio.sleep(0.01)


# looking


async def test_run_returns_status_and_lines_with_errors_in_their_order(node: SshNode) -> None:
    lines: list[str] = []
    result = await node.run(Command("echo one; echo two >&2; echo three; printf 'no end'; exit 7\n"), lines.append)
    assert (result.exit_status, result.lines) == (7, ("one", "two", "three", "no end"))
    assert list(result.lines) == lines
    assert not result.ok
    assert result.last == "no end"


async def test_values_arrive_as_they_are(node: SshNode) -> None:
    value = 'it\'s $HOME `id` \\ "x"\n* ✓'
    assert await node.read(Command('printf %s "$VALUE"\n', {"VALUE": value})) == value


async def test_a_command_that_reads_standard_input_does_not_eat_the_script(node: SshNode) -> None:
    script = "cat\nread -r word || echo nothing to read\necho after\n"
    assert (await node.run(Command(script))).lines == ("nothing to read", "after")
    assert (await node.carry_out("stdin", Command(script), nobody)).lines == ("nothing to read", "after")


async def test_read_returns_what_is_printed_and_no_complaint(machine: Guest, node: SshNode) -> None:
    (machine.standins / "sudo-warns").touch()
    assert await node.read(Command("echo out; echo warning >&2\n")) == "out\n"
    assert (await node.carry_out("warned", Command("echo out\n"), nobody)).lines == ("out",)


async def test_read_fails_with_the_complaint_but_not_of_a_quiet_command(node: SshNode) -> None:
    script = "echo 'abc \x1b]52;c;x\x07' >&2; exit 3\n"
    with pytest.raises(RunError, match="ended with 3: abc ␛]52;c;x␇"):
        await node.read(Command(script))
    with pytest.raises(RunError, match="ended with 3: no output"):
        await node.read(Command("echo secret; echo secret >&2; exit 3\n", quiet=True))


async def test_quiet_commands_leave_no_line(node: SshNode) -> None:
    lines: list[str] = []
    quiet = Command("echo secret; exit 1\n", quiet=True)
    assert (await node.run(quiet, lines.append)).lines == ()
    assert (await node.carry_out("quiet", quiet, lines.append)).lines == ()
    assert lines == []


async def test_what_sudo_says_is_shown_when_it_refuses(machine: Guest, node: SshNode) -> None:
    (machine.standins / "sudo-refuses").touch()
    assert (await node.run(Command("echo never\n"))).last == "sudo: a password is required"
    assert (await node.carry_out("refused", Command("echo never\n"), nobody)).last == "sudo: a password is required"


async def test_ten_megabytes_pass(node: SshNode) -> None:
    text = await node.read(Command("head -c 10000000 /dev/zero | tr '\\0' x\n"))
    assert len(text) == 10_000_000
    result = await node.run(Command("yes 0123456789012345678901234567890123456789 | head -n 250000\n"))
    assert len(result.lines) == 50


async def test_a_character_split_between_two_packets_is_whole(node: SshNode) -> None:
    result = await node.run(Command(r"printf '\342\234'; sleep 0.1; printf '\223 \377\n'" + "\n"))
    assert result.lines == ("✓ \ufffd",)


async def test_looking_ends_at_its_time_limit(node: SshNode) -> None:
    with pytest.raises(RunError, match="did not end within 0 s") as caught:
        await node.run(Command("sleep 3\n", timeout=0.3))
    assert caught.value.id == "TIMEOUT"


async def test_looking_is_repeated_after_a_lost_connection(machine: Guest, node: SshNode, tmp_path: Path) -> None:
    values = {"MARK": str(tmp_path / "mark")}
    script = 'echo begin\nif [[ ! -e $MARK ]]; then : >"$MARK"; sleep 5; fi\necho end\n'
    looking = asyncio.create_task(node.run(Command(script, values)))
    await until((tmp_path / "mark").exists)
    machine.wire.cut()
    assert (await looking).lines == ("begin", "end")


# connecting


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


async def test_a_machine_that_is_reached_elsewhere_after_a_restart_is_found_again(
    machine: Guest, tmp_path: Path
) -> None:
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


async def test_connect_gives_up_after_its_patience(machine: Guest) -> None:
    await machine.wire.close()
    with pytest.raises(ConnectionLostError, match=r"kubmaster cannot be reached at 127.0.0.1:\d+: connection refused"):
        await machine.node(Patience(boot=0.2, pause=0.02)).connect(nobody)


async def test_a_refused_key_is_tried_again_until_the_deadline(machine: Guest) -> None:
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


async def test_the_first_host_key_is_pinned_and_another_one_stops_at_once(machine: Guest) -> None:
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
async def test_a_key_file_that_cannot_be_used_is_no_reason_to_wait(machine: Guest, content: str | None) -> None:
    machine.key.unlink()
    if content:
        machine.key.write_text(content)
    with pytest.raises(RunError, match="The SSH key for kubmaster") as caught:
        await machine.node().connect(nobody)
    assert caught.value.id == "SSH-KEY"


async def test_a_frozen_machine_is_noticed(machine: Guest) -> None:
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
    assert describe(asyncssh.ConnectionLost("")) == "ConnectionLost"


# carrying out


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


async def test_the_script_is_gone_as_soon_as_it_runs(machine: Guest, node: SshNode) -> None:
    seen: list[bool] = []
    script = machine.run / "secret" / "script"
    running = node.carry_out(
        "secret", Command("echo begun; sleep 0.2; exit 1\n"), lambda _line: seen.append(script.exists())
    )
    assert (await running).exit_status == 1
    assert seen == [False]
    assert (machine.run / "secret").stat().st_mode & 0o777 == 0o700
    assert not script.exists()


async def test_a_unit_that_cannot_be_started_leaves_no_script(machine: Guest, node: SshNode) -> None:
    (machine.standins / "systemd-refuses").touch()
    with pytest.raises(LostTrackError, match="is not known: Failed to start transient service unit"):
        await node.carry_out("none", Command("echo never\n"), nobody)
    assert not (machine.run / "none" / "script").exists()


@pytest.mark.parametrize("cuts", [1, 4])
async def test_output_goes_on_after_a_lost_connection(machine: Guest, node: SshNode, tmp_path: Path, cuts: int) -> None:
    lines: list[str] = []
    values = {"LAST": "60", "RAN": str(tmp_path / "ran"), "GATE": str(tmp_path / "gate")}
    running = asyncio.create_task(node.carry_out("count", Command(COUNT, values), lines.append))
    for cut in range(cuts):
        await until(lambda wanted=f"line {cut * 12 + 5} ✓": wanted in lines)  # type: ignore[misc]
        before = machine.processes
        machine.wire.cut()
        await until(lambda before=before: machine.processes > before)  # type: ignore[misc]
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


async def test_a_step_that_ends_while_the_connection_is_away_keeps_its_end(machine: Guest, node: SshNode) -> None:
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


async def test_a_folder_that_a_reboot_took_away_is_lost_track_of(machine: Guest, node: SshNode) -> None:
    lines: list[str] = []
    running = asyncio.create_task(node.carry_out("gone", Command("echo a; sleep 10\n"), lines.append))
    await until(lambda: "a" in lines)
    await machine.wire.close()
    shutil.rmtree(machine.run)
    await machine.wire.open()
    with pytest.raises(LostTrackError, match="kubmaster is not known: it was restarted"):
        await running


async def test_an_earlier_end_is_not_taken_for_this_ones(machine: Guest, node: SshNode) -> None:
    assert (await node.carry_out("same", Command("echo old; exit 1\n"), nobody)).exit_status == 1
    result = await node.carry_out("same", Command("echo new; exit 2\n"), nobody)
    assert (result.exit_status, result.lines) == (2, ("new",))
    # the connection breaks before the launcher of a third attempt did anything
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


async def test_a_second_start_attaches_to_what_runs(machine: Guest, node: SshNode, tmp_path: Path) -> None:
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
    """As when the connection breaks while the script is on its way: standard input ends too early."""
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


async def test_a_step_over_its_time_limit_is_ended_in_the_machine(machine: Guest, node: SshNode) -> None:
    lines: list[str] = []
    command = Command("echo a; sleep 60\n", timeout=3.0)
    await node.connect(nobody)
    running = asyncio.create_task(node.carry_out("slow", command, lines.append))
    await until(lambda: "a" in lines)
    pid = int((machine.standins / "kubetui-slow.pid").read_text())
    machine.wire.cut()
    with pytest.raises(RunError, match="did not end within 3 s") as caught:
        await running
    assert caught.value.id == "TIMEOUT"
    await until(lambda: not Path(f"/proc/{pid}").exists())
    assert not (machine.run / "slow").exists()


async def test_the_time_limit_holds_over_all_reconnections(machine: Guest) -> None:
    node = machine.node(Patience(boot=30, pause=0.02))
    lines: list[str] = []
    await node.connect(nobody)
    running = asyncio.create_task(node.carry_out("away", Command("echo a; sleep 60\n", timeout=3), lines.append))
    await until(lambda: "a" in lines)
    await machine.wire.close()
    with pytest.raises(RunError, match="did not end within"):
        await running
    await node.close()


async def test_a_machine_that_is_lost_again_and_again_is_given_up(machine: Guest, node: SshNode) -> None:
    async def cutting() -> None:
        # while a command runs in it: cut while it connects, it would be a machine that cannot be reached
        await until((machine.standins / "kubetui-never.pid").exists)
        seen = 0
        while True:
            await until(lambda seen=seen: machine.processes > seen)  # type: ignore[misc]
            seen = machine.processes
            machine.wire.cut()

    breaking = asyncio.create_task(cutting())
    with pytest.raises(ConnectionLostError, match=f"was lost {RECONNECTS} times"):
        await node.carry_out("never", Command("sleep 600\n"), nobody)
    breaking.cancel()


async def test_what_ended_well_is_tidied_when_the_connection_is_closed(machine: Guest) -> None:
    node = machine.node()
    assert (await node.carry_out("good", Command("echo ok\n"), nobody)).ok
    assert not (await node.carry_out("bad", Command("false\n"), nobody)).ok
    await node.close()
    assert [path.name for path in machine.run.iterdir()] == ["bad"]


async def test_cancelling_leaves_nothing_behind_here(machine: Guest, node: SshNode) -> None:
    await node.connect(nobody)
    before = asyncio.all_tasks()
    running = asyncio.create_task(node.carry_out("goes-on", Command("sleep 0.5; echo end\n"), nobody))
    await until(lambda: machine.runs)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await until(lambda: not {task for task in asyncio.all_tasks() - before if not task.done()})
    # in the machine it goes on, and is there to be picked up
    await until((machine.run / "goes-on" / "exit").exists)


async def test_who_notices_late_that_a_connection_broke_spares_its_successor(machine: Guest, node: SshNode) -> None:
    await node.connect(nobody)
    lost = await node._connection.open()
    machine.wire.cut()
    assert (await node.run(Command("true\n"))).ok
    node._connection.forget(lost)
    before = machine.wire.connections
    assert (await node.run(Command("true\n"))).ok
    assert machine.wire.connections == before


async def test_no_more_commands_at_once_than_sshd_takes(machine: Guest, node: SshNode, tmp_path: Path) -> None:
    script = (
        'mkdir "$PLACE/$$"; ls "$PLACE" | wc -l; until [[ -e $PLACE.go ]]; do sleep 0.02; done; rmdir "$PLACE/$$"\n'
    )
    place = tmp_path / "place"
    place.mkdir()
    asked = [asyncio.create_task(node.run(Command(script, {"PLACE": str(place)}))) for _ in range(2 * CHANNELS)]
    await until(lambda: len(list(place.iterdir())) == CHANNELS)
    place.with_suffix(".go").touch()
    counts = [int(result.last) for result in await asyncio.gather(*asked)]
    assert max(counts) == CHANNELS
    assert machine.processes == 2 * CHANNELS


# an output that would fill the machine's memory

FLOOD = """
for part in 1 2 3 4; do
  head -c 16000000 < <(yes "part $part $FILLER")
  echo
  until [[ -e $GATE.$part ]]; do sleep 0.02; done
done
"""


def held(machine: Guest) -> int:
    """Return how many bytes of the step's log take memory."""
    return sum(path.stat().st_blocks * 512 for path in machine.run.glob("flood/log"))


async def test_what_was_read_does_not_stay_in_the_machines_memory(
    machine: Guest, node: SshNode, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    command = Command(FLOOD, {"FILLER": "x" * 1000, "GATE": str(gate)})
    lines = 0

    def count(_line: str) -> None:
        nonlocal lines
        lines += 1

    running = asyncio.create_task(node.carry_out("flood", command, count))
    for part in (1, 2):
        await until(lambda part=part: lines >= part * 15_000)  # type: ignore[misc]
        gate.with_name(f"gate.{part}").touch()
    await until(lambda: held(machine) < 40_000_000 and lines >= 3 * 15_000)
    machine.wire.cut()
    # another kubetui finds it running and reads what there is
    said: list[str] = []
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    second = machine.node()
    await second.connect(nobody)
    picked = asyncio.create_task(second.carry_out("flood", command, said.append))
    await until(lambda: said)
    for part in (3, 4):
        gate.with_name(f"gate.{part}").touch()
    result = await picked
    await second.close()
    assert result.ok
    assert machine.runs == ["kubetui-flood"]
    assert "bytes of its output are in the log of the run that was cut off" in said[0]
    gone = int(said[0].split()[2])
    # the first line is half of one, and the rest is whole
    assert gone + sum(len(line) + 1 for line in said[1:]) == 4 * 16_000_001
    assert {line for line in said[2:] if line.startswith("part 4")} >= {f"part 4 {'x' * 1000}"}


TICK = r"""#!/bin/bash
[[ $1 == 1 ]] || exec /bin/sleep "$@"
echo "$PPID" >>"$STANDINS/waiting"
until [[ -e $STANDINS/tick ]]; do /bin/sleep 0.02; done
/bin/sleep 0.02
echo "$PPID" >>"$STANDINS/ticked"
"""
"""Stands in for sleep: who looks once a second waits for the test instead, and says when it goes on."""


async def test_a_reader_left_behind_gives_nothing_back_that_the_next_one_wants(machine: Guest, tmp_path: Path) -> None:
    """The machine notices late that a kubetui was killed; the next one reads from the first byte meanwhile."""
    (machine.standins / "sleep").write_text(TICK)
    (machine.standins / "sleep").chmod(0o755)
    waiting, ticked = machine.standins / "waiting", machine.standins / "ticked"
    ticked.touch()
    gate = tmp_path / "gate"
    script = 'seq -f "line %.0f $FILLER" 60000\nuntil [[ -e $GATE ]]; do sleep 0.02; done\n'
    command = Command(script, {"FILLER": "x" * 1000, "GATE": str(gate)})
    lines: list[str] = []
    first = machine.node()
    left = asyncio.create_task(first.carry_out("flood", command, lines.append))
    await until(lambda: len(lines) > 40_000 and waiting.exists())
    machine.wire.strand()
    left.cancel()
    await until(left.done)
    giver = waiting.read_text().split()[0]
    said: list[str] = []

    def take(line: str) -> None:
        if not said:
            (machine.standins / "tick").touch()
            end = time.monotonic() + 120
            while ticked.read_text().split().count(giver) < 2:
                assert time.monotonic() < end, "the reader before does not look again"
                time.sleep(0.01)
            gate.touch()
        said.append(line)

    second = machine.node()
    assert (await second.carry_out("flood", command, take)).ok
    assert [line.split()[1] for line in said] == [str(number) for number in range(1, 60_001)]
    await second.close()
    await first.close()


async def test_zeros_that_a_step_prints_are_shown(node: SshNode) -> None:
    result = await node.carry_out("zeros", Command(r"printf '\0\0one\n\0two'" + "\n"), nobody)
    assert result.lines == ("␀␀one", "␀two")
    assert (await node.carry_out("nought", Command(r"printf '\0'" + "\n"), nobody)).lines == ("␀",)
