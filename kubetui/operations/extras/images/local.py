"""Where an image to load comes from: an archive on this host, or Docker or Podman here."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kubetui.base import process
from kubetui.base.errors import HostError, UsageError
from kubetui.base.text import LineSink, nowhere, shown

ENGINES: Final = ("docker", "podman")
_ENDINGS: Final = (".tar", ".tar.gz", ".tgz", ".oci")
_FORMAT: Final = {"docker": (), "podman": ("--format", "docker-archive")}


@dataclass(frozen=True, slots=True)
class Engine:
    """A program of this host that has the image."""

    name: str
    path: str


def archive_of(word: str) -> Path | None:
    """Return the archive that a person names; None for the name of an image.

    Raises UsageError where it looks like a file, and there is none.
    """
    path = Path(word).expanduser()
    if path.is_file():
        return path
    if word.endswith(_ENDINGS) or word.startswith((".", "/", "~")):
        raise UsageError(f"There is no file {shown(word)}.", fix="Write it with: docker save IMAGE -o FILE")
    return None


async def engine_with(image: str) -> Engine:
    """Return Docker or Podman, whichever has an image. Raises HostError where neither is here, or neither has it."""
    said = []
    for name in ENGINES:
        path = shutil.which(name)
        if path is None:
            continue
        argv = [path, "image", "inspect", "--format", "{{.Id}}", image]
        done = await process.run(argv, cwd=Path("/"), env=os.environ, log=nowhere)
        if done.code == 0:
            return Engine(name, path)
        said.append(f"{name}: {done.tail[-1] if done.tail else 'it prints no reason'}")
    if not said:
        raise HostError(
            "This host has neither Docker nor Podman to take an image from.",
            fix="Save the image where it was built (docker save IMAGE -o FILE), and load that file.",
            id="IMAGE-LOCAL",
        )
    raise HostError(
        f"No image {shown(image)} is on this host. {'; '.join(said)}",
        fix=f"Build it (docker build -t {shown(image)} .), or name an archive.",
        id="IMAGE-LOCAL",
    )


@contextmanager
def place(folder: Path) -> Iterator[Path]:
    """Yield where an image can be saved for as long as it is loaded."""
    with tempfile.TemporaryDirectory(prefix="images-", dir=folder) as made:
        yield Path(made) / "image.tar"


async def save(engine: Engine, image: str, to: Path, log: LineSink = nowhere) -> None:
    """Save an image as an archive. Raises HostError where the engine fails; a cancellation ends it."""
    argv = [engine.path, "save", *_FORMAT[engine.name], "--output", str(to), image]
    done = await process.run(argv, cwd=Path("/"), env=os.environ, log=log)
    if done.code:
        raise HostError(
            f"{engine.name} did not save {shown(image)}: {done.tail[-1] if done.tail else 'it prints no reason'}",
            fix=f"Try it by hand: {engine.name} save {shown(image)} -o FILE, and load that file.",
            id="IMAGE-LOCAL",
        )
