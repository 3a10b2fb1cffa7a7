"""The images that machines have, and the containers that use them, as crictl prints both."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kubetui.base.scripts import script
from kubetui.base.text import clean
from kubetui.remote.command import Command

LOOK: Final = script(__package__, "stored.sh")
USED: Final = script(__package__, "used.sh")


@dataclass(frozen=True, slots=True)
class Stored:
    """An image on a machine: its id, which is the digest of its configuration, its names, and its size in bytes.

    `digests` are the names by which it was pulled, each with the digest of its manifest.
    """

    id: str
    names: tuple[str, ...]
    digests: tuple[str, ...]
    size: int

    @property
    def title(self) -> str:
        """What it is called when it has no name."""
        return self.names[0] if self.names else self.digests[0] if self.digests else self.id


@dataclass(frozen=True, slots=True)
class Row:
    """An image in the table of all machines: its name, its id, its size in bytes, and the machines that have it.

    `own` marks the images that the cluster itself needs.
    """

    name: str
    id: str
    size: int
    machines: tuple[str, ...]
    own: bool


def stored() -> Command:
    """Return the command that prints a machine's images; `parsed` reads its answer."""
    return Command(LOOK, timeout=60)


def used() -> Command:
    """Return the command that prints a machine's containers, ended ones too; `users` reads its answer."""
    return Command(USED, timeout=60)


def parsed(text: str) -> tuple[Stored, ...]:
    """Read the images that crictl prints as JSON. Raises ValueError where it is none."""
    return tuple(
        Stored(
            str(each.get("id", "")), _words(each, "repoTags"), _words(each, "repoDigests"), int(each.get("size") or 0)
        )
        for each in _listed(text, "images")
    )


def users(text: str, image: Stored) -> tuple[str, ...]:
    """Return which containers use an image, in words, from the containers that crictl prints as JSON."""
    return tuple(_container(each) for each in _listed(text, "containers") if _uses(each, image))


def _uses(container: Mapping[str, Any], image: Stored) -> bool:
    named = container.get("image") or {}
    said = {container.get("imageRef"), container.get("imageId"), named.get("image"), named.get("userSpecifiedImage")}
    return bool(said & {image.id, *image.names, *image.digests})


def _container(container: Mapping[str, Any]) -> str:
    labels, about = container.get("labels") or {}, container.get("metadata") or {}
    pod = f"{labels.get('io.kubernetes.pod.namespace', '')}/{labels.get('io.kubernetes.pod.name', '')}"
    return clean(f"container {about.get('name', '')} of pod {pod}")


def _listed(text: str, key: str) -> Iterator[dict[str, Any]]:
    document = json.loads(text)
    found = document.get(key) if isinstance(document, dict) else None
    yield from (each for each in found or () if isinstance(each, dict))


def _words(entry: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return tuple(clean(str(each)) for each in entry.get(key) or ())


def table(found: Mapping[str, tuple[Stored, ...]], own: frozenset[str]) -> tuple[Row, ...]:
    """Return one row for each name and id, by name; `found` has the images of each machine."""
    rows: dict[tuple[str, str], list[str]] = {}
    sizes: dict[str, int] = {}
    for machine, images in found.items():
        for image in images:
            sizes[image.id] = max(image.size, sizes.get(image.id, 0))
            for name in image.names or (image.title,):
                rows.setdefault((name, image.id), []).append(machine)
    return tuple(
        Row(name, id_, sizes[id_], tuple(machines), name in own) for (name, id_), machines in sorted(rows.items())
    )
