"""A tar archive whose files are read where they lie, by several readers at once."""

from __future__ import annotations

import gzip
import json
import os
import posixpath
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, NoReturn

from kubetui.base.errors import UsageError
from kubetui.base.text import shown

CHUNK: Final = 256 * 1024
GZIP: Final = b"\x1f\x8b"
"""The first bytes of what gzip compressed."""
_LARGEST: Final = 8 * 1024 * 1024
"""Bytes of a document that is read as a whole."""
_LINKS: Final = 8


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file lies in an archive, in bytes."""

    offset: int
    size: int


class Tarball:
    """An open archive. Raises UsageError where a file is none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = _plain(path)
        try:
            self.entries = dict(self._members())
        except BaseException:
            self._file.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def refuse(self, why: str) -> NoReturn:
        """Raise UsageError that says what is wrong with the archive."""
        raise self.refusal(why)

    def refusal(self, why: str) -> UsageError:
        """Return that error."""
        return UsageError(
            f"{self._path.name} {why}.",
            fix="Write it with: docker save IMAGE -o FILE, or: podman save --format oci-archive IMAGE -o FILE",
            id="IMAGE-ARCHIVE",
        )

    def read(self, place: Place) -> Iterator[bytes]:
        """Yield what lies at a place, in chunks."""
        at, end = place.offset, place.offset + place.size
        while at < end:
            data = os.pread(self._file.fileno(), min(CHUNK, end - at), at)
            if not data:
                self.refuse("became shorter while it was read")
            yield data
            at += len(data)

    def bytes(self, name: str) -> bytes:
        """Return a small file."""
        place = self.entries.get(name)
        if place is None or place.size > _LARGEST:
            self.refuse(f"lacks {shown(name)}")
        return b"".join(self.read(place))

    def json(self, name: str) -> Any:
        """Return a small file's JSON."""
        data = self.bytes(name)
        try:
            return json.loads(data)
        except (ValueError, RecursionError) as error:
            raise self.refusal(f"has a damaged {shown(name)}") from error

    def document(self, name: str) -> dict[str, Any]:
        """Return a small file's JSON object."""
        found = self.json(name)
        if not isinstance(found, dict):
            self.refuse(f"has a damaged {shown(name)}")
        return found

    def _members(self) -> Iterator[tuple[str, Place]]:
        """Yield where each file of the archive lies; a link is what it points to, as old Dockers have them."""
        found: dict[str, Place] = {}
        links: dict[str, str] = {}
        try:
            with tarfile.open(fileobj=self._file, mode="r:") as archive:
                for member in archive:
                    name = posixpath.normpath(member.name)
                    if member.isreg() and not member.issparse():
                        found[name] = Place(member.offset_data, member.size)
                    elif member.issym():
                        links[name] = posixpath.normpath(posixpath.join(posixpath.dirname(name), member.linkname))
                    elif member.islnk():
                        links[name] = posixpath.normpath(member.linkname)
        except (tarfile.TarError, EOFError, OSError) as error:
            raise self.refusal(f"is no archive of images ({error})") from error
        yield from found.items()
        for name in links:
            target, left = name, _LINKS
            while target in links and left:
                target, left = links[target], left - 1
            if target in found:
                yield name, found[target]


def _plain(path: Path) -> BinaryIO:
    """Open an archive; one that is compressed with gzip is unpacked into a file that no name leads to."""
    file = path.open("rb")
    if file.peek(len(GZIP))[: len(GZIP)] != GZIP:
        return file
    beside = path.parent if os.access(path.parent, os.W_OK) else None
    unpacked = tempfile.TemporaryFile(dir=beside)  # noqa: SIM115 - as long as the archive
    try:
        with file, gzip.open(file) as stream:
            shutil.copyfileobj(stream, unpacked, CHUNK)
    except (EOFError, gzip.BadGzipFile) as error:
        unpacked.close()
        raise UsageError(f"{path.name} is damaged: {error}.", fix="Write it again.", id="IMAGE-ARCHIVE") from error
    except BaseException:
        unpacked.close()
        raise
    unpacked.seek(0)
    return unpacked
