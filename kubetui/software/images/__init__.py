"""Systems that boxes are built of, one distribution a file, and the catalogue of them."""

from __future__ import annotations

from kubetui.software.images.almalinux import ALMALINUX_9, ALMALINUX_10
from kubetui.software.images.debian import DEBIAN_13
from kubetui.software.images.image import OFFICIAL, PROCESSORS, Files, Signature, Source, System
from kubetui.software.images.ubuntu import UBUNTU_24_04, UBUNTU_26_04

CATALOGUE: dict[str, System] = {
    system.name: system for system in (UBUNTU_24_04, UBUNTU_26_04, DEBIAN_13, ALMALINUX_9, ALMALINUX_10)
}

__all__ = ["CATALOGUE", "OFFICIAL", "PROCESSORS", "Files", "Signature", "Source", "System"]
