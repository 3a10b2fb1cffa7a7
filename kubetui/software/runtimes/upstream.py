"""The Upstream type: a package repository of a runtime's own project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SYSTEM_MARK: Final = "{id}"
"""Placeholder for a machine's system in a repository's URL, such as debian: only the machine knows it."""


@dataclass(frozen=True, slots=True)
class Upstream:
    """The packages that a runtime's project makes itself, in a repository with a part for each release of a system."""

    packages: tuple[str, ...]
    """The packages to install, by Debian's names; the first is the runtime itself."""
    url: str
    """The repository; `SYSTEM_MARK` in it stands for the machine's system."""
    component: str
    """The part of a release that has the packages, as in a line of sources.list(5)."""
    fingerprint: str
    """The fingerprint of the key that signs it, 40 hexadecimal digits."""
    rpm_fingerprint: str = ""
    """The same of its packages for dnf, which another key signs."""

    def signed(self, format: str) -> str:  # noqa: A002
        """Return the fingerprint of the key that signs packages in a format, `deb` or `rpm`."""
        return self.rpm_fingerprint if format == "rpm" else self.fingerprint

    @property
    def key(self) -> str:
        """Where the key is, armoured."""
        return beside(self.url)


def beside(url: str) -> str:
    """Return where a repository has its key.

    >>> beside("https://download.docker.com/linux/debian/")
    'https://download.docker.com/linux/debian/gpg'
    """
    return f"{url.rstrip('/')}/gpg"
