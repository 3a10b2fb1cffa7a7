"""What one machine lacks of some images, and the command that takes it there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from kubetui.base.scripts import script
from kubetui.operations.extras.images.archive import Blob, Image
from kubetui.remote.command import Command
from kubetui.software.runtimes import Runtime

HAVE: Final = script(__package__, "have.sh")
TAKE: Final = script(__package__, "take.sh")
SPOOL: Final = "/var/lib/kubetui/images"
"""Where a machine keeps pieces until its runtime has taken them; gone at the end of a load, however it ends."""
SECONDS: Final = 6 * 3600.0
"""How long a load may take; a connection that is dead is noticed much earlier."""
_LAYOUT: Final = '{"imageLayoutVersion": "1.0.0"}'
_PROCESSORS: Final = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "i686": "386"}
_MIB: Final = 2**20


@dataclass(frozen=True, slots=True)
class Chosen:
    """An image for one machine, with the full names that it gets."""

    names: tuple[str, ...]
    image: Image


@dataclass(frozen=True, slots=True)
class Having:
    """What a machine has: its processor as Go names it, and the pieces of images that its runtime knows.

    `layers` holds, for runtimes that know them in their order, those of each image. `refused` says why its runtime
    takes no images; empty where it does.
    """

    architecture: str = ""
    pieces: frozenset[str] = frozenset()
    refused: str = ""
    layers: tuple[tuple[str, ...], ...] = field(default=())


def look(runtime: Runtime) -> Command:
    """Return the command that asks a machine what it has; `parsed` reads its answer."""
    return Command(runtime.image_library + HAVE, {"NAMES": ""}, timeout=120)


def parsed(text: str, *, in_order: bool) -> Having:
    r"""Read what `look` prints.

    >>> parsed("processor x86_64\nhas sha256:a\\n", in_order=False).architecture
    'amd64'
    """
    processor, refused, has = "", "", list[tuple[str, ...]]()
    for line in text.splitlines():
        match line.split():
            case ["processor", name]:
                processor = _PROCESSORS.get(name, name)
            case ["refused", *words]:
                refused = " ".join(words)
            case ["has", *digests] if digests:
                has.append(tuple(digests))
    pieces = frozenset() if in_order else frozenset(digest for digests in has for digest in digests)
    return Having(processor, pieces, refused, tuple(has) if in_order else ())


def chains(diff_ids: Iterable[str]) -> Iterator[str]:
    """Yield what names each layer together with those below it (opencontainers/image-spec, config.md: ChainID)."""
    chain = ""
    for diff_id in diff_ids:
        chain = f"sha256:{hashlib.sha256(f'{chain} {diff_id}'.encode()).hexdigest()}" if chain else diff_id
        yield chain


def lacking(chosen: Sequence[Chosen], having: Having, *, in_order: bool) -> tuple[Blob, ...]:
    """Return the pieces that a machine lacks, each once, in an order in which its runtime can take them."""
    if not in_order:
        return tuple(
            dict.fromkeys(blob for each in chosen for blob in each.image.blobs if blob.digest not in having.pieces)
        )
    known = {chain for layers in having.layers for chain in chains(layers)}
    found: dict[Blob, None] = {}
    for each in chosen:
        named = zip(each.image.layers, chains(each.image.diff_ids), strict=True)
        found |= dict.fromkeys(blob for blob, chain in named if chain not in known)
        found[each.image.config] = None
    return tuple(found)


def take(runtime: Runtime, chosen: Sequence[Chosen], blobs: Sequence[Blob]) -> Command:
    """Return the command that reads these pieces on standard input and gives the images to a runtime."""
    size = sum(blob.size for blob in blobs)
    largest = max((blob.size for blob in blobs), default=0)
    values = {
        "BLOBS": "".join(f"{blob.digest} {blob.size}\n" for blob in blobs),
        "INDEX": json.dumps(_index(chosen)),
        "LAYOUT": _LAYOUT,
        "MANIFEST": json.dumps(_docker(chosen)),
        "NAMES": "\n".join(name for each in chosen for name in each.names),
        "PLACE": runtime.images,
        # packed and unpacked, and the piece that is being taken
        "ROOM": str((2 * size + largest) // _MIB + 1),
        "SPOOL": SPOOL,
    }
    return Command(runtime.image_library + TAKE, values, timeout=SECONDS)


def _index(chosen: Sequence[Chosen]) -> Mapping[str, object]:
    """Return an OCI layout's index; containerd reads the first note, skopeo the second."""
    return {
        "schemaVersion": 2,
        "manifests": [
            {
                "mediaType": each.image.media_type,
                "digest": each.image.manifest.digest,
                "size": each.image.manifest.size,
                "annotations": {"io.containerd.image.name": name, "org.opencontainers.image.ref.name": name},
            }
            for each in chosen
            for name in each.names
        ],
    }


def _docker(chosen: Sequence[Chosen]) -> Sequence[Mapping[str, object]]:
    return [
        {
            "Config": _path(each.image.config),
            "RepoTags": list(each.names),
            "Layers": [_path(layer) for layer in each.image.layers],
        }
        for each in chosen
    ]


def _path(blob: Blob) -> str:
    return f"blobs/{blob.digest.replace(':', '/')}"
