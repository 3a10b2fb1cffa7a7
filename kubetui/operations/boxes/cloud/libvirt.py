"""libvirt's box of a cloud image: the image itself with a larger disk, and the seed as a second one.

Box format 2 of vagrant-libvirt (its documentation, "Box Format"); the seed is a disk because vagrant-libvirt copies a
box's disks into libvirt's storage, while QEMU could not read a CD in the person's home.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from kubetui.base.text import nowhere
from kubetui.machines.vagrant.packaging import carry_out
from kubetui.operations.boxes.cloud.images import Image
from kubetui.software.images import System

PROGRAM: Final = "qemu-img"
FIRMWARE: Final = (
    Path("/usr/share/AAVMF/AAVMF_CODE.fd"),
    Path("/usr/share/edk2/aarch64/QEMU_EFI-silent-pflash.raw"),
    Path("/usr/share/edk2/aarch64/QEMU_CODE.fd"),
)
"""Where Debian, Fedora and Arch keep the firmware that machines with an arm64 processor boot with."""


async def make(image: Image, seed: Path, work: Path, gib: int) -> Sequence[str]:
    """Make a box's files in `work`, with a disk of `gib` GiB, and return their names.

    Raises RunError when qemu-img fails.
    """
    disk = work / "box.img"
    # a copy keeps the image compressed, which a conversion would undo
    await asyncio.to_thread(shutil.copyfile, image.file, disk)
    disk.chmod(0o600)
    for words in (
        ["resize", "-q", "-f", "qcow2", str(disk), f"{gib}G"],
        ["convert", "-f", "raw", "-O", "qcow2", str(seed), str(work / "seed.img")],
    ):
        await carry_out([PROGRAM, *words], work, nowhere)
    return (disk.name, "seed.img")


def metadata(processor: str, gib: int) -> Mapping[str, Any]:
    """Return the box's metadata.json."""
    disks = [{"path": "box.img"}, {"path": "seed.img"}]
    return {
        "provider": "libvirt",
        "architecture": processor,
        "format": "qcow2",
        "virtual_size": gib,
        "disks": disks,
    }


def vagrantfile(system: System, processor: str, *, kvm: bool) -> str:
    """Return the box's own Vagrantfile; without KVM it asks for an emulated processor."""
    settings = {"graphics_type": "none", "video_type": "none"}
    if not kvm:
        model = "cortex-a72" if processor == "arm64" else system.emulated
        settings |= {"driver": "qemu", "cpu_mode": "custom", "cpu_model": model}
    if processor == "arm64":
        found = next((path for path in FIRMWARE if path.exists()), FIRMWARE[0])
        settings |= {"machine_type": "virt", "machine_arch": "aarch64", "loader": str(found)}
        settings |= {"cpu_mode": "host-passthrough"} if kvm else {}
    lines = "".join(f'    libvirt.{name} = "{value}"\n' for name, value in settings.items())
    return (
        'Vagrant.configure("2") do |config|\n'
        f"  config.vm.boot_timeout = {300 if kvm else 1200}\n"
        "  config.vm.provider :libvirt do |libvirt|\n"
        f"{lines}"
        "  end\n"
        "end\n"
    )
