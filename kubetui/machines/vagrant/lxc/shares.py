"""Who goes first where machines share the host's processors: the control plane, which every other machine waits for."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from kubetui.base.text import LineSink
from kubetui.machines.vagrant.lxc.bridge import as_root

_UNIFIED: Final = Path("/sys/fs/cgroup/cgroup.controllers")
"""There with version 2 of control groups alone (kernel.org, "Control Group v2")."""
FACTOR: Final = 8
"""How many times another container's share it gets while all of them are busy; it lasts until it is restarted."""


async def prefer(container: str, folder: Path, log: LineSink) -> None:
    """Give a container that runs a larger share. Where the host does not let us, the others wait a little longer."""
    setting = ("cpu.weight", str(100 * FACTOR)) if _UNIFIED.exists() else ("cpu.shares", str(1024 * FACTOR))
    await as_root(["lxc-cgroup", "--name", container, *setting], folder, log)
