"""Programs of this host, run from asyncio: live output, clean cancellation, nothing left behind."""

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
"""Lines of output that are kept for the message of a failure."""

PATIENCE: Final = ((signal.SIGINT, 20.0), (signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0))
"""What a cancelled program gets, one after the other, and the seconds it has to end after each."""

_CHUNK = 65536
_ANSWER = 20.0
"""Seconds that a program may take to answer `ask`."""
_POLL = 0.02
_STRAGGLERS = 2.0
"""Seconds that others in the group may take longer than the program itself."""
_LAST_WORDS = 1.0
"""Seconds to go on reading after the end of a program: a daemon that it left may hold the pipe for ever."""


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
    """Run a program in a session of its own and hand every line that it prints to `log`.

    When cancelled, the whole process group is ended as `patience` says and CancelledError goes on; a
    second cancellation kills at once. Raises OSError where the program cannot be started.
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
    """Run the program to its end, or end it when cancelled, and return its exit code; closes `output`."""
    starting = asyncio.ensure_future(
        # a pipe of one's own: with asyncio's, some versions' wait() waits for daemons that hold it
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
        # also one that was still about to start
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
        return True  # a child that became another user, such as one of sudo's
    return True


async def _gone(process: asyncio.subprocess.Process, seconds: float) -> bool:
    """Wait for the program, and a moment longer for the others in its group; tell whether all are gone."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await process.wait()
        async with asyncio.timeout(min(seconds, _STRAGGLERS)):
            while _signal(process.pid, 0):  # noqa: ASYNC110 - no event tells when a group is empty
                await asyncio.sleep(_POLL)
            return True
    return False
