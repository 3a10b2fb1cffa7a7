"""A cluster's backup: one tar file with a snapshot of etcd, the keys of its authorities, its profile and a manifest.

Any tar program reads the file, and `sha256sum --check SHA256SUMS` what was taken out of it. kubetui writes each byte of
it in one way only and takes no other, so that a damaged file is refused as a whole.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kubetui.base.errors import BusyError, UsageError
from kubetui.base.files import locks, open_private, open_regular
from kubetui.base.text import clean

FORMAT: Final = 1
PKI: Final = (
    *("ca.crt", "ca.key", "etcd/ca.crt", "etcd/ca.key"),
    *("front-proxy-ca.crt", "front-proxy-ca.key", "sa.key", "sa.pub"),
)
"""What kubeadm keeps in /etc/kubernetes/pki and signs everything else with."""
MANIFEST: Final = "manifest.json"
PROFILE: Final = "profile.yaml"
SNAPSHOT: Final = "etcd.db"
SUMS: Final = "SHA256SUMS"
MEMBERS: Final = (MANIFEST, PROFILE, *(f"pki/{name}" for name in PKI), SNAPSHOT, SUMS)
"""Every member of the file, in its order."""
LARGEST: Final = 8 * 2**30 - 1
"""The most bytes of a snapshot: etcd's own recommended limit, and that of the file's format."""
_SMALL: Final = 256 * 2**10
"""The most bytes of any other member."""
_CHUNK: Final = 2**20
_BLOCK: Final = tarfile.BLOCKSIZE
_END: Final = bytes(2 * _BLOCK)
_VERSION: Final = r"[0-9]+\.[0-9]+\.[0-9]+(-[0-9a-z.]+)?"


class Manifest(BaseModel):
    """What a backup is of; nothing in it is secret.

    `made` is a time in UTC. `machine` took the snapshot, at etcd's `revision`, when etcd had so many `keys`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    format: Literal[1] = FORMAT
    cluster: str = Field(pattern=r"^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$")
    made: str = Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
    kubetui: str = Field(max_length=40)
    kubernetes: str = Field(pattern=f"^{_VERSION}$")
    etcd: str = Field(pattern=f"^{_VERSION}$")
    machine: str = Field(max_length=253)
    revision: int = Field(ge=1)
    keys: int = Field(ge=1)


@dataclass(frozen=True, slots=True)
class Backup:
    """A file that was read to its end and is whole. `digest` is its SHA-256, `profile` the cluster's."""

    path: Path
    manifest: Manifest
    profile: bytes
    digest: str
    size: int


def write(target: Path, manifest: Manifest, profile: str, pki: Mapping[str, bytes], snapshot: Path) -> int:
    """Write a backup with mode 0600, whole or not at all, and return its size in bytes.

    Raises UsageError as `refuse_place` does, BusyError when another kubetui is writing it.
    """
    part = target.with_name(f".{target.name}.part")
    descriptor = open_private(part, os.O_WRONLY)
    with os.fdopen(descriptor, "wb") as file:
        if not locks(descriptor, fcntl.LOCK_EX):
            raise BusyError(f"Another kubetui is writing {target}.", fix="Wait until it ends, or name another file.")
        try:
            # what a killed kubetui left of it
            file.truncate(0)
            small = {MANIFEST: _json(manifest), PROFILE: profile.encode()} | {f"pki/{name}": pki[name] for name in PKI}
            _fill(file, small, snapshot)
            file.flush()
            os.fsync(descriptor)
            size = file.tell()
            refuse_place(target)
            part.rename(target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return size


def refuse_place(target: Path) -> None:
    """Raise UsageError where no backup can be written: something is there, or there is no such folder."""
    if not target.parent.is_dir():
        raise UsageError(f"{target} cannot be written: its folder does not exist.", fix="Make the folder first.")
    if target.exists() or target.is_symlink():
        raise UsageError(
            f"{target} exists, and kubetui overwrites no backup.",
            fix="Name another file, or move that one away.",
            id="BACKUP-EXISTS",
        )


def read(path: Path) -> Backup:
    """Read a backup and check each byte of it. Raises UsageError that says what is wrong with the file."""
    try:
        with open_regular(path) as file:
            return _Reader(path, file).read()
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror or error}.", fix="Name a backup: kubetui backup makes them."
        ) from error


def sound(snapshot: Path) -> bool:
    """Return whether a snapshot is whole: etcd ends each with the SHA-256 of all that stands before it."""
    size, digest = snapshot.stat().st_size, hashlib.sha256()
    length = digest.digest_size
    if size % _BLOCK != length:
        return False
    with snapshot.open("rb") as file:
        left = size - length
        while left and (chunk := file.read(min(left, _CHUNK))):
            digest.update(chunk)
            left -= len(chunk)
        return file.read() == digest.digest()


def _json(manifest: Manifest) -> bytes:
    return (json.dumps(manifest.model_dump(), indent=2) + "\n").encode()


def _fill(file: BinaryIO, small: Mapping[str, bytes], snapshot: Path) -> None:
    sums: dict[str, str] = {}
    for name, data in small.items():
        sums[name] = _add(file, name, len(data), iter((data,)))
    with snapshot.open("rb") as source:
        size = os.fstat(source.fileno()).st_size
        sums[SNAPSHOT] = _add(file, SNAPSHOT, size, _chunks(source))
    text = _listed(sums)
    _add(file, SUMS, len(text), iter((text,)))
    file.write(_END)


def _add(file: BinaryIO, name: str, size: int, chunks: Iterator[bytes]) -> str:
    """Add a member and return its SHA-256."""
    digest = hashlib.sha256()
    file.write(_header(name, size))
    for chunk in chunks:
        digest.update(chunk)
        file.write(chunk)
    file.write(_padding(size))
    return digest.hexdigest()


def _chunks(source: BinaryIO) -> Iterator[bytes]:
    while chunk := source.read(_CHUNK):
        yield chunk


def _header(name: str, size: int) -> bytes:
    """Return the one header that a member can have: a regular file of root's with mode 0600."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info.tobuf(tarfile.USTAR_FORMAT)


def _padding(size: int) -> bytes:
    return bytes(-size % _BLOCK)


def _listed(sums: Mapping[str, str]) -> bytes:
    return "".join(f"{digest}  {name}\n" for name, digest in sums.items()).encode()


class _Reader:
    """Reads one file from its beginning to its end, and refuses the first byte that is not as it has to be."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path = path
        self._file = file
        self._whole = hashlib.sha256()
        self._size = 0

    def read(self) -> Backup:
        sums: dict[str, str] = {}
        manifest, profile = self._manifest(sums), self._small(PROFILE, sums)
        for name in PKI:
            self._small(f"pki/{name}", sums)
        self._snapshot(sums)
        listed = _listed(sums)
        if self._small(SUMS, {}) != listed:
            raise self._damaged(f"its content is not what {SUMS} in it says")
        if self._take(len(_END)) != _END or self._file.read(1):
            raise self._damaged("it does not end where its content does")
        return Backup(self._path, manifest, profile, self._whole.hexdigest(), self._size)

    def _manifest(self, sums: dict[str, str]) -> Manifest:
        data = self._small(MANIFEST, sums)
        try:
            document = json.loads(data)
            number = document.get("format") if isinstance(document, dict) else None
            if isinstance(number, int) and number > FORMAT:
                raise UsageError(
                    f"{self._path} has the format {number}, and this kubetui reads {FORMAT}: a newer one made it.",
                    fix="Update kubetui.",
                    id="BACKUP-FILE",
                )
            return Manifest.model_validate(document)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise self._damaged(f"its manifest cannot be right: {place}: {clean(first['msg'])}") from None
        except (ValueError, RecursionError):
            raise self._damaged("its manifest is no JSON") from None

    def _small(self, name: str, sums: dict[str, str]) -> bytes:
        size = self._begin(name, _SMALL)
        data = self._take(size)
        sums[name] = hashlib.sha256(data).hexdigest()
        self._pad(size)
        return data

    def _snapshot(self, sums: dict[str, str]) -> None:
        size, digest = self._begin(SNAPSHOT, LARGEST), hashlib.sha256()
        for start in range(0, size, _CHUNK):
            digest.update(self._take(min(_CHUNK, size - start)))
        sums[SNAPSHOT] = digest.hexdigest()
        self._pad(size)

    def _begin(self, name: str, most: int) -> int:
        """Read a member's header and return its size."""
        header = self._take(_BLOCK)
        try:
            size = tarfile.TarInfo.frombuf(header, "ascii", "strict").size
        except (tarfile.HeaderError, ValueError):
            size = -1
        if not 0 <= size <= most or header != _header(name, size):
            raise self._damaged(f"it has no {name} where that has to be")
        return size

    def _pad(self, size: int) -> None:
        padding = _padding(size)
        if self._take(len(padding)) != padding:
            raise self._damaged("there is something between its parts")

    def _take(self, size: int) -> bytes:
        data = self._file.read(size)
        self._whole.update(data)
        self._size += len(data)
        if len(data) < size:
            raise self._damaged(f"it ends after {self._size} bytes, too early")
        return data

    def _damaged(self, why: str) -> UsageError:
        return UsageError(
            f"{self._path} is no whole backup of kubetui's: {why}.",
            fix="Nothing was changed. Take another copy of the file, or another backup.",
            id="BACKUP-FILE",
        )
