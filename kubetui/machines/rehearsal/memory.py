"""The memory of a rehearsed machine: its completed steps, in a file in the cluster's folder."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from kubetui.base.files import private_folder, write_private


@dataclass
class Memory:
    """One machine's file. It stores digests of values, never the values."""

    path: Path
    done: dict[str, dict[str, Any]] = field(default_factory=dict)
    """When each step was completed, and with which values."""
    halves: dict[str, str] = field(default_factory=dict)
    """What a probe reports for each interrupted step."""
    faults: list[str] = field(default_factory=list)
    halted: bool = False

    @classmethod
    def of(cls, path: Path) -> Memory:
        """Read a machine's memory; empty if the machine was never started."""
        try:
            return cls(path, **json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return cls(path)

    @classmethod
    def in_folder(cls, folder: Path, name: str) -> Memory:
        """Read a machine's memory from the folder of a rehearsal."""
        return cls.of(folder / "machines" / f"{name}.json")

    @property
    def exists(self) -> bool:
        """Whether the machine was ever started."""
        return self.path.exists()

    def save(self) -> None:
        """Write the file."""
        private_folder(self.path.parent)
        document = asdict(self)
        del document["path"]
        # without sync: a hundred machines would wait for the disk
        write_private(self.path, json.dumps(document), sync=False)

    def power(self, *, on: bool) -> None:
        """Remember that the machine was halted, or started again."""
        self.halted = not on
        self.save()

    def finish(self, step: str, values: Mapping[str, str]) -> None:
        """Remember that a step was completed with these values."""
        self.halves.pop(step, None)
        self.done[step] = {"at": time.time(), "values": {name: _short(value) for name, value in values.items()}}
        self.save()

    def fail(self, step: str, fault: str, leaves: str) -> None:
        """Remember that a step failed, and what it left behind."""
        self.faults.append(fault)
        if leaves:
            self.halves[step] = leaves
        self.save()

    def holds(self, step: str, values: Mapping[str, str]) -> bool:
        """Return whether a step was completed with these values; a value that was not recorded counts as equal."""
        if step not in self.done:
            return False
        known: Mapping[str, str] = self.done[step]["values"]
        return all(known.get(name, _short(value)) == _short(value) for name, value in values.items())

    def since(self, step: str) -> float | None:
        """Return how many seconds ago a step was completed."""
        return time.time() - float(self.done[step]["at"]) if step in self.done else None


def _short(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()[:12]
