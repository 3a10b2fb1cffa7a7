"""Container runtimes, one file each, and the catalogue that a profile chooses from."""

from __future__ import annotations

from kubetui.software.runtimes.containerd import CONTAINERD
from kubetui.software.runtimes.crio import CRIO
from kubetui.software.runtimes.docker import DOCKER
from kubetui.software.runtimes.runtime import Runtime
from kubetui.software.runtimes.source import SOURCES

CATALOGUE: dict[str, Runtime] = {
    "containerd": CONTAINERD,
    "docker": DOCKER,
    "cri-o": CRIO,
}

__all__ = ["CATALOGUE", "SOURCES", "Runtime"]
