"""Finds Vagrant processes that outlived a killed kubetui, and waits for them or interrupts them.

Only the holder of the cluster's lock looks, so any Vagrant that still runs in the cluster's folder is ours.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import psutil

from kubetui.base.errors import BusyError
from kubetui.base.text import LineSink

WORKS: Final = frozenset({"up", "reload", "destroy", "halt", "package", "snapshot"})
"""Vagrant's commands that change a machine."""
PATIENCE: Final = 900.0
"""Seconds to wait for such a process; the first start of a box on a slow disk takes minutes."""
_PAUSE: Final = 0.3


def working_in(folder: Path) -> list[psutil.Process]:
    """Return the Vagrant processes that change machines in `folder`, without this process's children."""
    found, place = [], str(folder.resolve())
    for process in psutil.process_iter():
        # one that just ends has no folder any more, which psutil 7.0 passes on as FileNotFoundError
        with suppress(psutil.Error, FileNotFoundError):
            words = process.cmdline()
            vagrant = any("vagrant" in word for word in words[:2]) and WORKS & {*words}
            if vagrant and process.cwd() == place and not _ours(process):
                found.append(process)
    return found


def _ours(process: psutil.Process) -> bool:
    try:
        return any(parent.pid == os.getpid() for parent in process.parents())
    except psutil.NoSuchProcess:
        return True


async def wait_for(folder: Path, log: LineSink) -> None:
    """Wait until Vagrant processes of an earlier run finish. Raises BusyError when they do not."""
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE
    said = False
    while processes := await asyncio.to_thread(working_in, folder):
        if not said:
            log(f"Vagrant (process {_pids(processes)}) of an interrupted run is still working: waiting for it")
            said = True
        if loop.time() > end:
            raise BusyError(
                f"Vagrant (process {_pids(processes)}) of an earlier run does not finish.",
                fix="Look at what it does, end it, and run the same command again.",
                id="VAGRANT-LOCKED",
            )
        await asyncio.sleep(_PAUSE)


async def interrupt(folder: Path, log: LineSink) -> None:
    """Interrupt Vagrant processes of an earlier run, as Ctrl+C would, and wait until they end."""
    for process in await asyncio.to_thread(working_in, folder):
        log(f"Vagrant (process {process.pid}) of an interrupted run is still working: ending it")
        try:
            os.killpg(os.getpgid(process.pid), signal.SIGINT)
        except ProcessLookupError:
            continue
    await wait_for(folder, log)


def _pids(processes: Sequence[psutil.Process]) -> str:
    return ", ".join(str(process.pid) for process in processes)
