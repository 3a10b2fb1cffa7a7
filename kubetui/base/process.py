"""Runs programs of this host from asyncio: live output, clean cancellation, no leftover processes."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kubetui.base.text import LineCutter, LineSink

TAIL: Final = 50
"""Last lines of output that are kept for an error message."""

PATIENCE: Final = ((signal.SIGINT, 20.0), (signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0))
"""The signals that a cancelled program gets in turn, and the seconds that it has to end after each."""

_CHUNK = 65536
_ANSWER = 20.0
"""Seconds that a program may take to answer `ask`."""
_POLL = 0.02
_STRAGGLERS = 2.0
"""Seconds that other processes in the group may outlive the program."""
_LAST_WORDS = 1.0
"""Seconds to keep reading after a program ended: a daemon that it started may hold the pipe open forever."""


@dataclass(frozen=True, slots=True)
class Finished:
    """How a program ended: its exit code (negative: the signal that ended it) and its last lines."""

    code: int
    tail: tuple[str, ...]


async def run(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    log: LineSink,
    patience: Sequence[tuple[signal.Signals, float]] = PATIENCE,
) -> Finished:
    """Run a program in its own session and pass every line that it prints to `log`.

    A cancellation ends the whole process group as `patience` says, then raises CancelledError; a second one
    kills at once. Raises OSError when the program cannot be started.
    """
    read, write = os.pipe()
    tail: deque[str] = deque(maxlen=TAIL)
    reading = asyncio.create_task(_pump(read, log, tail))
    try:
        code = await _run(argv, cwd, env, write, patience)
    finally:
        try:
            await asyncio.wait({reading}, timeout=_LAST_WORDS)
        finally:
            reading.cancel()
            (outcome,) = await asyncio.gather(reading, return_exceptions=True)
    if isinstance(outcome, Exception):
        raise outcome
    return Finished(code, tuple(tail))


async def ask(program: str, *arguments: str, env: Mapping[str, str] = os.environ) -> str | None:
    """Return what a program of this host prints; None when it is missing, fails or takes more than 20 seconds."""
    path = shutil.which(program)
    if path is None:
        return None
    output: list[str] = []
    try:
        async with asyncio.timeout(_ANSWER):
            finished = await run([path, *arguments], cwd=Path("/"), env=env, log=output.append)
    except (OSError, TimeoutError):
        return None
    return None if finished.code else "\n".join(output)


async def _run(
    argv: Sequence[str],
    cwd: Path,
    env: Mapping[str, str],
    output: int,
    patience: Sequence[tuple[signal.Signals, float]],
) -> int:
    """Run the program to its end, or end it on cancellation; close `output` and return the exit code."""
    starting = asyncio.ensure_future(
        # our own pipe: with asyncio's, wait() in some versions waits for daemons that hold it open
        asyncio.create_subprocess_exec(
            *argv,
            cwd=cwd,
            env=env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
    )
    try:
        return await (await asyncio.shield(starting)).wait()
    except asyncio.CancelledError:
        # even if it was still starting
        await _end(await starting, patience)
        raise
    finally:
        os.close(output)


async def _pump(source: int, log: LineSink, tail: deque[str]) -> None:
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(source, "rb", 0)
    )
    lines = LineCutter()

    def keep(found: list[str]) -> None:
        for line in found:
            tail.append(line)
            log(line)

    try:
        while chunk := await reader.read(_CHUNK):
            keep(lines.feed(chunk))
    finally:
        transport.close()
        keep(lines.close())


async def _end(process: asyncio.subprocess.Process, patience: Sequence[tuple[signal.Signals, float]]) -> None:
    """End the process and whatever else is in its group."""
    try:
        for number, seconds in patience:
            _signal(process.pid, number)
            if await _gone(process, seconds):
                return
    except asyncio.CancelledError:
        _signal(process.pid, signal.SIGKILL)
        await _gone(process, patience[-1][1])
        raise


def _signal(group: int, number: int) -> bool:
    """Send a signal to a process group; False when no process is left in it."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # a child that runs as another user, for example under sudo
    return True


async def _gone(process: asyncio.subprocess.Process, seconds: float) -> bool:
    """Wait for the program, and a moment longer for the rest of its group; return whether all have ended."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await process.wait()
        async with asyncio.timeout(min(seconds, _STRAGGLERS)):
            while _signal(process.pid, 0):  # noqa: ASYNC110 - no event tells when a group is empty
                await asyncio.sleep(_POLL)
            return True
    return False
