"""No pod network: kubeadm's cluster as it is before one, for a person to install their own."""

from __future__ import annotations

from typing import Final

from kubetui.software.networks.network import PodNetwork
from kubetui.software.networks.own import OWN

NONE: Final = PodNetwork(
    name="none",
    help="none (nodes stay NotReady until you install one)",
    manifest=lambda _network: "",
    images=lambda _network: (),
    leftovers=OWN.leftovers,
    interfaces=OWN.interfaces,
    installed=False,
)
