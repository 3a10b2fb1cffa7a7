"""The Archive type: a program that its project releases as an archive, without a package repository."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

ARCHITECTURE_MARK: Final = "{architecture}"
"""Placeholder for a machine's processor in an archive's URL, such as amd64: only the machine knows it."""


@dataclass(frozen=True, slots=True)
class Archive:
    """A gzipped tar archive with one program in it, and the checksums that it must have.

    No other archive is installed. A mirror's archive may be another build, so it comes with a checksum of its own.
    """

    name: str
    """The program, which is called the same in the archive, in a folder of that name."""
    version: str
    url: str
    """The archive; `ARCHITECTURE_MARK` in it stands for the machine's processor, as Go names it."""
    sha256: Mapping[str, str]
    """The checksum of each processor's archive, 64 hexadecimal digits."""
    oldest: str
    """The oldest version that works, where a machine has the program already."""

    @property
    def program(self) -> str:
        """Where kubetui installs it."""
        return f"/usr/local/bin/{self.name}"
