"""The PodNetwork type, and the addresses of the cluster that its functions receive."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from pathlib import Path

from pydantic import BaseModel

from kubetui.software.upstream.source import Source


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
    folder: Path | None = None
    """The cluster's folder on this host, where a manifest that was fetched is kept."""

    @property
    def shared(self) -> IPv4Network | None:
        """The one network that all nodes are in, as far as the plan knows; None for existing machines."""
        first = self.node_networks[0]
        return first if len(self.node_networks) == 1 and first.prefixlen < first.max_prefixlen else None

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
class Daemons:
    """The pods of a network, one on each node, as kubectl finds them, and how they reach each other."""

    namespace: str
    name: str
    """The daemon set's name."""
    selector: str
    """The label by which its pods are found."""
    filtered: str
    """What a packet filter between the nodes must let through, as a sentence without its full stop."""
    capture: str
    """tcpdump's expression for that."""


@dataclass(frozen=True, slots=True)
class PodNetwork:
    """One pod network. `manifest` returns the input of `kubectl apply`, `images` what each machine pulls beforehand.

    `manifest` may raise ProfileError where the text comes from elsewhere; it fetches such a text if it has to, and
    `images` never does: it knows the images of a text that is at hand. `leftovers` is shell that defines what the
    network's pods leave on a node: `network_data`, an array of paths; `network_links`, an array of interface patterns;
    and `network_rules`, a regular expression for iptables rules, which may be empty. It may define `forget_network`,
    which removes what is none of these. `judge` is shell that defines `network_lacks`, which ends a probe with what the
    network lacks on a node when a person has installed it.
    """

    name: str
    """Its name in a profile."""
    help: str
    """The text shown beside the choice, worded as the end of a sentence."""
    manifest: Callable[[ClusterNetwork], str]
    images: Callable[[ClusterNetwork], tuple[str, ...]]
    leftovers: str
    title: str = ""
    """Its own spelling of its name; empty where that is the name."""
    interfaces: tuple[str, ...] = ()
    """Names or patterns of the interfaces that it makes, which NetworkManager has to leave alone."""
    ports: Callable[[ClusterNetwork], tuple[str, ...] | None] = lambda _network: None
    """Returns the ports that its nodes use between them, as firewalld writes them; None where kubetui does not know."""
    judge: str = "network_lacks() { :; }\n"
    installed: bool = True
    """Whether kubetui installs it; without that, nodes stay NotReady until a person installs one."""
    own: bool = False
    """Whether the manifest is the person's own, which stays as it is."""
    policies: bool = False
    """Whether it enforces NetworkPolicies."""
    memory: int = 0
    """MiB that its pods usually take on each node, where that is more than the little that every node has room for."""
    needs: str = ""
    """What it needs of the machines' kernel, as a sentence."""
    source: Callable[[ClusterNetwork], Source | None] = lambda _network: None
    """Returns where its manifest is fetched from; None for one that is made here, or is a person's own."""
    changes: Callable[[ClusterNetwork], tuple[str, ...]] = lambda _network: ()
    """Returns what kubetui changes in a manifest that it fetched, a line for each field."""
    daemons: Daemons | None = None

    @property
    def field(self) -> str:
        """The name of the profile's field with its options."""
        return self.name.replace("-", "_")

    @property
    def spelled(self) -> str:
        """Its name as a person writes it in a sentence."""
        return self.title or self.name
