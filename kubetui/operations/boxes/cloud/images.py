"""A system's verified cloud image in kubetui's cache, which keeps one version of each for the next box."""

from __future__ import annotations

import asyncio
import hashlib
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kubetui.base.errors import KubetuiError, UsageError
from kubetui.base.files import cache_home, private_folder
from kubetui.base.net import web
from kubetui.base.net.web import PATIENT, Patience
from kubetui.operations.boxes.cloud import download
from kubetui.operations.boxes.cloud.checksums import digest_of
from kubetui.operations.boxes.cloud.download import Digest, Progress
from kubetui.operations.boxes.cloud.signature import normal, verify
from kubetui.software.images import Files, Source

EXPANDED: Final = 4
"""How many times a compressed image's size its disk takes once converted, at most; never more than the disk has."""
PACKED: Final = 2
"""How many times that size the exported disk and the packed box take, and the box that Vagrant unpacks."""
_HEADER: Final = struct.Struct(">4sIQIIQ")
"""qcow2: magic, version, offset and length of the backing file's name, cluster bits, virtual size in bytes."""


@dataclass(frozen=True, slots=True)
class Image:
    """A verified image: its file, its digest in hexadecimal digits, and the size of its disk in bytes."""

    file: Path
    digest: str
    virtual_size: int


def folder() -> Path:
    """Return the folder of images, making it if needed."""
    private_folder(cache_home())
    return private_folder(cache_home() / "images")


async def expected(files: Files, source: Source, patience: Patience = PATIENT) -> Digest:
    """Return the digest that the image has to have, from checksums whose signature was verified.

    Raises KubetuiError when the server, the key or the signature is wrong, UsageError when nothing vouches for them.
    """
    if source.sha256:
        return _given(source.sha256)
    wanted = files.signature
    if wanted is None and not files.folder.startswith("https://"):
        raise UsageError(
            f"Nothing vouches for {files.url}: it comes without encryption, and its checksums are not signed.",
            fix="Use an https:// mirror, give the image's checksum (--sha256), or the fingerprint of the key that "
            "signs the mirror's SHA256SUMS (--key).",
        )
    sums = await web.small(files.folder + files.checksums, patience)
    if wanted is not None:
        fingerprint = normal(wanted.fingerprint)
        if fingerprint is None:
            raise UsageError(
                f"{wanted.fingerprint} is not a key's fingerprint.",
                fix="A fingerprint has 40 hexadecimal digits: gpg --show-keys FILE prints it.",
            )
        signature = await web.small(files.folder + wanted.file, patience)
        key = await web.small(wanted.key, patience)
        await verify(sums, signature, key, fingerprint, files.folder + files.checksums)
    found = digest_of(sums.decode(errors="replace"), files.image, files.algorithm)
    if found is None:
        raise KubetuiError(
            f"{files.folder}{files.checksums} has no checksum of {files.image}.",
            fix="Check that the mirror has the same files as the distribution's own server.",
            id="IMAGE-CHECKSUM",
        )
    return found


def _given(text: str) -> Digest:
    digits = text.strip().lower()
    if len(digits) != hashlib.sha256().digest_size * 2 or not set(digits) <= set("0123456789abcdef"):
        raise UsageError(f"{text} is not a SHA-256 checksum.", fix="It has 64 hexadecimal digits.")
    return Digest("sha256", digits)


async def fetch(files: Files, digest: Digest, progress: Progress, patience: Patience = PATIENT) -> Image:
    """Return the image with this digest: the one that was kept, or else downloaded.

    Raises KubetuiError when it cannot be had or is no image, HostError when there is no room for a box.
    """
    target = folder() / f"{digest.value[:16]}-{files.image}"
    if not await asyncio.to_thread(_has, target, digest):
        await download.file(files.url, target, digest, progress, beside=EXPANDED + PACKED, patience=patience)
    image = Image(target, digest.value, _virtual_size(target))
    _forget_others(target, files.image)
    return image


def _has(target: Path, digest: Digest) -> bool:
    """Return whether the file is there and still has the digest."""
    try:
        with target.open("rb") as file:
            return hashlib.file_digest(file, digest.algorithm).hexdigest() == digest.value
    except FileNotFoundError:
        return False


def _forget_others(target: Path, name: str) -> None:
    """Remove older versions of an image, and what arrived of them."""
    for path in target.parent.glob(f"*-{name}*"):
        if not path.name.startswith(target.name):
            path.unlink()


def _virtual_size(file: Path) -> int:
    """Return the size of a qcow2 image's disk. Raises KubetuiError for anything else.

    An image that names a backing file would bring another file of this host into the box.
    """
    with file.open("rb") as image:
        header = image.read(_HEADER.size)
    if len(header) == _HEADER.size:
        magic, _, backing, _, _, size = _HEADER.unpack(header)
        if magic == b"QFI\xfb" and not backing:
            return int(size)
    file.unlink()
    raise KubetuiError(
        f"{file.name} is not a whole disk image in QEMU's format (qcow2). It was removed.",
        fix="Check the mirror.",
        id="IMAGE-FORMAT",
    )
