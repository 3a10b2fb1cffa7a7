"""Pod networks, one file each, and the catalogue that a profile chooses from."""

from __future__ import annotations

import asyncio

from kubetui.software.networks.absent import NONE
from kubetui.software.networks.calico import CALICO
from kubetui.software.networks.cilium import CILIUM
from kubetui.software.networks.flannel import FLANNEL
from kubetui.software.networks.gone import GONE
from kubetui.software.networks.kube_router import KUBE_ROUTER
from kubetui.software.networks.network import ClusterNetwork, PodNetwork
from kubetui.software.networks.own import OWN
from kubetui.software.upstream.source import keep as keep_copy

CATALOGUE: dict[str, PodNetwork] = {
    "flannel": FLANNEL,
    "kube-router": KUBE_ROUTER,
    "calico": CALICO,
    "cilium": CILIUM,
    "manifest": OWN,
    "none": NONE,
}


async def fetch(chosen: PodNetwork, network: ClusterNetwork) -> None:
    """Read a pod network's manifest before anything is started; a URL is fetched now, and only once.

    Raises ProfileError when it cannot be read, or does not have the checksum that it must have.
    """
    # in a thread: the manifest's server may be slow, and would block every other task of this loop
    await asyncio.to_thread(chosen.manifest, network)


async def keep(chosen: PodNetwork, network: ClusterNetwork) -> None:
    """Keep a manifest that was fetched in the cluster's folder, so that later runs use the same text.

    Raises ProfileError when the cluster got another one before.
    """
    source = chosen.source(network)
    if source is not None and network.folder is not None:
        await asyncio.to_thread(keep_copy, source, network.folder)


__all__ = ["CATALOGUE", "GONE", "ClusterNetwork", "PodNetwork", "fetch", "keep"]
