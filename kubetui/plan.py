"""From a profile to the plan: machines, addresses, and every task, before anything exists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network
from itertools import islice

from kubetui.profile import Profile
from kubetui.providers.catalogue import PROVIDERS, ProviderKind

NODE_MASK = 24
"""The part of the pod CIDR that one node gets (kube-controller-manager's --node-cidr-mask-size for IPv4)."""


class Role(StrEnum):
    """What a machine is in the cluster."""

    CONTROL_PLANE = "control plane"
    WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine of the plan. `memory` is in MiB; `first` marks the control plane that runs `kubeadm init`."""

    name: str
    role: Role
    address: IPv4Address
    memory: int
    cpus: int
    first: bool = False


@dataclass(frozen=True)
class Plan:
    """What will be built: the profile and what follows from it."""

    profile: Profile

    @cached_property
    def machines(self) -> tuple[Machine, ...]:
        """Every machine, control planes first, addresses counting up."""
        return tuple(_machines(self.profile))

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
    def box(self) -> str:
        """The Vagrant box: the profile's, or else the provider's default."""
        return self.profile.machines.box or self.provider.default_box

    @property
    def user(self) -> str:
        """The user that the machines are reached as, and that gets a kubeconfig inside them."""
        return "vagrant"

    @property
    def node_network(self) -> IPv4Network:
        """The private network: the /24 that Vagrant gives a private address."""
        return IPv4Network((self.profile.network.first_address, NODE_MASK), strict=False)

    @property
    def minor(self) -> tuple[int, int]:
        """Kubernetes' major and minor version."""
        major, minor = self.profile.kubernetes.version.split(".")[:2]
        return int(major), int(minor)

    @property
    def exact_version(self) -> str | None:
        """Kubernetes' exact version, or None where the profile leaves the patch release open."""
        version = self.profile.kubernetes.version
        return version if version.count(".") > 1 else None

    def pod_subnets(self) -> tuple[IPv4Network, ...]:
        """Return a /24 a machine, in the order that a cluster usually hands them out."""
        cidr = self.profile.network.pod_cidr
        if cidr.prefixlen > NODE_MASK:
            return ()
        return tuple(islice(cidr.subnets(new_prefix=NODE_MASK), len(self.machines)))


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
