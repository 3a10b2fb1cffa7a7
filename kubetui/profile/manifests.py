"""The manifests of a plan that come from elsewhere: read before anything is started, and kept with the cluster."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

from kubetui.profile import authorities
from kubetui.profile.plan import Plan
from kubetui.software import addons
from kubetui.software.upstream import source
from kubetui.software.upstream.source import Source


async def fetch(plan: Plan) -> None:
    """Read the manifests of the pod network and the add-ons; a URL is fetched now, and only once.

    Raises ProfileError when one cannot be read, or does not have the checksum that it must have, and where the
    authorities that the profile names cannot be trusted.
    """
    with authorities.trusted(plan.profile):
        await of_network(plan)
        await of_addons(plan)


async def of_network(plan: Plan) -> None:
    """Read the pod network's manifest alone. Raises as `fetch` does."""
    # in a thread: a manifest's server may be slow, and would block every other task of this loop
    await asyncio.to_thread(plan.pod_network.manifest, plan.cluster_network)


async def of_addons(plan: Plan) -> None:
    """Read those of the add-ons alone. Raises as `fetch` does."""
    for name, brief in plan.addons.items():
        if manifest := addons.CATALOGUE[name].manifest:
            await asyncio.to_thread(manifest, brief)


async def keep(plan: Plan, folder: Path) -> None:
    """Keep those that were fetched in the cluster's folder, so that later runs use the same texts.

    Raises ProfileError when the cluster got another one before.
    """

    def write() -> None:
        for each in _sources(plan):
            source.keep(each, folder)

    await asyncio.to_thread(write)


def _sources(plan: Plan) -> Iterator[Source]:
    found = (addons.CATALOGUE[name].source(brief) for name, brief in plan.addons.items())
    yield from filter(None, (plan.pod_network.source(plan.cluster_network), *found))
