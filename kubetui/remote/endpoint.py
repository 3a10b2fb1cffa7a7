"""How SSH reaches a machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kubetui.base.redaction import Secret


@dataclass(frozen=True, slots=True)
class Endpoint:
    """How SSH reaches a machine.

    `personal` is set for existing machines: the user's own OpenSSH configuration, keys and agent fill in what is
    empty here, and `host` may be a name from that configuration. `jump` is a jump host, [USER@]HOST[:PORT];
    `password` answers sudo.
    """

    host: str
    port: int
    user: str
    key_files: tuple[Path, ...]
    personal: bool = False
    jump: str = ""
    password: Secret | None = None

    @property
    def place(self) -> str:
        """HOST:PORT, or HOST alone where OpenSSH's configuration or its default decides the port."""
        return f"{self.host}:{self.port}" if self.port else self.host
