"""AlmaLinux's generic cloud images, signed by the key that signs the packages of that release.

Names, folders and the way of checking: https://wiki.almalinux.org/cloud/Generic-cloud.html; fingerprints:
https://almalinux.org/security/.
"""

from __future__ import annotations

from typing import Final

from kubetui.software.images.image import Files, Signature, System


def _files(release: int, fingerprint: str) -> dict[str, Files]:
    key = f"https://repo.almalinux.org/almalinux/RPM-GPG-KEY-AlmaLinux-{release}"
    return {
        processor: Files(
            folder=f"https://repo.almalinux.org/almalinux/{release}/cloud/{machine}/images/",
            image=f"AlmaLinux-{release}-GenericCloud-latest.{machine}.qcow2",
            checksums="CHECKSUM",
            algorithm="sha256",
            signature=Signature("CHECKSUM.asc", key, fingerprint),
        )
        for processor, machine in (("amd64", "x86_64"), ("arm64", "aarch64"))
    }


ALMALINUX_9: Final = System(
    "almalinux-9",
    "AlmaLinux 9",
    560,
    _files(9, "BF18AC2876178908D6E71267D36CB86CB86B3716"),
    "Oracle",  # which VirtualBox knows for both processors, unlike RedHat
    emulated="Nehalem",  # the release is compiled for x86-64-v2
)
ALMALINUX_10: Final = System(
    "almalinux-10",
    "AlmaLinux 10",
    500,
    _files(10, "EE6DB7B98F5BF5EDD9DA0DE5DEE5C11CC2A1E572"),
    "Oracle",
    emulated="Haswell-noTSX",  # for x86-64-v3
)
