"""Pod networks, one file each, and the catalogue that a profile chooses from."""

from __future__ import annotations

from kubetui.software.networks.absent import NONE
from kubetui.software.networks.calico import CALICO
from kubetui.software.networks.cilium import CILIUM
from kubetui.software.networks.flannel import FLANNEL
from kubetui.software.networks.gone import GONE
from kubetui.software.networks.kube_router import KUBE_ROUTER
from kubetui.software.networks.network import ClusterNetwork, PodNetwork
from kubetui.software.networks.own import OWN

CATALOGUE: dict[str, PodNetwork] = {
    "flannel": FLANNEL,
    "kube-router": KUBE_ROUTER,
    "calico": CALICO,
    "cilium": CILIUM,
    "manifest": OWN,
    "none": NONE,
}

__all__ = ["CATALOGUE", "GONE", "ClusterNetwork", "PodNetwork"]
