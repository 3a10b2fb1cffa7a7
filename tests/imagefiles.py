"""Archives of images, made by hand: the OCI layout and Docker's own, with layers of random bytes."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
GZIP = b"\x1f\x8b"
INDEX = "application/vnd.oci.image.index.v1+json"


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def layer(seed: int, size: int = 1000, **files: bytes) -> bytes:
    """Return a layer's tar with so many random bytes in one file, and these files; the same each time."""
    named = {f"data-{seed}": random.Random(seed).randbytes(size), **files}  # noqa: S311 - it only has to be the same
    return packed(named)


def packed(files: Mapping[str, bytes]) -> bytes:
    into = BytesIO()
    with tarfile.open(fileobj=into, mode="w") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o755
            archive.addfile(entry, BytesIO(data))
    return into.getvalue()


def config(layers: Sequence[bytes], architecture: str = "amd64", **more: Any) -> bytes:
    """Return the configuration of an image with these layers, which may be compressed."""
    plain = [gzip.decompress(each) if each[:2] == GZIP else each for each in layers]
    document = {
        "architecture": architecture,
        "os": "linux",
        "config": {},
        "rootfs": {"type": "layers", "diff_ids": [digest(each) for each in plain]},
        **more,
    }
    return json.dumps(document).encode()


class Layout:
    """An OCI layout that is being made."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}'}
        self.manifests: list[dict[str, Any]] = []

    def blob(self, data: bytes) -> dict[str, Any]:
        self.files[f"blobs/{digest(data).replace(':', '/')}"] = data
        return {"digest": digest(data), "size": len(data)}

    def manifest(self, layers: Sequence[bytes], about: bytes) -> dict[str, Any]:
        parts = [{"mediaType": f"{_kind(each)}", **self.blob(each)} for each in layers]
        settings = {"mediaType": "application/vnd.oci.image.config.v1+json", **self.blob(about)}
        document = {"schemaVersion": 2, "mediaType": MANIFEST, "config": settings, "layers": parts}
        return {"mediaType": MANIFEST, **self.blob(json.dumps(document).encode())}

    def index(self, *manifests: Mapping[str, Any]) -> dict[str, Any]:
        document = {"schemaVersion": 2, "mediaType": INDEX, "manifests": list(manifests)}
        return {"mediaType": INDEX, **self.blob(json.dumps(document).encode())}

    def add(self, entry: Mapping[str, Any], name: str = "", note: str = "io.containerd.image.name") -> None:
        self.manifests.append({**entry, **({"annotations": {note: name}} if name else {})})

    def write(self, path: Path) -> Path:
        index = json.dumps({"schemaVersion": 2, "manifests": self.manifests}).encode()
        path.write_bytes(packed({**self.files, "index.json": index}))
        return path


def _kind(data: bytes) -> str:
    return "application/vnd.oci.image.layer.v1.tar" + ("+gzip" if data[:2] == GZIP else "")


def oci(path: Path, layers: Sequence[bytes], name: str = "docker.io/library/m:1", architecture: str = "amd64") -> Path:
    """Write an OCI archive with one image."""
    layout = Layout()
    layout.add(layout.manifest(layers, config(layers, architecture)), name)
    return layout.write(path)


def docker(path: Path, layers: Sequence[bytes], *names: str, architecture: str = "amd64") -> Path:
    """Write an archive as older Dockers do."""
    about = config(layers, architecture)
    where = [f"{digest(each)[7:]}/layer.tar" for each in layers]
    entry = {"Config": f"{digest(about)[7:]}.json", "RepoTags": list(names) or None, "Layers": where}
    files = {
        f"{digest(about)[7:]}.json": about,
        **dict(zip(where, layers, strict=True)),
        "manifest.json": json.dumps([entry]).encode(),
    }
    path.write_bytes(packed(files))
    return path


def entries(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files of an archive."""
    with tarfile.open(path) as archive:
        for member in archive:
            file = archive.extractfile(member)
            assert file
            yield member.name, file.read()
