"""Debian's cloud images. Debian publishes SHA512SUMS beside them and signs nothing there, unlike its installers.

`generic`, not `genericcloud`: the smaller one's kernel lacks the drivers of VirtualBox's SATA controller
(https://cloud.debian.org/images/cloud/, "generic" and "genericcloud").
"""

from __future__ import annotations

from typing import Final

from kubetui.software.images.image import Files, System

_FILES: Final = {
    processor: Files(
        folder="https://cloud.debian.org/images/cloud/trixie/latest/",
        image=f"debian-13-generic-{processor}.qcow2",
        checksums="SHA512SUMS",
        algorithm="sha512",
        signature=None,
    )
    for processor in ("amd64", "arm64")
}
DEBIAN_13: Final = System("debian-13", "Debian 13", 420, _FILES, "Debian")
