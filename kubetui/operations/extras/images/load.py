"""Loads images into every machine of a cluster at once, each piece once, and none that a machine already has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kubetui.base.errors import RunError, UsageError
from kubetui.cluster.folder import Cluster
from kubetui.machines.hosts.access import Access
from kubetui.operations.extras.images import transfer
from kubetui.operations.extras.images.archive import Archive, Blob, Named
from kubetui.operations.extras.images.names import full
from kubetui.operations.extras.images.site import Site, visited
from kubetui.operations.extras.images.stored import Stored
from kubetui.operations.extras.images.transfer import Chosen, Having
from kubetui.remote.ssh import SshNode

Progress = Callable[[str, int, int], object]
"""Hears how many bytes one machine has got, and how many it will get."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one machine got: how many pieces and bytes, and which image each name is there now."""

    pieces: int
    sent: int
    ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What each machine got, by its name, and why the others did not get it all."""

    names: tuple[str, ...]
    loaded: Mapping[str, Loaded]
    troubles: Mapping[str, str]

    def ids(self, name: str) -> tuple[str, ...]:
        """Return the ids that an image has on the machines: one, where all have the same."""
        return tuple(dict.fromkeys(each.ids[name] for each in self.loaded.values()))


def titled(images: Sequence[Named], name: str) -> tuple[Named, ...]:
    """Return an archive's images with their full names, or with the one that a person gives.

    Raises UsageError where an image has no name, or one name is for several images.
    """
    if name and len(images) > 1:
        raise UsageError(f"The archive has {len(images)} images, which cannot all be called {name}.", fix="Omit --as.")
    if name:
        return (Named((full(name),), images[0].choices),)
    if any(not each.names for each in images):
        raise UsageError(
            "The archive does not say what its image is called.",
            fix="Name it: kubetui image load NAME FILE --as model:1. Or save it by its name, and not by its id.",
        )
    return tuple(Named(tuple(dict.fromkeys(map(full, each.names))), each.choices) for each in images)


def choose(images: Sequence[Named], having: Having, machine: str) -> tuple[Chosen, ...]:
    """Return the images as one machine gets them. Raises UsageError where one is for other processors alone."""
    return tuple(_fitting(each, having, machine) for each in images)


def _fitting(named: Named, having: Having, machine: str) -> Chosen:
    for image in named.choices:
        if image.architecture == having.architecture:
            return Chosen(named.names, image)
    others = ", ".join(sorted({image.architecture or "an unknown processor" for image in named.choices}))
    raise UsageError(
        f"{named.names[0]} is for {others}, and {machine} is {having.architecture}: it would not start there.",
        fix=f"Build it for the machines: docker build --platform linux/{having.architecture} -t {named.names[0]} .",
        id="IMAGE-ARCHITECTURE",
    )


async def load(
    cluster: Cluster, archive: Archive, progress: Progress, access: Access | None = None, name: str = ""
) -> Outcome:
    """Load an archive's images into every machine that answers. `name` is what its only image is to be called.

    A machine that fails is named in the outcome, and the others go on. Cut off, it goes on with the pieces that are
    there. Raises UsageError where an image does not fit, before anything is sent, and as `visited` does.
    """
    images = titled(archive.images, name)
    async with visited(cluster, "images", access) as site:
        runtime = site.plan.runtime

        async def look(machine: str, node: SshNode) -> Having:
            having = transfer.parsed(await node.read(transfer.look(runtime)), in_order=runtime.layers_in_order)
            if having.refused:
                raise RunError(f"{machine} cannot take images: {having.refused}.")
            return having

        found = await site.each(look)
        chosen = {machine: choose(images, having, machine) for machine, having in found.items()}
        there = await site.stored()
        lacking = {
            machine: transfer.lacking(chosen[machine], found[machine], in_order=runtime.layers_in_order)
            for machine, stored in there.items()
            if _missing(chosen[machine], _ids(stored))
        }

        async def give(machine: str, node: SshNode) -> None:
            if machine not in lacking:
                return
            blobs = lacking[machine]
            command = transfer.take(runtime, chosen[machine], blobs)
            result = await node.feed(command, _told(archive, blobs, lambda have, all_: progress(machine, have, all_)))
            if not result.ok:
                raise RunError(
                    f"{machine} did not take the image: {result.last.removeprefix('error: ') or 'no reason'}"
                )

        await site.each(give)
        loaded = await _verified(site, chosen, lacking)
        names = tuple(dict.fromkeys(name for each in images for name in each.names))
        return Outcome(
            names,
            loaded,
            {each.name: site.troubles[each.name] for each in site.plan.machines if each.name in site.troubles},
        )


def _missing(chosen: Sequence[Chosen], ids: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names under which a machine does not have the image; `ids` are those of what it has."""
    return tuple(name for each in chosen for name in each.names if ids.get(name) != each.image.config.digest)


def _ids(stored: Sequence[Stored]) -> Mapping[str, str]:
    return {name: image.id for image in stored for name in image.names}


def _told(archive: Archive, blobs: Sequence[Blob], told: Callable[[int, int], object]) -> Iterator[bytes]:
    """Yield the pieces one after the other, and tell how much of them has gone."""
    have, size = 0, sum(blob.size for blob in blobs)
    for blob in blobs:
        for chunk in archive.read(blob):
            yield chunk
            have += len(chunk)
            told(have, size)


async def _verified(
    site: Site, chosen: Mapping[str, Sequence[Chosen]], lacking: Mapping[str, Sequence[Blob]]
) -> Mapping[str, Loaded]:
    """Look whether each machine has what it was given, under the right names."""
    loaded = {}
    for machine, stored in (await site.stored()).items():
        ids = _ids(stored)
        if wrong := _missing(chosen[machine], ids):
            site.troubles[machine] = f"{machine} has no such {wrong[0]}, although it took it."
            continue
        blobs = lacking.get(machine, ())
        names = (name for each in chosen[machine] for name in each.names)
        loaded[machine] = Loaded(len(blobs), sum(blob.size for blob in blobs), {name: ids[name] for name in names})
    return loaded
