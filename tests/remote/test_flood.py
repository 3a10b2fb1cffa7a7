"""Output that would fill the machine's memory: kubetui frees only the part of the log that it has read."""

import asyncio
import contextlib
import time
from pathlib import Path

from kubetui.remote.command import Command
from kubetui.remote.ssh import SshNode
from tests.loopback import Guest
from tests.remote.waiting import nobody, until

FLOOD = """
for part in 1 2 3 4; do
  head -c 16000000 < <(yes "part $part $FILLER")
  echo
  until [[ -e $GATE.$part ]]; do sleep 0.02; done
done
"""


def held(machine: Guest) -> int:
    """Return how many bytes of memory the step's log takes."""
    return sum(path.stat().st_blocks * 512 for path in machine.run.glob("flood/log"))


async def test_log_data_is_freed_on_the_machine_once_read(machine: Guest, node: SshNode, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    command = Command(FLOOD, {"FILLER": "x" * 1000, "GATE": str(gate)})
    lines = 0

    def count(_line: str) -> None:
        nonlocal lines
        lines += 1

    running = asyncio.create_task(node.carry_out("flood", command, count))
    for part in (1, 2):
        await until(lambda part=part: lines >= part * 15_000)  # type: ignore[misc]  # mypy cannot infer a lambda with a default
        gate.with_name(f"gate.{part}").touch()
    await until(lambda: held(machine) < 40_000_000 and lines >= 3 * 15_000)
    machine.wire.cut()
    # another kubetui attaches to the running step and reads the rest of its log
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
    assert "bytes of its output are in the log of the interrupted run" in said[0]
    gone = int(said[0].split()[2])
    # the first line is partial; all later lines are complete
    assert gone + sum(len(line) + 1 for line in said[1:]) == 4 * 16_000_001
    assert {line for line in said[2:] if line.startswith("part 4")} >= {f"part 4 {'x' * 1000}"}


TICK = r"""#!/bin/bash
[[ $1 == 1 ]] || exec /bin/sleep "$@"
echo "$PPID" >>"$STANDINS/waiting"
until [[ -e $STANDINS/tick ]]; do /bin/sleep 0.02; done
/bin/sleep 0.02
echo "$PPID" >>"$STANDINS/ticked"
"""
"""Stands in for sleep: the loop that polls once a second waits for the test instead, and reports when it resumes."""


async def test_an_orphaned_reader_frees_nothing_that_the_next_reader_needs(machine: Guest, tmp_path: Path) -> None:
    """The machine notices late that kubetui was killed; meanwhile the next kubetui reads from the first byte."""
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


async def test_zeros_that_a_step_prints_are_kept(node: SshNode) -> None:
    result = await node.carry_out("zeros", Command(r"printf '\0\0one\n\0two'" + "\n"), nobody)
    assert result.lines == ("␀␀one", "␀two")
    assert (await node.carry_out("nought", Command(r"printf '\0'" + "\n"), nobody)).lines == ("␀",)
