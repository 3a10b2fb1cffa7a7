"""Snapshots of containers: copies of their files, made while all of them are frozen.

A container's copies lie in its own folder, so they go when it goes. Files that did not change since another copy are
shared with it (`rsync --link-dest`); nothing is ever written into a copy again, and what is brought back shares none.
"""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import psutil

from kubetui.base.errors import BusyError, HostError, RunError
from kubetui.base.process import Finished
from kubetui.base.system import System, install_hint
from kubetui.base.text import CommandText, LineSink
from kubetui.machines.vagrant.lxc.bridge import as_root
from kubetui.machines.vagrant.lxc.shares import thaw
from kubetui.machines.vagrant.settings import container_name
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.remote.output import commands_alone

KEPT: Final = "kubetui-snapshots"
"""The folder of a container's copies."""
_WARM: Final = ".warm"
"""A copy made while the container runs, so that the one that counts has little left to do; no label has this name."""
_NEW, _OLD = "rootfs.kubetui-new", "rootfs.kubetui-old"
_COPY: Final = (
    *("rsync", "--archive", "--hard-links", "--acls", "--xattrs", "--sparse", "--numeric-ids", "--one-file-system"),
    # otherwise files whose times differ by less than a second count as the same
    "--modify-window=-1",
)
_ETCD: Final = "--exclude=/var/lib/etcd/"
"""etcd can write twice in the smallest time that a file system tells apart, so it is copied only while it is frozen."""
_TO_COPY: Final = re.compile(r"Total transferred file size: (\d+) bytes")
_PATIENCE: Final = 900.0
"""Seconds that the programs of a killed run may go on."""
_PAUSE: Final = 0.3


class Copies:
    """Copies of a plan's containers; `folder` is the cluster's."""

    halts = False

    def __init__(self, plan: Plan, folder: Path, system: System) -> None:
        self._cluster = plan.profile.name
        self._containers = tuple(container_name(self._cluster, machine.name) for machine in plan.machines)
        self._folder = folder
        self._system = system
        self._place: Path | None = None

    async def save(self, label: str, older: str, log: LineSink) -> int:
        """Copy every container while all are frozen. Raises HostError where rsync or room on the disk is missing."""
        self._need_rsync()
        place, told = await self._root(), commands_alone(log)
        older = older if older and await self._succeeds("test", "-d", str(self._copy(place, older))) else ""
        await self._need_room(place, await self._to_copy(place, older), "To save it")
        await self._discard(told, label, _WARM)
        kept = [str(place / name / KEPT) for name in self._containers]
        await self._done(["mkdir", "--parents", *kept], told)
        # what vanishes meanwhile, or changes, is seen to by the copies that count
        await asyncio.gather(
            *(self._run(self._copying(place, name, _WARM, [older], _ETCD), told) for name in self._containers)
        )
        try:
            for name in self._containers:
                if await self._state(name) != "STOPPED":
                    await self._done(["lxc-freeze", "--name", name], told)
            copying = (self._copying(place, name, label, [_WARM, older]) for name in self._containers)
            copied = await asyncio.gather(*(self._run(words, told) for words in copying))
        finally:
            await self._thaw(log)
        self._check("rsync", copied)
        await self._discard(told, _WARM)
        # the record must not outlive a power cut that its copies do not
        await self._done(["sync", "--file-system", str(place)], told)
        return await self._taken(place, label, older)

    async def check(self, label: str) -> None:
        """Look for every copy, and for room for the largest: the files that it replaces go only after it is there."""
        self._need_rsync()
        place, largest = await self._root(), 0
        for name in self._containers:
            copy = self._copy(place, label, name)
            if not await self._succeeds("test", "-d", str(copy)):
                raise RunError(
                    f"{name} has no copy of the snapshot {label}: something else than kubetui removed it.",
                    fix="Restore another one.",
                    id="SNAPSHOT-GONE",
                )
            largest = max(largest, await self._bytes([copy]))
        await self._need_room(place, largest, "To bring it back")

    async def restore(self, machine: Machine, label: str, log: LineSink) -> None:
        """Kill a container, and put a copy of its copy in the place of its files."""
        name = container_name(self._cluster, machine.name)
        place, told = await self._root(), commands_alone(log)
        home, copy = place / name, self._copy(place, label, name)
        rootfs, new, old = (str(home / each) for each in ("rootfs", _NEW, _OLD))
        if not await self._succeeds("test", "-d", rootfs):
            # cut off between the two renames below
            await self._done(["mv", "--no-target-directory", old, rootfs], told)
        await self._done(["rm", "--recursive", "--force", new, old], told)
        if await self._state(name) != "STOPPED":
            await self._done(["lxc-stop", "--kill", "--name", name], told)
        await self._done([*_COPY, f"{copy}/", f"{new}/"], told)
        await self._done(["sync", "--file-system", new], told)
        await self._done(["mv", "--no-target-directory", rootfs, old], told)
        await self._done(["mv", "--no-target-directory", new, rootfs], told)
        await self._done(["rm", "--recursive", "--force", old], told)

    async def remove(self, label: str, log: LineSink) -> None:
        """Remove the copies."""
        await self._discard(commands_alone(log), label, _WARM)

    async def settle(self, log: LineSink) -> None:
        """Wait for the programs of a killed run, and thaw what it left frozen."""
        place = await self._root()
        loop = asyncio.get_running_loop()
        end, said = loop.time() + _PATIENCE, False
        while working := await asyncio.to_thread(self._working, place):
            if not said:
                log(f"{working.name()} (process {working.pid}) of an interrupted run is still working: waiting for it")
                said = True
            if loop.time() > end:
                raise BusyError(
                    f"{working.name()} (process {working.pid}) of an earlier run does not finish.",
                    fix="Look at what it does, end it, and run the same command again.",
                    id="SNAPSHOT-BUSY",
                )
            await asyncio.sleep(_PAUSE)
        await self._thaw(log)

    def _working(self, place: Path) -> psutil.Process | None:
        """Return a process that is busy with these containers' files, which a killed run has started."""
        marks = [f"{place / name}/{each}" for name in self._containers for each in (KEPT, _NEW, _OLD)]
        for process in psutil.process_iter():
            try:
                words = process.cmdline()
            except (psutil.Error, FileNotFoundError):
                continue
            works = bool(words) and Path(words[0]).name in {"sudo", "rsync", "rm", "mv"}
            if works and any(mark in word for word in words for mark in marks):
                return process
        return None

    def _need_rsync(self) -> None:
        if shutil.which("rsync") is None:
            raise HostError(
                "rsync, which copies containers, is not installed on this host.",
                fix=install_hint("rsync", self._system),
                id="RSYNC-MISSING",
            )

    async def _root(self) -> Path:
        """Return the folder of this host's containers."""
        if self._place is None:
            (answer,) = await self._read("lxc-config", "lxc.lxcpath") or ["/var/lib/lxc"]
            self._place = Path(answer)
        return self._place

    def _copy(self, place: Path, label: str, name: str = "") -> Path:
        return place / (name or self._containers[0]) / KEPT / label

    def _copying(self, place: Path, name: str, label: str, like: Iterable[str], *more: str) -> list[str]:
        """Return the command that copies a container, sharing what did not change since the copies `like` it."""
        shared = [f"--link-dest={self._copy(place, each, name)}" for each in like if each]
        return [*_COPY, *more, *shared, f"{place / name / 'rootfs'}/", f"{self._copy(place, label, name)}/"]

    async def _to_copy(self, place: Path, older: str) -> int:
        """Return the bytes that a copy of every container would add."""
        total = 0
        for name in self._containers:
            words = self._copying(place, name, _WARM, [older], "--dry-run", "--stats", "--no-human-readable")
            said = "\n".join(await self._read(*words))
            found = _TO_COPY.search(said)
            if found is None:
                raise RunError(f"{name} cannot be copied: {said[-300:]}", id="SNAPSHOT")
            total += int(found[1])
        return total

    async def _need_room(self, place: Path, needed: int, what: str) -> None:
        free = shutil.disk_usage(place).free
        if needed > free:
            raise HostError(
                f"{what} takes {needed // 2**20} MiB, and {free // 2**20} MiB are free in {place}.",
                fix=f"Free some space there, or remove a snapshot: kubetui snapshot remove {self._cluster} LABEL",
                id="HOST-DISK",
            )

    async def _taken(self, place: Path, label: str, older: str) -> int:
        """Return the bytes that a snapshot added to those that another one takes."""
        total = 0
        for name in self._containers:
            before = [self._copy(place, older, name)] if older else []
            total += await self._bytes([*before, self._copy(place, label, name)])
        return total

    async def _bytes(self, folders: Sequence[Path]) -> int:
        """Return the bytes of the last folder, without the files that it shares with those before it."""
        lines = await self._read("du", "--summarize", "--block-size=1", *map(str, folders))
        return int(lines[-1].split()[0]) if lines and lines[-1].split()[0].isdecimal() else 0

    async def _discard(self, told: LineSink, *labels: str) -> None:
        place = await self._root()
        copies = [str(self._copy(place, label, name)) for label in labels for name in self._containers]
        await self._done(["rm", "--recursive", "--force", *copies], told)

    async def _thaw(self, log: LineSink) -> None:
        for name in self._containers:
            if await self._state(name) == "FROZEN":
                await thaw(name, self._folder, log)

    async def _state(self, name: str) -> str:
        """Return a container's state in LXC's words."""
        return "".join((await self._read("lxc-info", "--name", name, "--state", "--no-humanize"))[-1:])

    async def _run(self, words: Sequence[str], log: LineSink) -> Finished:
        return await as_root(words, self._folder, log)

    async def _done(self, words: Sequence[str], log: LineSink) -> None:
        self._check(words[0], [await self._run(words, log)])

    def _check(self, program: str, ended: Iterable[Finished]) -> None:
        for each in ended:
            if each.code:
                said = " ".join(each.tail[-2:]) or f"it ended with {each.code}"
                raise RunError(f"{program} failed: {said}", fix="Run the same command again.", id="SNAPSHOT")

    async def _succeeds(self, *words: str) -> bool:
        return (await self._run(words, lambda _line: None)).code == 0

    async def _read(self, *words: str) -> list[str]:
        """Return what a program prints that only looks."""
        lines: list[str] = []
        await self._run(words, lines.append)
        return [line for line in lines if not isinstance(line, CommandText)]
