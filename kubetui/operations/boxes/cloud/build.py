"""Builds a Vagrant box from a distribution's cloud image, and lists and removes the boxes that it built.

What the wizard and the command line need: `software.images.CATALOGUE` has the systems, `download_size` asks how large
one is, `build` makes the box, and its name then serves as `machines.box`.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kubetui.base.errors import BusyError, HostError, RunError, UsageError
from kubetui.base.files import cache_home, locks, open_private, private_folder, room, write_private
from kubetui.base.net import web
from kubetui.base.net.web import PATIENT, Patience
from kubetui.base.process import ask
from kubetui.base.system import install_hint, this_system
from kubetui.machines.vagrant import commandline, insecure
from kubetui.machines.vagrant.catalogue.known import OWNER
from kubetui.machines.vagrant.libvirt import has_kvm
from kubetui.machines.vagrant.packaging import Packaging, StoredBox, carry_out, stored
from kubetui.machines.vagrant.project import vagrant_home
from kubetui.operations.boxes.cloud import images, libvirt, seed, virtualbox
from kubetui.operations.boxes.cloud.download import Progress
from kubetui.operations.boxes.cloud.images import Image
from kubetui.software.images import CATALOGUE, OFFICIAL, PROCESSORS, Files, Source, System

GIB: Final = 40
"""Size of a machine's disk. It grows as it is written; a cloud image's own 3 GB are too small for Kubernetes."""
PROGRAMS: Final = {"virtualbox": virtualbox.PROGRAM, "libvirt": libvirt.PROGRAM}
"""The providers that boxes are built for, each with the program that converts disks for it."""
REFUSED: Final = {
    "vmware_desktop": "VMware's own disk tools are part of VMware alone and differ between its products",
    "parallels": "kubetui has no machines of this provider",
    "lxc": "a cloud image is a disk with a kernel of its own, and a container wants the files of a system",
    "hosts": "existing machines need no box",
    "rehearsal": "a rehearsal needs no box",
}
"""Why boxes are not built for other providers."""
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Built:
    """A box that was built, in Vagrant's store. `image` is the digest of the cloud image, `made` a Unix time."""

    name: str
    system: str
    provider: str
    image: str
    made: float
    size: int


def box_name(system: System) -> str:
    """Return the name of a system's box, as `machines.box` takes it."""
    return f"{OWNER}/{system.name}"


def system_of(name: str) -> System:
    """Return a system of the catalogue. Raises UsageError that lists them."""
    if name not in CATALOGUE:
        raise UsageError(f"kubetui cannot build a box of {name}.", fix=f"It can of these: {', '.join(CATALOGUE)}.")
    return CATALOGUE[name]


def default_provider() -> str:
    """Return the first provider whose program is on this host. Raises HostError when there is none."""
    for provider, program in PROGRAMS.items():
        if shutil.which(program):
            return provider
    raise HostError(
        "Boxes are built with VirtualBox's VBoxManage or libvirt's qemu-img, and this host has neither.",
        fix=install_hint("virtualbox", this_system()),
        id="HOST-PROVIDER",
    )


def refuse_others(provider: str) -> None:
    """Raise UsageError with the reason for a provider that no boxes are built for."""
    if provider not in PROGRAMS:
        why = REFUSED.get(provider, "kubetui does not know it")
        raise UsageError(
            f"No box can be built for {provider}: {why}.", fix=f"Boxes are built for {' and '.join(PROGRAMS)}."
        )


def files_of(system: System, source: Source = OFFICIAL) -> Files:
    """Return where a system's image for this host's processor is. Raises UsageError when there is none."""
    processor = _processor()
    if processor not in system.files:
        raise UsageError(
            f"There is no cloud image of {system.title} for this processor ({platform.machine()}).",
            fix="Name a box in the profile (machines.box).",
        )
    return source.of(system.files[processor])


async def download_size(system: System, source: Source = OFFICIAL) -> int | None:
    """Return the bytes that a build would download, 0 when the image may be here; None when the server is silent on it.

    Raises KubetuiError when the server does not answer.
    """
    files = files_of(system, source)
    kept = any(path.suffix not in {".part", ".json"} for path in (cache_home() / "images").glob(f"*-{files.image}*"))
    return 0 if kept else await web.size(files.url)


async def build(
    system: System,
    provider: str,
    say: Say,
    progress: Progress,
    *,
    source: Source = OFFICIAL,
    again: bool = False,
    patience: Patience = PATIENT,
) -> str:
    """Build a system's box and add it to Vagrant, unless it is there; return its name.

    `progress` is called from another thread while the image is downloaded. A cancelled or failed build leaves nothing
    but what was downloaded, which the next one uses. Raises UsageError for a provider or source that cannot be,
    HostError when this host lacks a program or room, KubetuiError when the image cannot be had or verified, RunError
    when a program fails, BusyError while another build runs.
    """
    refuse_others(provider)
    files = files_of(system, source)
    name = box_name(system)
    if not again and stored(vagrant_home(), name, provider):
        say(f"{name} already exists for {provider}. To build it anew: --again")
        return name
    _need(provider)
    with _alone() as builds:
        await _clear(provider, system, builds)
        say(f"checking {files.folder}{files.checksums}" if not source.sha256 else f"expecting SHA-256 {source.sha256}")
        digest = await images.expected(files, source, patience)
        say(f"fetching {files.url}")
        image = await images.fetch(files, digest, progress, patience)
        work = Path(tempfile.mkdtemp(prefix=f"{system.name}-", dir=builds))
        try:
            with room(work):
                await _package(system, provider, image, work, say)
        finally:
            shutil.rmtree(work)
    return name


async def _package(system: System, provider: str, image: Image, work: Path, say: Say) -> None:
    """Convert a verified image, pack it with its seed, and add it to Vagrant."""
    gib = max(GIB, -(-image.virtual_size // 2**30))
    _check_room(image, work)
    seed_file = work / "seed.iso"
    seed.write(seed_file, f"{system.name}-{image.digest[:16]}-{int(time.time())}", await _keys())
    say(f"converting it for {provider}")
    processor = _processor()
    if provider == "virtualbox":
        made = await virtualbox.make(system, processor, (image.file, seed_file), work, gib)
        about, own = virtualbox.metadata(processor), virtualbox.VAGRANTFILE
    else:
        made = await libvirt.make(image, seed_file, work, gib)
        about = libvirt.metadata(processor, gib)
        own = libvirt.vagrantfile(system, processor, kvm=await has_kvm())
    description = f"{system.title}, built by kubetui from the distribution's cloud image."
    info = {"description": description, "system": system.name, "image": image.digest, "made": time.time()}
    for file, text in (
        ("metadata.json", json.dumps(about)),
        ("info.json", json.dumps(info, indent=2) + "\n"),
        ("Vagrantfile", own),
    ):
        write_private(work / file, text)
    say(f"adding {box_name(system)}")
    box = work / "package.box"
    names = ["metadata.json", "info.json", "Vagrantfile", *made]
    await carry_out(["tar", "--create", "--file", str(box), "--directory", str(work), *names], work, say)
    for file in made:  # they are in the box now, and Vagrant is about to unpack it
        (work / file).unlink()
    await Packaging(provider, work, say).add(box_name(system), box)


async def _keys() -> str:
    # Vagrant puts its keys into its home when it first does anything there
    keys = insecure.public_keys(vagrant_home())
    if not keys:
        await ask("vagrant", "box", "list", env=commandline.environment())
        keys = insecure.public_keys(vagrant_home())
    if not keys:
        raise RunError(f"Vagrant left no key in {vagrant_home()}.", fix="Run: vagrant box list", id="PACKAGE")
    return keys


def _processor() -> str:
    return PROCESSORS.get(platform.machine().lower(), platform.machine())


def _need(provider: str) -> None:
    """Raise HostError when Vagrant or the program that converts disks is missing."""
    commandline.executable(this_system())
    program = PROGRAMS[provider]
    if shutil.which(program) is None:
        what = provider if provider == "virtualbox" else program
        raise HostError(f"{program} is not on this host.", fix=install_hint(what, this_system()), id="HOST-PROVIDER")


def _check_room(image: Image, work: Path) -> None:
    """Raise HostError when the box does not fit: the image may have been kept, and the disk filled since."""
    size = image.file.stat().st_size
    packed = images.PACKED * size
    need = min(images.EXPANDED * size, image.virtual_size) + packed
    for place, least in ((work, need), (_existing(vagrant_home()), packed)):
        free = shutil.disk_usage(place).free
        if free < least:
            raise HostError(
                f"{place} has no room to make a box: {least / 1e9:.1f} GB are needed and {free / 1e9:.1f} GB are free.",
                fix="Free some space there, then run the same command again. What was downloaded is kept.",
                id="HOST-DISK",
            )


def _existing(path: Path) -> Path:
    return next(each for each in (path, *path.parents) if each.exists())


@contextmanager
def _alone() -> Iterator[Path]:
    """Yield the folder of builds, which no other kubetui uses meanwhile."""
    private_folder(cache_home())
    builds = private_folder(cache_home() / "builds")
    descriptor = open_private(cache_home() / "builds.lock", os.O_RDWR)
    try:
        if not locks(descriptor, fcntl.LOCK_EX):
            raise BusyError("Another kubetui is building a box.", fix="Wait until it ends, or end it.")
        yield builds
    finally:
        os.close(descriptor)


async def _clear(provider: str, system: System, builds: Path) -> None:
    """Remove what a killed build left."""
    if provider == "virtualbox":
        await virtualbox.clear(system, cache_home())
    await asyncio.to_thread(_empty, builds)


def _empty(folder: Path) -> None:
    for leftover in folder.iterdir():
        shutil.rmtree(leftover)


def listing() -> tuple[Built, ...]:
    """Return every box that was built, in Vagrant's store, sorted by name."""
    found = (
        _read(box, provider)
        for system in CATALOGUE.values()
        for provider in PROGRAMS
        for box in stored(vagrant_home(), box_name(system), provider)
    )
    return tuple(box for box in found if box)


def _read(box: StoredBox, provider: str) -> Built | None:
    try:
        info = json.loads((box.folder / "info.json").read_text(encoding="utf-8"))
        return Built(box.name, info["system"], provider, info["image"], float(info["made"]), box.size)
    except (OSError, ValueError, KeyError, TypeError):
        return None  # a box of that name that kubetui did not make


async def remove(system: System, say: Say) -> None:
    """Remove a system's boxes for every provider. Raises UsageError when there is none."""
    boxes: Sequence[Built] = [box for box in listing() if box.system == system.name]
    if not boxes:
        raise UsageError(f"No box of {system.name} was built.", fix="kubetui boxes lists those that are there.")
    for box in boxes:
        await Packaging(box.provider, vagrant_home(), say).remove(box.name)
