"""Archives with images, as `docker save` and `podman save` write them: the OCI layout, and Docker's own.

An OCI layout names its blobs by their digests (opencontainers/image-spec, image-layout.md). An archive of Docker's
own, without an index, has layers whose digests follow from their content: a manifest is made of them, the same on every
host (moby/docker-image-spec, v1.2).
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from kubetui.base.text import shown
from kubetui.operations.extras.images.tarball import GZIP, Place, Tarball

MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
_CONFIG: Final = "application/vnd.oci.image.config.v1+json"
_LAYER: Final = "application/vnd.oci.image.layer.v1.tar"
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_DEEPEST: Final = 3
"""How many indexes may lie inside each other."""
_LINUX: Final = "linux"


@dataclass(frozen=True, slots=True)
class Blob:
    """A piece of an image: its digest, and its size in bytes."""

    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Image:
    """One image for one processor, with the pieces that it consists of.

    `architecture` is as Go names it, such as amd64; `diff_ids` are the digests of the unpacked layers. `media_type` is
    the manifest's.
    """

    manifest: Blob
    media_type: str
    config: Blob
    layers: tuple[Blob, ...]
    diff_ids: tuple[str, ...]
    architecture: str

    @property
    def blobs(self) -> tuple[Blob, ...]:
        """Every piece once, layers first, so that what names the others comes after them."""
        return tuple(dict.fromkeys((*self.layers, self.config, self.manifest)))


@dataclass(frozen=True, slots=True)
class Named:
    """An image of an archive: the names that it has there, in full or none, and one choice for each processor."""

    names: tuple[str, ...]
    choices: tuple[Image, ...]


class Archive:
    """An open archive. Raises UsageError where a file is none, or lacks a piece of an image."""

    def __init__(self, path: Path) -> None:
        self._made: dict[str, bytes] = {}
        self._blobs: dict[str, Place] = {}
        self._tar = Tarball(path)
        try:
            self.images = tuple(self._oci() if "index.json" in self._tar.entries else self._docker())
            if not self.images:
                self._tar.refuse("has no image for Linux")
        except BaseException:
            self._tar.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._tar.close()

    def read(self, blob: Blob) -> Iterator[bytes]:
        """Yield a piece in chunks; several readers may do so at once."""
        if blob.digest in self._made:
            yield self._made[blob.digest]
        else:
            yield from self._tar.read(self._blobs[blob.digest])

    # the OCI layout

    def _oci(self) -> Iterator[Named]:
        named: dict[tuple[Image, ...], list[str]] = {}
        tags = dict(self._tags())
        for entry in _dicts(self._tar.document("index.json").get("manifests")):
            choices = tuple(self._choices(entry, _DEEPEST))
            if choices:
                names = named.setdefault(choices, [])
                names += _names(entry) or tags.get(choices[0].config.digest, [])
        for choices, names in named.items():
            yield Named(tuple(dict.fromkeys(names)), choices)

    def _tags(self) -> Iterator[tuple[str, list[str]]]:
        """Yield the names in Docker's own list, which newer Dockers write beside the index, by the config's digest."""
        if "manifest.json" in self._tar.entries:
            for entry in _dicts(self._tar.json("manifest.json")):
                digest = f"sha256:{posixpath.basename(str(entry.get('Config', ''))).removesuffix('.json')}"
                yield digest, list(_texts(entry.get("RepoTags")))

    def _choices(self, entry: Mapping[str, Any], left: int) -> Iterator[Image]:
        """Yield the images behind a descriptor; an index of several may name some that the archive does not have."""
        blob = self._blob(entry)
        name = _path(blob.digest)
        if name not in self._tar.entries:
            if left == _DEEPEST:
                self._tar.refuse(f"lacks {blob.digest[:19]}, which it names")
            return
        document = self._verified(blob)
        if "manifests" in document:
            for each in _dicts(document["manifests"]) if left else ():
                yield from self._choices(each, left - 1)
        elif (image := self._image(blob, str(entry.get("mediaType") or MANIFEST), document)) is not None:
            yield image

    def _image(self, manifest: Blob, media_type: str, document: Mapping[str, Any]) -> Image | None:
        """Return a manifest's image; None for what is no image of Linux, such as an attestation."""
        config = self._blob(document.get("config"))
        about = self._verified(config)
        if about.get("os") != _LINUX:
            return None
        layers = tuple(self._blob(each) for each in _dicts(document.get("layers")))
        for each in layers:
            if _path(each.digest) not in self._tar.entries:
                self._tar.refuse(f"lacks the layer {each.digest[:19]}")
        self._place(manifest, config, *layers)
        return Image(manifest, media_type, config, layers, self._diff_ids(about, len(layers)), _architecture(about))

    def _place(self, *blobs: Blob) -> None:
        for blob in blobs:
            place = self._tar.entries[_path(blob.digest)]
            if place.size != blob.size:
                self._tar.refuse(f"has {place.size} bytes of {blob.digest[:19]}, which is to have {blob.size}")
            self._blobs[blob.digest] = place

    def _blob(self, found: object) -> Blob:
        match found:
            case {"digest": str(digest), "size": int(size)} if _DIGEST.fullmatch(digest) and size >= 0:
                return Blob(digest, size)
        raise self._tar.refusal("names a piece of an image without its SHA-256 digest and size")

    def _verified(self, blob: Blob) -> dict[str, Any]:
        name = _path(blob.digest)
        if _digest(self._tar.bytes(name)) != blob.digest:
            self._tar.refuse(f"has another content than {blob.digest[:19]} says")
        return self._tar.document(name)

    def _diff_ids(self, about: Mapping[str, Any], count: int) -> tuple[str, ...]:
        root = about.get("rootfs")
        found = _texts(root.get("diff_ids")) if isinstance(root, dict) else ()
        if len(found) != count or not all(map(_DIGEST.fullmatch, found)):
            self._tar.refuse(f"has {count} layers of an image, and its configuration names {len(found)}")
        return found

    # Docker's own

    def _docker(self) -> Iterator[Named]:
        if "manifest.json" not in self._tar.entries:
            self._tar.refuse("has neither index.json nor manifest.json")
        digests: dict[str, tuple[Blob, bool]] = {}
        for entry in _dicts(self._tar.json("manifest.json")):
            names = _texts(entry.get("RepoTags"))
            image = self._converted(entry, digests)
            if image is not None:
                yield Named(names, (image,))

    def _converted(self, entry: Mapping[str, Any], digests: dict[str, tuple[Blob, bool]]) -> Image | None:
        data = self._tar.bytes(posixpath.normpath(str(entry.get("Config", ""))))
        config = Blob(_digest(data), len(data))
        about = self._tar.document(posixpath.normpath(str(entry["Config"])))
        if about.get("os") != _LINUX:
            return None
        layers = []
        for path in map(posixpath.normpath, _texts(entry.get("Layers"))):
            if path not in self._tar.entries:
                self._tar.refuse(f"lacks the layer {shown(path)}")
            if path not in digests:
                digests[path] = self._hashed(self._tar.entries[path])
            layers.append(digests[path])
        self._made[config.digest] = data
        document = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": {"mediaType": _CONFIG, "digest": config.digest, "size": config.size},
            "layers": [
                {"mediaType": f"{_LAYER}+gzip" if packed else _LAYER, "digest": blob.digest, "size": blob.size}
                for blob, packed in layers
            ],
        }
        made = json.dumps(document, separators=(",", ":")).encode()
        manifest = Blob(_digest(made), len(made))
        self._made[manifest.digest] = made
        blobs = tuple(blob for blob, _ in layers)
        return Image(manifest, MANIFEST, config, blobs, self._diff_ids(about, len(blobs)), _architecture(about))

    def _hashed(self, place: Place) -> tuple[Blob, bool]:
        """Return a layer's digest and size, and whether it is compressed."""
        hashing, first = hashlib.sha256(), b""
        for data in self._tar.read(place):
            first = first or data[: len(GZIP)]
            hashing.update(data)
        blob = Blob(f"sha256:{hashing.hexdigest()}", place.size)
        self._blobs[blob.digest] = place
        return blob, first == GZIP


def _dicts(found: object) -> tuple[dict[str, Any], ...]:
    return tuple(each for each in found if isinstance(each, dict)) if isinstance(found, list) else ()


def _texts(found: object) -> tuple[str, ...]:
    return tuple(each for each in found if isinstance(each, str)) if isinstance(found, list) else ()


def _names(entry: Mapping[str, Any]) -> list[str]:
    """Return the name that a descriptor gives its image; a tag alone is none."""
    notes = entry.get("annotations")
    if not isinstance(notes, dict):
        return []
    full = str(notes.get("io.containerd.image.name") or "")
    reference = str(notes.get("org.opencontainers.image.ref.name") or "")
    name = full or (reference if set("/:") & set(reference) else "")
    return [name] if name else []


def _path(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/')}"


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _architecture(about: Mapping[str, Any]) -> str:
    return str(about.get("architecture") or "")
