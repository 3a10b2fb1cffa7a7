"""Programs are run with live output, and cancelled ones leave nothing behind."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from kubetui.base.process import PATIENCE, TAIL, Finished, run

Patience = tuple[tuple[signal.Signals, float], ...]
QUICK: Patience = ((signal.SIGINT, 0.3), (signal.SIGTERM, 0.3), (signal.SIGKILL, 2.0))


async def bash(script: str, folder: Path, lines: list[str] | None = None, patience: Patience = QUICK) -> Finished:
    sink = [] if lines is None else lines
    return await run(["bash", "-c", script], cwd=folder, env=os.environ, log=sink.append, patience=patience)


async def started(path: Path) -> int:
    """Wait for a script to write its process id."""
    async with asyncio.timeout(60):
        while not path.exists() or not path.read_text():  # noqa: ASYNC110, ASYNC240
            await asyncio.sleep(0.01)
    return int(path.read_text())  # noqa: ASYNC240


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


async def test_output_of_both_kinds_arrives_cleaned_and_in_order(tmp_path: Path) -> None:
    lines: list[str] = []
    finished = await bash(r"echo one; echo two >&2; printf '\033[31mthree\033[0m'; exit 3", tmp_path, lines)
    assert lines == ["one", "two", "three"]
    assert finished == Finished(3, ("one", "two", "three"))


async def test_a_line_arrives_while_the_program_runs(tmp_path: Path) -> None:
    lines: list[str] = []
    task = asyncio.create_task(bash("echo early; sleep 60", tmp_path, lines))
    async with asyncio.timeout(60):
        while not lines:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_only_the_last_lines_are_kept(tmp_path: Path) -> None:
    finished = await bash("seq 1000", tmp_path)
    assert finished.tail == tuple(str(number) for number in range(1001 - TAIL, 1001))


async def test_stdin_is_empty(tmp_path: Path) -> None:
    assert (await bash("cat; echo end", tmp_path)).tail == ("end",)


async def test_broken_utf8_and_endless_lines_do_no_harm(tmp_path: Path) -> None:
    finished = await bash(r"printf 'a\377b\n'; head -c 3000000 /dev/zero | tr '\0' x; echo", tmp_path)
    assert finished.tail[0] == "a\ufffdb"
    assert len(finished.tail[1]) < 5000


async def test_a_daemon_that_holds_the_output_does_not_hold_the_run(tmp_path: Path) -> None:
    finished = await bash("setsid sleep 8 & echo $!; exit 0", tmp_path)
    assert finished.code == 0
    os.kill(int(finished.tail[0]), signal.SIGKILL)


async def test_a_missing_program_is_an_oserror_and_leaks_nothing(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    with pytest.raises(FileNotFoundError):
        await run(["/nonexistent/program"], cwd=tmp_path, env={}, log=print)
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


@pytest.mark.parametrize(
    "script",
    [
        "sleep 60 & echo $! >child; wait",
        "trap '' INT; bash -c 'trap \"\" INT; echo $$ >child; while :; do sleep 0.05; done'",
        "trap '' INT TERM; bash -c 'trap \"\" INT TERM; echo $$ >child; while :; do sleep 0.05; done'",
    ],
    ids=["interrupt", "terminate", "kill"],
)
async def test_cancelling_leaves_no_orphan(tmp_path: Path, script: str) -> None:
    task = asyncio.create_task(bash(script, tmp_path))
    child = await started(tmp_path / "child")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not alive(child)


async def test_by_default_a_program_that_ignores_every_signal_it_can_is_killed(tmp_path: Path) -> None:
    script = "trap '' HUP INT QUIT TERM; echo $$ >child; while :; do sleep 0.05; done"
    # the signals as they are, without the pauses: those are long, for programs that clean up
    patience = tuple((number, min(seconds, 0.5)) for number, seconds in PATIENCE)
    task = asyncio.create_task(bash(script, tmp_path, patience=patience))
    child = await started(tmp_path / "child")
    try:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not alive(child)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)


async def test_an_interrupted_program_can_clean_up(tmp_path: Path) -> None:
    lines: list[str] = []
    script = "trap 'echo cleaned; exit 130' INT; echo $$ >child; while :; do sleep 0.02; done"
    task = asyncio.create_task(bash(script, tmp_path, lines, ((signal.SIGINT, 60.0),)))
    await started(tmp_path / "child")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert lines == ["cleaned"]


async def test_a_second_cancellation_kills_at_once(tmp_path: Path) -> None:
    patience = ((signal.SIGINT, 30.0), (signal.SIGKILL, 2.0))
    script = "trap '' INT; echo $$ >child; while :; do sleep 0.05; done"
    running = run(["bash", "-c", script], cwd=tmp_path, env=os.environ, log=print, patience=patience)
    task = asyncio.create_task(running)
    child = await started(tmp_path / "child")
    task.cancel()
    await asyncio.sleep(0.1)
    assert alive(child)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not alive(child)


async def test_a_sink_that_fails_ends_the_run_with_its_error(tmp_path: Path) -> None:
    def broken(line: str) -> None:
        raise RuntimeError(line)

    with pytest.raises(RuntimeError, match="hello"):
        await run(["echo", "hello"], cwd=tmp_path, env=os.environ, log=broken)
