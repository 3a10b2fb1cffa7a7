"""Boxes made from a halted machine, and Vagrant's store of boxes.

`vagrant package` makes the box for most providers. vagrant-lxc's version needs a line that LXC no longer writes,
so for LXC kubetui assembles the box itself: metadata.json, lxc-config and rootfs.tar.gz (vagrant-lxc, "Creating
base boxes").
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kubetui.base.errors import RunError, UsageError
from kubetui.base.files import private_folder, write_private
from kubetui.base.process import run
from kubetui.base.system import this_system
from kubetui.base.text import LineSink
from kubetui.machines.vagrant import commandline
from kubetui.machines.vagrant.project import VagrantProject, vagrant_home
from kubetui.machines.vagrant.settings import container_name

PACKAGED: Final = ("virtualbox", "libvirt")
"""Providers for which `vagrant package` works."""
TEMPLATE: Final = Path(__file__).with_name("lxc") / "lxc-template"
"""Unpacks a box that kubetui assembled. vagrant-lxc's own accepts only compressed boxes, which cost seconds each."""
KEEPS: Final = (*PACKAGED, "lxc")
"""Providers whose machines can become boxes."""
_COPIED: Final = ("lxc-config", "lxc-template", "Vagrantfile")
"""Files that an assembled box inherits from its machine's base box."""


@dataclass(frozen=True, slots=True)
class StoredBox:
    """A box in Vagrant's store, for one provider; `folder` contains its files."""

    name: str
    version: str
    folder: Path

    @property
    def identity(self) -> str:
        """Name and version; for a box without a version, the time when it was added."""
        when = f" {(self.folder / 'metadata.json').stat().st_mtime_ns}" if self.version == "0" else ""
        return f"{self.name} {self.version}{when}"

    @property
    def master(self) -> str | None:
        """The id of the machine that VirtualBox keeps as the parent of this box's linked clones; None without one."""
        try:
            return (self.folder / "master_id").read_text(encoding="utf-8").strip()
        except OSError:
            return None

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())


def stored(home: Path, pattern: str, provider: str) -> tuple[StoredBox, ...]:
    """Return a provider's boxes whose names match a glob pattern, sorted by name and version."""
    mark = "-VAGRANTSLASH-"
    # Vagrant 2.4 added a folder for the architecture between version and provider
    boxes = home / "boxes"
    found = [
        StoredBox(folder.name.replace(mark, "/"), path.relative_to(folder).parts[0], path.parent)
        for folder in sorted(boxes.glob(pattern.replace("/", mark)))
        for depth in ("*", "*/*")
        for path in folder.glob(f"{depth}/{provider}/metadata.json")
    ]
    return tuple(sorted(found, key=lambda box: (box.name, _numbers(box.version))))


def usable(home: Path, name: str, provider: str, version: str | None) -> tuple[StoredBox, ...]:
    """Return the versions of a box that a profile's constraint allows; a range allows all, being Vagrant's to judge."""
    boxes = stored(home, name, provider) if name else ()
    return tuple(box for box in boxes if version is None or not version[0].isdigit() or box.version == version)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)))


def package_arguments(machine: str, output: Path, info: Path) -> list[str]:
    """Return the arguments that make a box of a machine. `info` must be called info.json."""
    return ["package", machine, "--output", str(output), "--info", str(info), "--no-tty"]


def add_arguments(name: str, file: Path, provider: str) -> list[str]:
    """Return the arguments that add a box to Vagrant's store, replacing one of that name."""
    return ["box", "add", str(file), "--name", name, "--provider", provider, "--force", "--no-tty"]


def remove_arguments(name: str, provider: str) -> list[str]:
    """Return the arguments that remove a box from Vagrant's store."""
    return ["box", "remove", name, "--provider", provider, "--all", "--force", "--no-tty"]


def tar_arguments(root: Path, output: Path, *, compress: bool) -> list[str]:
    """Return the command that packs a root file system for vagrant-lxc, including overlayfs attributes."""
    return [
        *("tar", "--create", "--numeric-owner", "--xattrs", "--xattrs-include=*", "--one-file-system"),
        *(("--gzip",) if compress else ()),
        *("--file", str(output), "--directory", str(root.parent), f"./{root.name}"),
    ]


def refuse_others(provider: str) -> None:
    """Raise UsageError for a provider whose machines cannot become boxes."""
    if provider not in KEEPS:
        fix = f"It can for these providers: {', '.join(KEEPS)}."
        raise UsageError(f"kubetui cannot make prepared boxes for {provider}.", fix=fix)


class Packaging:
    """Makes one provider's boxes. `folder` is the Vagrant project of the machine that becomes one."""

    def __init__(self, provider: str, folder: Path, log: LineSink) -> None:
        refuse_others(provider)
        self._provider = provider
        self._folder = folder
        self._log = log

    async def keep(self, cluster: str, machine: str, base: StoredBox, name: str, info: Mapping[str, Any]) -> None:
        """Add a halted machine to Vagrant's store as the box `name`. Raises RunError when a command fails."""
        work = private_folder(self._folder / "package")
        try:
            write_private(work / "info.json", json.dumps(info, indent=2) + "\n")
            file = work / "prepared.box"
            # otherwise `vagrant package` would put the machine's own key into the box
            VagrantProject(self._folder).key(machine, self._provider).unlink(missing_ok=True)
            if self._provider in PACKAGED:
                await self._vagrant(package_arguments(machine, file, work / "info.json"))
            else:
                await self._by_hand(container_name(cluster, machine), base, work, file)
            await self.add(name, file)
        finally:
            shutil.rmtree(work)

    async def add(self, name: str, file: Path) -> None:
        """Add a `.box` file to Vagrant's store, replacing a box of that name. Raises RunError when Vagrant fails."""
        await self._vagrant(add_arguments(name, file, self._provider))

    async def remove(self, name: str) -> None:
        """Remove a box from Vagrant's store. Raises RunError when Vagrant fails.

        The master of its linked clones stays: clones of clusters that still exist read from its disk.
        """
        masters = [box.master for box in stored(vagrant_home(), name, self._provider) if box.master]
        await self._vagrant(remove_arguments(name, self._provider))
        for master in masters:
            self._log(f"VirtualBox keeps the disk that machines of {name} were cloned from.")
            self._log(f"When no cluster of this box is left, remove it: VBoxManage unregistervm {master} --delete")

    async def _by_hand(self, container: str, base: StoredBox, work: Path, file: Path) -> None:
        where: list[str] = []
        await self._command(["lxc-config", "lxc.lxcpath"], log=where.append)
        root = Path(where[-1].strip()) / container / "rootfs"
        own = (base.folder / "lxc-template").is_file()
        await self._command([*self._as_root(), *tar_arguments(root, work / "rootfs.tar.gz", compress=own)])
        shutil.copy(base.folder / "metadata.json", work / "metadata.json")
        names = ["metadata.json", "info.json", "rootfs.tar.gz"]
        if not own:
            shutil.copy(TEMPLATE, work / "lxc-template")
            (work / "lxc-template").chmod(0o755)
            names.append("lxc-template")
        for name in _COPIED:
            if (base.folder / name).is_file():
                shutil.copy(base.folder / name, work / name)
                names.append(name)
        await self._command(["tar", "--create", "--file", str(file), "--directory", str(work), *names])
        (work / "rootfs.tar.gz").unlink()

    def _as_root(self) -> list[str]:
        return [] if os.geteuid() == 0 else ["sudo", "-n"]

    async def _vagrant(self, arguments: Sequence[str]) -> None:
        await self._command([commandline.executable(this_system()), *arguments])

    async def _command(self, argv: Sequence[str], log: LineSink | None = None) -> None:
        folder = self._folder if self._folder.is_dir() else Path("/")
        await carry_out(argv, folder, log or self._log)


async def carry_out(argv: Sequence[str], folder: Path, log: LineSink) -> None:
    """Run a program that helps to make a box. Raises RunError with its last line when it fails."""
    finished = await run(argv, cwd=folder, env=commandline.environment(), log=log)
    if finished.code:
        last = next((line for line in reversed(finished.tail) if line.strip()), "no output")
        raise RunError(
            f"{Path(argv[0]).name} failed with exit code {finished.code}: {last}",
            fix="No part of the box was kept; run the same command to try again.",
            id="PACKAGE",
        )
