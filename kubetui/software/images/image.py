"""The System type: a distribution's cloud image, where its files are, and who signs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

PROCESSORS: Final[Mapping[str, str]] = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
"""Vagrant's name of a processor, by what `uname -m` prints on Linux and macOS."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A detached OpenPGP signature of the checksums. `file` lies beside them, `key` is a URL.

    The key may come from anywhere, because only one with this `fingerprint` (40 hex digits) is accepted.
    """

    file: str
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Files:
    """The files of one image: `folder` is their URL, ending in a slash, the rest are names in it."""

    folder: str
    image: str
    checksums: str
    algorithm: str
    """Of the checksums: sha256 or sha512."""
    signature: Signature | None
    """None for a distribution that signs nothing here: then HTTPS alone says where the checksums come from."""

    @property
    def url(self) -> str:
        """The URL of the image."""
        return self.folder + self.image


@dataclass(frozen=True, slots=True)
class System:
    """A system that kubetui makes boxes of. `files` has its image for each processor, by Vagrant's names of them."""

    name: str
    title: str
    megabytes: int
    """Size of the download in autumn 2026, roughly; the server is asked where the exact size matters."""
    files: Mapping[str, Files]
    ostype: str
    """VirtualBox's name of the family (`VBoxManage list ostypes`), without the word size."""
    emulated: str = "qemu64"
    """QEMU's name of a processor that this system runs on where there is no KVM; newer systems want newer ones."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where an image comes from, when not from the distribution itself.

    `mirror` is the URL of a folder with the same files. `key` is the fingerprint of the mirror's own key: then
    SHA256SUMS, SHA256SUMS.gpg and signing-key.asc are there, too. `sha256` is the image's checksum, which replaces
    checksums and signature.
    """

    mirror: str | None = None
    key: str | None = None
    sha256: str | None = None

    def of(self, files: Files) -> Files:
        """Return where the files are, and what they are checked against."""
        folder = self.mirror.rstrip("/") + "/" if self.mirror else files.folder
        if self.key:
            own = Signature("SHA256SUMS.gpg", folder + "signing-key.asc", self.key)
            return replace(files, folder=folder, checksums="SHA256SUMS", algorithm="sha256", signature=own)
        return replace(files, folder=folder)


OFFICIAL: Final = Source()
"""The distribution's own server."""
