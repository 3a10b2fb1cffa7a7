"""A distribution of one's own on loopback: an image, its checksums, and throwaway keys that sign them."""

from __future__ import annotations

import hashlib
import os
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kubetui.software.images import Files, Signature, System
from tests.serving import Site, serving

IMAGE = struct.pack(">4sIQIIQ", b"QFI\xfb", 3, 0, 0, 16, 3 * 2**30) + bytes(5000)
"""Looks like a qcow2 image with a disk of 3 GiB."""


@dataclass(frozen=True)
class Signer:
    """A key in a home folder of its own."""

    home: Path
    options: tuple[str, ...] = ()

    def gpg(self, *words: str, data: bytes = b"") -> bytes:
        argv = ["gpg", "--homedir", str(self.home), "--batch", "--yes", *self.options, *words]
        done = subprocess.run(argv, input=data, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    @property
    def fingerprint(self) -> str:
        lines = self.gpg("--list-keys", "--with-colons").decode().splitlines()
        return next(line.split(":")[9] for line in lines if line.startswith("fpr:"))

    @property
    def key(self) -> bytes:
        return self.gpg("--armor", "--export")

    def sign(self, data: bytes) -> bytes:
        return self.gpg("--armor", "--detach-sign", data=data)


def _signer(*options: str, expires: str = "never") -> Iterator[Signer]:
    if shutil.which("gpg") is None:
        pytest.skip("gpg is not installed")
    # not in pytest's folder: the agent's socket allows only short paths
    with tempfile.TemporaryDirectory(prefix="kt-") as name:
        signer = Signer(Path(name), options)
        signer.gpg("--passphrase", "", "--quick-generate-key", "test@example.org", "ed25519", "sign", expires)
        yield signer
        subprocess.run(["gpgconf", "--homedir", name, "--kill", "all"], check=True)


@pytest.fixture(scope="session")
def signer() -> Iterator[Signer]:
    yield from _signer()


@pytest.fixture(scope="session")
def stranger() -> Iterator[Signer]:
    yield from _signer()


@pytest.fixture(scope="session")
def expired() -> Iterator[Signer]:
    yield from _signer("--faked-system-time", "20200101T000000!", expires="2020-06-01")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "kubetui"


@pytest.fixture
def site(signer: Signer) -> Iterator[Site]:
    with serving() as site:
        put_image(site, signer)
        yield site


def put_image(site: Site, signer: Signer, content: bytes = IMAGE) -> None:
    """Publish an image with its checksums and their signature."""
    site.put("image.qcow2", content, f'"{hashlib.sha256(content).hexdigest()}"')
    sums = (
        f"{hashlib.sha256(b'another').hexdigest()} *other.qcow2\n{hashlib.sha256(content).hexdigest()} *image.qcow2\n"
    )
    site.put("SHA256SUMS", sums.encode())
    site.put("SHA256SUMS.gpg", signer.sign(sums.encode()))
    site.put("signing-key.asc", signer.key)


def system(site: Site, fingerprint: str | None, name: str = "debian-13") -> System:
    signature = Signature("SHA256SUMS.gpg", site.url + "signing-key.asc", fingerprint) if fingerprint else None
    files = Files(site.url, "image.qcow2", "SHA256SUMS", "sha256", signature)
    return System(name, "Debian 13", 1, {"amd64": files, "arm64": files}, "Debian")


def tree(folder: Path) -> list[str]:
    """Return every file and folder below a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def programs(place: Path, monkeypatch: pytest.MonkeyPatch, **scripts: str) -> None:
    """Put bash scripts into PATH, before everything else."""
    place.mkdir(exist_ok=True)
    for name, script in scripts.items():
        path = place / name.replace("_", "-")
        path.write_text(f"#!/bin/bash\n{script}\n")
        path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{place}:{os.environ['PATH']}")
