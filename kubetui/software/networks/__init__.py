"""Pod networks, one file each, and the catalogue that a profile chooses from."""

from __future__ import annotations

import asyncio

from kubetui.software.networks.flannel import FLANNEL
from kubetui.software.networks.network import ClusterNetwork, PodNetwork
from kubetui.software.networks.own import OWN

CATALOGUE: dict[str, PodNetwork] = {
    "flannel": FLANNEL,
    "manifest": OWN,
}


async def fetch(chosen: PodNetwork, network: ClusterNetwork) -> None:
    """Read a pod network's manifest before anything is started; a URL is fetched now, and only once.

    Raises ProfileError when it cannot be read, or does not have the checksum that the profile gives.
    """
    # in a thread: the manifest's server may be slow, and would block every other task of this loop
    await asyncio.to_thread(chosen.manifest, network)


__all__ = ["CATALOGUE", "ClusterNetwork", "PodNetwork", "fetch"]
