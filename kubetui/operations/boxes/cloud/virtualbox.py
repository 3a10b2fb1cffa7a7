"""VirtualBox's box of a cloud image: a machine that is made, exported with its disks, and removed, all by VBoxManage.

The options are those of the VirtualBox manual, "VBoxManage", in the spelling that 6.1 to 7.2 take.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from kubetui.base.errors import RunError
from kubetui.base.files import cache_home
from kubetui.base.process import ask
from kubetui.base.text import nowhere
from kubetui.machines.vagrant.packaging import carry_out
from kubetui.software.images import System

PROGRAM: Final = "VBoxManage"
_PREFIX: Final = "kubetui-build-"
_COPYING: Final = 120.0
"""Seconds that VirtualBox may take to end a copy that nobody waits for any more."""
_POLL: Final = 0.5


def machine_name(system: System) -> str:
    """Return the name of the machine that exists while a box is made."""
    return _PREFIX + system.name


async def make(system: System, processor: str, sources: tuple[Path, Path], work: Path, gib: int) -> Sequence[str]:
    """Make a box's files in `work`, of the image and the seed, with a disk of `gib` GiB, and return their names.

    Raises RunError when VBoxManage fails. The machine is removed in any case.
    """
    image, seed = sources
    disk, seed_disk = work / "disk.vdi", work / "seed.vdi"
    try:
        for words in (
            # VirtualBox can enlarge its own format, and not the VMDK that it exports
            ["clonemedium", "disk", str(image), str(disk), "--format", "VDI"],
            ["modifymedium", "disk", str(disk), "--resize", str(gib * 1024)],
            ["convertfromraw", str(seed), str(seed_disk), "--format", "VDI"],
            *machine(system, processor, work, (disk, seed_disk)),
            ["export", machine_name(system), "--output", str(work / "box.ovf")],
        ):
            # it prints percentages; errors carry its last line
            await carry_out([PROGRAM, *words], work, nowhere)
    finally:
        await clear(system, cache_home())
    return _exported(work)


def _exported(work: Path) -> Sequence[str]:
    """Return the exported description and the disks that it names."""
    disks = re.findall(r'<File [^>]*ovf:href="([^"/]+)"', (work / "box.ovf").read_text(encoding="utf-8"))
    if not disks:
        raise RunError("VBoxManage exported a machine without disks.", fix="Is it a new version?", id="PACKAGE")
    return ("box.ovf", *disks)


def machine(system: System, processor: str, work: Path, disks: Sequence[Path]) -> list[list[str]]:
    """Return VBoxManage's arguments that make the machine with its disks."""
    name = machine_name(system)
    if processor == "arm64":
        kind = ["--platform-architecture", "arm", "--ostype", f"{system.ostype}_arm64"]
        hardware = ["--nictype1", "virtio"]
        controller = ["--add", "virtio", "--controller", "VirtIO"]
    else:
        kind = ["--ostype", f"{system.ostype}_64"]
        # several processors need the APIC; these images write to the first serial port and wait where there is none
        hardware = ["--ioapic", "on", "--graphicscontroller", "vmsvga", "--vram", "16"]
        hardware += ["--uart1", "0x3F8", "4", "--uartmode1", "disconnected"]
        controller = ["--add", "sata", "--portcount", str(len(disks))]
    return [
        ["createvm", "--name", name, *kind, "--basefolder", str(work), "--register"],
        ["modifyvm", name, "--memory", "1024", "--cpus", "1", "--rtcuseutc", "on", "--nic1", "nat", *hardware],
        ["storagectl", name, "--name", "Disks", *controller],
        *(
            [
                "storageattach",
                name,
                "--storagectl",
                "Disks",
                "--port",
                str(port),
                "--type",
                "hdd",
                "--medium",
                str(disk),
            ]
            for port, disk in enumerate(disks)
        ),
    ]


async def clear(system: System, below: Path) -> None:
    """Remove the machine, and make VirtualBox forget all disks below a folder, also those of a killed build.

    It remembers every disk that it once opened, the cloud image among them.
    """
    if await ask(PROGRAM, "showvminfo", machine_name(system), "--machinereadable") is not None:
        await carry_out([PROGRAM, "unregistervm", machine_name(system), "--delete"], Path("/"), nowhere)
    listed = await ask(PROGRAM, "list", "hdds") or ""
    for uuid, location in re.findall(r"^UUID:\s+(\S+)$(?:\n.+)*?\nLocation:\s+(.+)$", listed, flags=re.MULTILINE):
        if Path(location).is_relative_to(below):
            await _forget(uuid)


async def _forget(uuid: str) -> None:
    """Make VirtualBox forget a disk; its service may still be copying it for a build that was killed."""
    end = time.monotonic() + _COPYING
    while True:
        try:
            return await carry_out([PROGRAM, "closemedium", "disk", uuid], Path("/"), nowhere)
        except RunError:
            if time.monotonic() > end:
                raise
            await asyncio.sleep(_POLL)


def metadata(processor: str) -> Mapping[str, Any]:
    """Return the box's metadata.json (Vagrant, "Box File Format")."""
    return {"provider": "virtualbox", "architecture": processor}


VAGRANTFILE: Final = """\
Vagrant.configure("2") do |config|
  # growing the disk and making the user take their time at the first boot
  config.vm.boot_timeout = 600
end
"""
