"""Pod networks: one file each, and the catalogue."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kubetui.software.networks import flannel, own

if TYPE_CHECKING:
    from kubetui.profile.plan import Plan


@dataclass(frozen=True, slots=True)
class PodNetwork:
    """A pod network: its manifest, and the images that every machine pulls ahead for it."""

    manifest: Callable[[Plan], str]
    images: Callable[[Plan], tuple[str, ...]]


CATALOGUE: dict[str, PodNetwork] = {
    "flannel": PodNetwork(flannel.manifest, flannel.images),
    "manifest": PodNetwork(own.manifest, own.images),
}


def chosen(plan: Plan) -> PodNetwork:
    """Return the pod network of a plan."""
    return CATALOGUE[plan.profile.network.pod_network]


async def fetch(plan: Plan) -> None:
    """Have a plan's manifest at hand before anything is started; one on the web is fetched now, and not again.

    Raises ProfileError when there is none, or another one than the profile says.
    """
    # in a thread: whoever serves it may take its time, and others wait in this loop
    await asyncio.to_thread(chosen(plan).manifest, plan)
