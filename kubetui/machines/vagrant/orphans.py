"""Vagrant processes that an earlier kubetui left working: it was killed, they were not.

Only the holder of the cluster's lock asks, so whatever Vagrant still works in the cluster's folder is ours.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import psutil

from kubetui.base.errors import BusyError
from kubetui.base.text import LineSink

WORKS: Final = frozenset({"up", "reload", "destroy", "halt", "package"})
"""Vagrant's commands that change a machine."""
PATIENCE: Final = 900.0
"""Seconds that such a process is waited for; the first start of a box on a slow disk takes minutes."""
_PAUSE: Final = 0.3


def working_in(folder: Path) -> list[psutil.Process]:
    """Return the Vagrant processes, but this process's own, that change machines of the project in `folder`."""
    found, place = [], str(folder.resolve())
    for process in psutil.process_iter(["cmdline", "cwd"]):
        words = process.info["cmdline"] or []
        vagrant = any("vagrant" in word for word in words[:2]) and WORKS & {*words}
        if vagrant and process.info["cwd"] == place and not _ours(process):
            found.append(process)
    return found


def _ours(process: psutil.Process) -> bool:
    try:
        return any(parent.pid == os.getpid() for parent in process.parents())
    except psutil.NoSuchProcess:
        return True


async def wait_for(folder: Path, log: LineSink) -> None:
    """Let what an earlier run began come to its end. Raises BusyError when it does not."""
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE
    said = False
    while processes := await asyncio.to_thread(working_in, folder):
        if not said:
            log(f"an earlier run was cut off, and its Vagrant (process {_pids(processes)}) still works: waiting for it")
            said = True
        if loop.time() > end:
            raise BusyError(
                f"Vagrant (process {_pids(processes)}), which an earlier run began, does not come to its end.",
                fix="Look at what it does, end it, and run the same command again.",
                id="VAGRANT-LOCKED",
            )
        await asyncio.sleep(_PAUSE)


async def interrupt(folder: Path, log: LineSink) -> None:
    """End what an earlier run began, as Ctrl+C would, and wait until it has."""
    for process in await asyncio.to_thread(working_in, folder):
        log(f"an earlier run was cut off, and its Vagrant (process {process.pid}) still works: ending it")
        try:
            os.killpg(os.getpgid(process.pid), signal.SIGINT)
        except ProcessLookupError:
            continue
    await wait_for(folder, log)


def _pids(processes: Sequence[psutil.Process]) -> str:
    return ", ".join(str(process.pid) for process in processes)
