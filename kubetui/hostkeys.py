"""Host keys of a cluster's machines, pinned at first sight in a file of the cluster's own."""

from __future__ import annotations

from pathlib import Path

from kubetui.files import write_private


class HostKeys:
    """One line a machine: its name and its public key, as OpenSSH writes them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._keys: dict[str, str] = {}
        if path.exists():
            for line in path.read_text().splitlines():
                machine, _, key = line.partition(" ")
                self._keys[machine] = key

    def accept(self, machine: str, key: str) -> bool:
        """Tell whether `key` is the machine's; the first one that it shows is pinned."""
        known = self._keys.get(machine)
        if known is None:
            self._keys[machine] = key
            self._write()
            return True
        return known == key

    def forget(self, machine: str) -> None:
        """Unpin a machine that no longer exists."""
        if self._keys.pop(machine, None) is not None:
            self._write()

    def _write(self) -> None:
        write_private(self.path, "".join(f"{machine} {key}\n" for machine, key in sorted(self._keys.items())))
