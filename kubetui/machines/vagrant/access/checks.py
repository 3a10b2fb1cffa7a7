"""Checks that this host has what a plan's ports and folders need."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from kubetui.base.check import Check, Lacking, Status
from kubetui.base.errors import HostError
from kubetui.base.system import System, install_command, install_hint
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.profile.schema.access import Folder


async def of_plan(plan: Plan, missing: Sequence[Machine], system: System) -> tuple[Check, ...]:
    """Check what a plan's ports and folders need of this host; `missing` are the machines that never started."""
    ports = [await _port(str(port.listen), port.host) for machine in missing for port in machine.ports]
    folders = [_seen(folder, "failed" if missing else "warning") for folder in plan.profile.machines.folders]
    copies = [] if plan.provider.shares_folders or not folders else [_rsync(system)]
    return (*ports, *folders, *copies)


def require_folders(plan: Plan) -> None:
    """Raise HostError where a folder is not on this host: LXC would not start a machine, and not say why."""
    for folder in plan.profile.machines.folders:
        check = _seen(folder, "failed")
        if check.status != "ok":
            raise HostError(check.message, fix=check.fix, id="HOST-FOLDER")


async def _port(address: str, port: int) -> Check:
    name = f"Port {port}"
    try:
        server = await asyncio.start_server(lambda _reader, writer: writer.close(), address, port)
    except OSError as error:
        message = f"This host cannot listen at {address}:{port}: {os.strerror(error.errno or 0)}."
        fix = "Choose another port of this host in machines.ports, or end the program that has it: ss -ltnp"
        return Check(name, "failed", message, fix)
    server.close()
    with suppress(OSError):
        await server.wait_closed()
    return Check(name, "ok", f"{address}:{port} is free")


def _seen(folder: Folder, otherwise: Status) -> Check:
    name, path = f"Folder {folder.guest}", Path(folder.host)
    if not path.is_dir():
        message = f"{path} is not a folder." if path.exists() else f"There is no folder {path}."
        return Check(name, otherwise, message, "Make it, or correct machines.folders.")
    if not os.access(path, os.R_OK | os.X_OK):
        return Check(name, otherwise, f"You may not read {path}.", "Change its rights, or correct machines.folders.")
    return Check(name, "ok", f"{path} is there")


def _rsync(system: System) -> Check:
    if shutil.which("rsync"):
        return Check("rsync", "ok", "rsync is installed")
    message = "rsync, by which Vagrant copies folders, is not on this host."
    return Lacking("rsync", "failed", message, install_hint("rsync", system), install_command("rsync", system) or "")
