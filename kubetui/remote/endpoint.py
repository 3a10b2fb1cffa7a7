"""How SSH reaches a machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kubetui.base.redaction import Secret


@dataclass(frozen=True, slots=True)
class Endpoint:
    """How SSH reaches a machine.

    `personal` is set for machines that exist: the person's own OpenSSH configuration, keys and agent say what is
    left empty here, and `host` may be a name from it. `jump` is [USER@]HOST[:PORT] on the way; `password` is what
    sudo asks for.
    """

    host: str
    port: int
    user: str
    key_files: tuple[Path, ...]
    personal: bool = False
    jump: str = ""
    password: Secret | None = None
