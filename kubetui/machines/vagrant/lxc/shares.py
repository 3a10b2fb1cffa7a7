"""What the processes of a container may have of this host: the control plane gets more, a frozen container nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from kubetui.base.text import LineSink
from kubetui.machines.vagrant.lxc.bridge import as_root

_UNIFIED: Final = Path("/sys/fs/cgroup/cgroup.controllers")
"""Only exists with cgroup v2 (kernel.org, "Control Group v2")."""
FACTOR: Final = 8
"""How many times another container's share the container gets while all are busy; lost when it restarts."""


async def prefer(container: str, folder: Path, log: LineSink) -> None:
    """Give a running container a larger CPU share. If the host refuses, the build only takes a little longer."""
    setting = ("cpu.weight", str(100 * FACTOR)) if _UNIFIED.exists() else ("cpu.shares", str(1024 * FACTOR))
    await as_root(["lxc-cgroup", "--name", container, *setting], folder, log)


async def thaw(container: str, folder: Path, log: LineSink) -> None:
    """Let a frozen container go on. A container that is not frozen stays as it is."""
    await as_root(["lxc-unfreeze", "--name", container], folder, log)


async def end(container: str, folder: Path, log: LineSink) -> None:
    """End a container at once: vagrant-lxc destroys neither a frozen one nor one that does not obey `halt`."""
    await thaw(container, folder, log)
    await as_root(["lxc-stop", "--kill", "--name", container], folder, log)
