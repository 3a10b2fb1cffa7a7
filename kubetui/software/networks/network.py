"""The PodNetwork type, and the addresses of the cluster that its functions receive."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class ClusterNetwork:
    """The addresses of a cluster, and the profile's options for its pod network."""

    pod_cidr: IPv4Network
    service_cidr: IPv4Network
    node_networks: tuple[IPv4Network, ...]
    """The networks of the nodes' addresses: one private network, or a /32 for each existing machine."""
    options: BaseModel | None = None
    """The profile's field named after the pod network; None if it has no such field, or an empty one."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """The places that stand for registries in the names of images, because the runtime asks no mirror of theirs."""

    def placed(self, image: str) -> str:
        """Return the name of an image where the machines find it.

        >>> network = IPv4Network("10.0.0.0/8")
        >>> renamed = {"ghcr.io": "10.0.3.1:5000"}
        >>> ClusterNetwork(network, network, (), renamed=renamed).placed("ghcr.io/flannel-io/flannel:v0.28.9")
        '10.0.3.1:5000/flannel-io/flannel:v0.28.9'
        """
        registry, slash, rest = image.partition("/")
        return f"{self.renamed.get(registry, registry)}{slash}{rest}"


@dataclass(frozen=True, slots=True)
class PodNetwork:
    """One pod network. `manifest` returns the input of `kubectl apply`, `images` what each machine pulls beforehand.

    `manifest` may raise ProfileError where the text comes from elsewhere. `leftovers` is shell that defines what the
    network's pods leave on a node: `network_data`, an array of paths; `network_links`, an array of interface patterns;
    and `network_rules`, a regular expression for iptables rules, which may be empty. `judge` is shell that defines
    `network_lacks`, which ends a probe with what the network lacks on a node when a person has installed it.
    """

    name: str
    """Its name in a profile."""
    help: str
    """The text shown beside the choice, worded as the end of a sentence."""
    manifest: Callable[[ClusterNetwork], str]
    images: Callable[[ClusterNetwork], tuple[str, ...]]
    leftovers: str
    interfaces: tuple[str, ...] = ()
    """Names or patterns of the interfaces that it makes, which NetworkManager has to leave alone."""
    ports: Callable[[ClusterNetwork], tuple[str, ...] | None] = lambda _network: None
    """Returns the ports that its nodes use between them, as firewalld writes them; None where kubetui does not know."""
    judge: str = "network_lacks() { :; }\n"
