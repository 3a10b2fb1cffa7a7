"""The mirror with a distribution's cloud image, from which tests build boxes."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Final

from tests.e2e.conftest import Lab

MIRROR: Final = os.environ.get("KUBETUI_E2E_IMAGES", "http://10.0.3.1:8080/cloud/trixie/")
"""A folder with debian-13-generic-amd64.qcow2, SHA256SUMS, SHA256SUMS.gpg and signing-key.asc."""
SYSTEM: Final = "debian-13"
IMAGE: Final = "debian-13-generic-amd64.qcow2"


def fetched(lab: Lab, name: str) -> Path:
    """Return a file of the mirror, downloaded with curl."""
    target = lab.state / "mirror" / name
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        lab.run("curl", "-fsS", "--output", str(target), MIRROR + name)
    return target


def fingerprint(lab: Lab) -> str:
    """Return the fingerprint of the mirror's key; the tests trust their own mirror."""
    home = lab.state / "gnupg"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    argv = ["gpg", "--homedir", str(home), "--show-keys", "--with-colons", str(fetched(lab, "signing-key.asc"))]
    lines = subprocess.run(argv, capture_output=True, text=True, check=True).stdout.splitlines()
    return next(line.split(":")[9] for line in lines if line.startswith("fpr:"))


def words(lab: Lab, provider: str, *more: str, mirror: str = MIRROR) -> list[str]:
    """Return the command that builds a box from a mirror that is signed with its own key."""
    return [
        *lab.command("boxes", "build", SYSTEM, "--provider", provider, "--mirror", mirror),
        *("--again", "--key", fingerprint(lab), *more),
    ]


def build(lab: Lab, provider: str) -> None:
    """Build the box, replacing one that exists."""
    lab.run(*words(lab, provider))


def box_folder(lab: Lab, provider: str) -> Path:
    """Return the box's folder in Vagrant's store."""
    home = lab.run("sh", "-c", "echo ${VAGRANT_HOME:-$HOME/.vagrant.d}").strip()
    store = Path(home) / "boxes" / f"kubetui-VAGRANTSLASH-{SYSTEM}"
    (found,) = (path.parent for path in store.glob(f"**/{provider}/metadata.json"))
    return found
