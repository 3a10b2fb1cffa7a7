"""The shape of a pod network, and what one is told about the cluster that it is for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Network

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class ClusterNetwork:
    """The addresses of a cluster, and the profile's options for its pod network."""

    pod_cidr: IPv4Network
    service_cidr: IPv4Network
    node_networks: tuple[IPv4Network, ...]
    """Where the nodes' addresses are: one private network, or a /32 for each machine that existed before."""
    options: BaseModel | None = None
    """The profile's field with the name of the pod network; None where there is none, or where it is empty."""


@dataclass(frozen=True, slots=True)
class PodNetwork:
    """One pod network. `manifest` returns what `kubectl apply` gets, `images` what each machine pulls ahead for it.

    `manifest` may raise ProfileError where the text comes from elsewhere. `leftovers` is shell that says what its pods
    leave on a node: the arrays `network_data`, paths, and `network_links`, patterns of interfaces; and `network_rules`,
    a regular expression for iptables' rules, which may be empty.
    """

    name: str
    """What a profile calls it."""
    help: str
    """What a person reads beside the choice; the end of a sentence."""
    manifest: Callable[[ClusterNetwork], str]
    images: Callable[[ClusterNetwork], tuple[str, ...]]
    leftovers: str
