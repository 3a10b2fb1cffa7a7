"""Lists the images of a cluster's machines, and removes one from all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kubetui.base.errors import ForeignError, RunError, UsageError
from kubetui.base.scripts import script
from kubetui.base.text import did_you_mean, shown
from kubetui.cluster.folder import Cluster
from kubetui.machines.hosts.access import Access
from kubetui.operations.extras.images.names import full
from kubetui.operations.extras.images.site import visited
from kubetui.operations.extras.images.stored import Row, Stored, table, used, users
from kubetui.remote.command import Command
from kubetui.remote.ssh import SshNode

REMOVE: Final = script(__package__, "remove.sh")


@dataclass(frozen=True, slots=True)
class Found:
    """The images of all machines that answer, why the others do not, and how many machines there are."""

    rows: tuple[Row, ...]
    troubles: Mapping[str, str]
    machines: int


async def listed(cluster: Cluster, access: Access | None = None) -> Found:
    """Return the images of a cluster's machines. Raises as `visited` does."""
    async with visited(cluster, "check", access) as site:
        own = await site.own()
        rows = table(await site.stored(), own)
        return Found(rows, dict(site.troubles), len(site.plan.machines))


async def remove(cluster: Cluster, image: str, access: Access | None = None) -> Found:
    """Remove an image from every machine that answers; return what was removed, and where it was not.

    Raises UsageError for an image that no machine has or that the cluster needs, ForeignError naming the containers
    that use it; nothing is removed then.
    """
    name = full(image)
    async with visited(cluster, "images", access) as site:
        if name in await site.own():
            raise UsageError(
                f"{name} is an image of the cluster itself, which needs it.",
                fix=f"kubetui image list {cluster.name} shows those that can be removed.",
            )
        stored = await site.stored()
        chosen = {machine: each for machine, images in stored.items() for each in images if name in each.names}
        if not chosen:
            names = sorted({other for images in stored.values() for each in images for other in each.names})
            raise UsageError(
                f"No machine of {cluster.name} has {shown(name)}.", fix=did_you_mean(name, names, otherwise="")
            )

        async def using(machine: str, node: SshNode) -> tuple[str, ...]:
            return users(await node.read(used()), chosen[machine]) if machine in chosen else ()

        _refuse_used(name, await site.each(using))
        library = site.plan.runtime.image_library

        async def take_away(machine: str, node: SshNode) -> None:
            if machine in chosen:
                result = await node.run(Command(library + REMOVE, _values(chosen[machine], name), timeout=120))
                if not result.ok:
                    raise RunError(f"{machine} did not remove it: {result.last}")

        done = await site.each(take_away)
        gone = {machine: (each,) for machine, each in chosen.items() if machine in done}
        rows = tuple(row for row in table(gone, frozenset()) if row.name == name)
        return Found(rows, dict(site.troubles), len(site.plan.machines))


def _values(image: Stored, name: str) -> Mapping[str, str]:
    others = " ".join(each for each in image.names if each != name)
    return {"IMAGE": image.id, "NAME": name, "NAMES": "", "OTHERS": others}


def _refuse_used(name: str, found: Mapping[str, tuple[str, ...]]) -> None:
    lines = [f"{machine}: {user}" for machine, using in found.items() for user in using]
    if lines:
        raise ForeignError(
            f"Containers use {name}:\n  " + "\n  ".join(lines),
            fix="Delete those pods first, or what makes them, such as their Deployment or Job.",
            id="IMAGE-USED",
        )
