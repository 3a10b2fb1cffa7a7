"""From a profile to the plan: machines, addresses, and every task, before anything exists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network
from itertools import chain, islice

from pydantic import BaseModel

from kubetui.profile.credentials import Logins
from kubetui.profile.schema.hosts import Host
from kubetui.profile.schema.kinds import PROVIDERS, ProviderKind
from kubetui.profile.schema.profile import Profile
from kubetui.software import networks, packages, runtimes
from kubetui.software.networks import ClusterNetwork, PodNetwork
from kubetui.software.packages import Family
from kubetui.software.runtimes import Runtime

NODE_MASK = 24
"""The part of the pod CIDR that one node gets (kube-controller-manager's --node-cidr-mask-size for IPv4)."""
API_PORT = 6443
"""Where an API server listens."""
CGROUP_V2_ONLY = (1, 35)
"""From this version on kubelet and kubeadm refuse cgroup version 1 (kubernetes.io, "About cgroup v2")."""
_NOWHERE = IPv4Address(0)
"""The address of a host that lacks one, until the profile is complete."""


class Role(StrEnum):
    """A machine's role in the cluster."""

    CONTROL_PLANE = "control plane"
    WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine of the plan. `memory` is in MiB; `first` marks the control plane that runs `kubeadm init`.

    `host` is the profile's entry of an existing machine, whose memory and CPUs are unknown: 0 here.
    """

    name: str
    role: Role
    address: IPv4Address
    memory: int
    cpus: int
    first: bool = False
    host: Host | None = None


@dataclass(frozen=True)
class Plan:
    """What will be built: the profile and everything that follows from it.

    `identity` distinguishes this cluster from every other; machines carry it as a mark. A plan that is only shown
    has none.
    """

    profile: Profile
    identity: str = ""
    prepared: str = ""
    """The prepared box that replaces the profile's box."""
    logins: Logins = field(default_factory=Logins)
    """Passwords of proxies and mirrors; a plan that is only shown has none, and shows stars."""

    @cached_property
    def machines(self) -> tuple[Machine, ...]:
        """Every machine, control planes first, addresses counting up."""
        return tuple(_machines(self.profile) if self.provider.makes_machines else _hosts(self.profile))

    @cached_property
    def control_plane(self) -> Machine:
        """The machine that runs `kubeadm init`."""
        return self.machines[0]

    @property
    def workers(self) -> tuple[Machine, ...]:
        """The machines that only run pods."""
        return tuple(machine for machine in self.machines if machine.role is Role.WORKER)

    @property
    def provider(self) -> ProviderKind:
        """What makes the machines."""
        return PROVIDERS[self.profile.provider]

    @property
    def packages(self) -> Family:
        """How software is installed in the machines."""
        return packages.CATALOGUE[self.profile.machines.packages]

    @property
    def runtime(self) -> Runtime:
        """What runs containers in the machines."""
        return runtimes.CATALOGUE[self.profile.kubernetes.runtime]

    @property
    def pod_network(self) -> PodNetwork:
        """What connects the pods of different machines."""
        return networks.CATALOGUE[self.profile.network.pod_network]

    @cached_property
    def cluster_network(self) -> ClusterNetwork:
        """What a pod network is told about the cluster."""
        chosen = self.profile.network
        options = getattr(chosen, chosen.pod_network, None)
        return ClusterNetwork(
            chosen.pod_cidr,
            chosen.service_cidr,
            self.node_networks,
            options if isinstance(options, BaseModel) else None,
        )

    @property
    def box(self) -> str:
        """The Vagrant box: the profile's, or else the provider's default."""
        return self.prepared or self.profile.machines.box or self.provider.default_box

    @property
    def box_version(self) -> str | None:
        """The profile's constraint on the box version; a prepared box has only one version."""
        return None if self.prepared else self.profile.machines.box_version

    @property
    def user(self) -> str:
        """The user that gets a kubeconfig inside the machines; empty for existing machines."""
        return "vagrant" if self.provider.makes_machines else ""

    @property
    def node_network(self) -> IPv4Network:
        """The nodes' network: the /24 of Vagrant's private network, or the smallest that spans existing machines."""
        if self.provider.makes_machines:
            return IPv4Network((self.profile.network.first_address, NODE_MASK), strict=False)
        addresses = [int(machine.address) for machine in self.machines]
        differing = (min(addresses) ^ max(addresses)).bit_length()
        return IPv4Network((min(addresses), 32 - differing), strict=False)

    @property
    def node_networks(self) -> tuple[IPv4Network, ...]:
        """The nodes' address ranges: one private network, or one address per existing machine."""
        if self.provider.makes_machines:
            return (self.node_network,)
        return tuple(IPv4Network(machine.address) for machine in self.machines)

    @property
    def other_control_planes(self) -> tuple[Machine, ...]:
        """The control planes that join the first."""
        return tuple(each for each in self.machines if each.role is Role.CONTROL_PLANE and not each.first)

    @property
    def api_endpoint(self) -> str:
        """Where nodes and kubeconfigs reach the API, HOST:PORT: the profile's endpoint or the first control plane."""
        endpoint = self.profile.network.control_plane_endpoint or str(self.control_plane.address)
        return endpoint if ":" in endpoint else f"{endpoint}:{API_PORT}"

    @property
    def version(self) -> str:
        """The Kubernetes version to install: the profile's, or the one that a rehearsal's recording has."""
        return self.provider.plays or self.profile.kubernetes.version

    @property
    def minor(self) -> tuple[int, int]:
        """Kubernetes' major and minor version."""
        major, minor = self.version.split(".")[:2]
        return int(major), int(minor)

    @property
    def tolerates_cgroup_v1(self) -> bool:
        """Whether the profile lets the kubelet run on cgroup version 1, which it refuses by itself."""
        said = [
            patch["failCgroupV1"]
            for patch in self.profile.kubernetes.patches
            if patch.get("kind") == "KubeletConfiguration" and "failCgroupV1" in patch
        ]
        return self.minor >= CGROUP_V2_ONLY and bool(said) and said[-1] is False

    @property
    def exact_version(self) -> str | None:
        """Kubernetes' exact version; None when the profile leaves the patch release open."""
        version = self.version
        return version if version.count(".") > 1 else None

    @cached_property
    def pod_subnets(self) -> tuple[IPv4Network, ...]:
        """One /24 per machine, in the usual order of allocation."""
        cidr = self.profile.network.pod_cidr
        if cidr.prefixlen > NODE_MASK:
            return ()
        return tuple(islice(cidr.subnets(new_prefix=NODE_MASK), len(self.machines)))


def _hosts(profile: Profile) -> Iterator[Machine]:
    """Yield the profile's existing machines, control planes first; a placeholder while the list is empty."""
    listed = profile.hosts or (Host(name="host", role="control plane"),)
    ranked = chain(*([host for host in listed if host.role == role] for role in Role))
    for index, host in enumerate(ranked):
        yield Machine(host.name, Role(host.role), host.internal or _NOWHERE, 0, 0, first=index == 0, host=host)


def _machines(profile: Profile) -> Iterator[Machine]:
    chosen = profile.machines
    address = profile.network.first_address
    for index in range(chosen.control_planes):
        name = chosen.control_plane_name + (str(index + 1) if index else "")
        memory = chosen.control_plane.memory or chosen.memory
        cpus = chosen.control_plane.cpus or chosen.cpus
        yield Machine(name, Role.CONTROL_PLANE, address + index, memory, cpus, first=index == 0)
    for index in range(chosen.workers):
        name = f"{chosen.worker_name}{index + 1}"
        offset = chosen.control_planes + index
        yield Machine(name, Role.WORKER, address + offset, chosen.memory, chosen.cpus)
