"""Ubuntu's cloud images, which are signed by the "UEC Image Automatic Signing Key".

Names and folders: https://documentation.ubuntu.com/public-images/. The key's fingerprint is that of the Ubuntu package
ubuntu-cloudimage-keyring, and of the signature that was published with Ubuntu 24.04's images on 2026-09-26.
"""

from __future__ import annotations

from typing import Final

from kubetui.software.images.image import Files, Signature, System

_FINGERPRINT: Final = "D2EB44626FDDC30B513D5BB71A5D6C4C7DB87C81"
_KEY: Final = f"https://keyserver.ubuntu.com/pks/lookup?op=get&options=mr&search=0x{_FINGERPRINT}"


def _files(version: str, codename: str) -> dict[str, Files]:
    return {
        processor: Files(
            folder=f"https://cloud-images.ubuntu.com/releases/{codename}/release/",
            image=f"ubuntu-{version}-server-cloudimg-{processor}.img",
            checksums="SHA256SUMS",
            algorithm="sha256",
            signature=Signature("SHA256SUMS.gpg", _KEY, _FINGERPRINT),
        )
        for processor in ("amd64", "arm64")
    }


UBUNTU_24_04: Final = System("ubuntu-24.04", "Ubuntu 24.04 LTS", 600, _files("24.04", "noble"), "Ubuntu")
UBUNTU_26_04: Final = System("ubuntu-26.04", "Ubuntu 26.04 LTS", 800, _files("26.04", "resolute"), "Ubuntu")
