"""Host keys of a cluster's machines, pinned on first use in the cluster's own file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import asyncssh

from kubetui.base.files import write_private

Trusted = tuple[list[asyncssh.SSHKey], list[asyncssh.SSHKey], list[asyncssh.SSHKey]]
"""Host keys, CA keys and revoked keys, as asyncssh takes them."""


class HostKeys:
    """A file with one line per machine: its name and its public key, as OpenSSH writes them.

    Every call reads the file anew, because other processes change it. Without `first_sight`, a machine whose key is
    not pinned yet is refused.
    """

    def __init__(self, path: Path, *, first_sight: bool = True) -> None:
        self.path = path
        self._first_sight = first_sight

    def accept(self, machine: str, key: str) -> bool:
        """Tell whether `key` is the machine's pinned key; pins the first key that a machine shows."""
        known = self.pinned(machine)
        if known is None and self._first_sight:
            self.pin(machine, key)
            return True
        return known == key

    def pin(self, machine: str, key: str) -> None:
        """Trust `key`, and no other, as the machine's from now on."""
        keys = self.all()
        if keys.get(machine) != key:
            self._write({**keys, machine: key})

    def pinned(self, machine: str) -> str | None:
        """Return the machine's pinned key, or None."""
        return self.all().get(machine)

    def all(self) -> dict[str, str]:
        """Return every pinned key, by machine."""
        lines = self.path.read_text().splitlines() if self.path.exists() else []
        return {machine: key for machine, _, key in (line.partition(" ") for line in lines)}

    def lookup(self, machine: str) -> Callable[[str, str, int | None], Trusted]:
        """Return the callback that tells asyncssh which keys to trust, so that it asks for a key of that type."""
        known = self.pinned(machine)
        keys = [asyncssh.import_public_key(known)] if known else []
        return lambda _host, _address, _port: (keys, [], [])

    def forget(self, machine: str) -> None:
        """Unpin a machine that no longer exists."""
        keys = self.all()
        if keys.pop(machine, None) is not None:
            self._write(keys)

    def _write(self, keys: dict[str, str]) -> None:
        write_private(self.path, "".join(f"{machine} {key}\n" for machine, key in sorted(keys.items())))
