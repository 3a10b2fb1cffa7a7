"""From a profile to the plan: what follows from it, before anything exists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network
from itertools import islice

from pydantic import BaseModel

from kubetui.cluster.folder import Cluster
from kubetui.profile.credentials import Logins, plain
from kubetui.profile.machine import Machine, Role, existing, made, usual_packages
from kubetui.profile.schema.addons import AddressRange, Chosen
from kubetui.profile.schema.boxes import VagrantBox, vagrant_box
from kubetui.profile.schema.fields import NEWEST_MINOR
from kubetui.profile.schema.kinds import PROVIDERS, ProviderKind
from kubetui.profile.schema.profile import Profile
from kubetui.software import addons, networks, runtimes
from kubetui.software.addons import Brief
from kubetui.software.addons.vip import PORT as SHARED_PORT
from kubetui.software.networks import ClusterNetwork, PodNetwork
from kubetui.software.runtimes import Runtime

MEMORY_SHARED = 1024
"""MiB that a node needs, without its pod network, when machines share the host's memory."""
NODE_MASK = 24
"""The part of the pod CIDR that one node gets (kube-controller-manager's --node-cidr-mask-size for IPv4)."""
API_PORT = 6443
"""Where an API server listens."""
CGROUP_V2_ONLY = (1, 35)
"""From this version on kubelet and kubeadm refuse cgroup version 1 (kubernetes.io, "About cgroup v2")."""
DRAIN_SECONDS = 300
"""How long the pods of a machine that leaves have to go elsewhere, unless a person says otherwise."""
PLAYED_RUNTIME = "containerd"
PLAYED_NETWORK = "flannel"
"""The runtime and the pod network of the machines that rehearsals play."""
_POOL = (240, 250)
"""The first and the last of the addresses that services get in the machines' /24; machines count up from its start."""
_SHARED = 239
"""The address in that /24 which control planes share."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """The machines that a run takes out of the cluster, and how.

    A machine's pods have `patience` seconds to go elsewhere. With `forced`, the run goes on where they did not, and
    where etcd loses its quorum. An upgrade takes no machine out, and drains each in the same way.
    """

    machines: tuple[Machine, ...] = ()
    patience: int = DRAIN_SECONDS
    forced: bool = False


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
    labelled: bool = False
    """Whether kubetui has ever put labels or taints on this cluster's nodes, so that there may be some to remove."""
    trusting: bool = False
    """Whether its machines may trust authorities from an earlier run, which the profile no longer has to name."""
    standing: bool = False
    """Whether an earlier run got as far as a control plane, so that something of it may have aged."""
    restored: bool = False
    """Whether the control plane is made from a backup that is being restored."""
    chosen: VagrantBox | None = None
    """The box that was decided on for this cluster; None until `operations.boxes.choice` has decided."""
    leaving: Leaving = field(default=Leaving())
    """The machines that are still there, and that the profile no longer has."""
    at_once: int = 1
    """How many workers an upgrade takes out of work at a time."""
    dropped: tuple[Chosen, ...] = ()
    """The add-ons that the cluster has from earlier, and that the profile no longer has."""

    @cached_property
    def machines(self) -> tuple[Machine, ...]:
        """Every machine, control planes first, addresses counting up."""
        return tuple(made(self.profile) if self.provider.makes_machines else existing(self.profile))

    def memory_of(self, machines: Sequence[Machine]) -> int:
        """Return the MiB that machines take of this host: what they are given or, as containers, what they use."""
        if self.provider.isolates:
            return sum(machine.memory for machine in machines)
        pods = sum(addons.CATALOGUE[name].memory for name in self.addons)
        return pods + self.container_memory * len(machines)

    @property
    def container_memory(self) -> int:
        """The MiB that a node is expected to use where machines share this host's memory."""
        return MEMORY_SHARED + self.pod_network.memory

    @property
    def everyone(self) -> tuple[Machine, ...]:
        """Every machine that a run has something to do on: the cluster's, then those that leave it."""
        return (*self.machines, *self.leaving.machines)

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
    def packages(self) -> str:
        """The package family of machines that are not told another one: the profile's, else the one its box names."""
        return usual_packages(self.profile)

    @property
    def runtime(self) -> Runtime:
        """What runs containers in the machines: the profile's choice, or what a rehearsal's recording has."""
        return runtimes.CATALOGUE[PLAYED_RUNTIME if self.provider.rehearsal else self.profile.kubernetes.runtime]

    @property
    def pod_network(self) -> PodNetwork:
        """What connects the pods of different machines: the profile's choice, or what a rehearsal's recording has.

        A person's own manifest is read for a rehearsal, too.
        """
        chosen = networks.CATALOGUE[self.profile.network.pod_network]
        return networks.CATALOGUE[PLAYED_NETWORK] if self.provider.rehearsal and not chosen.own else chosen

    @cached_property
    def cluster_network(self) -> ClusterNetwork:
        """What a pod network is told about the cluster."""
        chosen = self.profile.network
        options = getattr(chosen, self.pod_network.field, None)
        return ClusterNetwork(
            chosen.pod_cidr,
            chosen.service_cidr,
            self.node_networks,
            options if isinstance(options, BaseModel) else None,
            self.renamed,
            Cluster(self.profile.name).folder,
        )

    @property
    def wanted_addons(self) -> tuple[Chosen, ...]:
        """What the cluster gets besides; a rehearsal's recording has none of it."""
        return () if self.provider.rehearsal else self.profile.addons

    @cached_property
    def addons(self) -> Mapping[str, Brief]:
        """What each of them is told, by its name in the catalogue."""
        return {each.name: self.brief(each) for each in self.wanted_addons}

    def brief(self, chosen: Chosen) -> Brief:
        """Return what an add-on is told about the cluster."""
        pool = self.pool(chosen)
        return replace(
            chosen.brief(),
            placed=self.cluster_network.placed,
            folder=Cluster(self.profile.name).folder,
            addresses=str(pool) if pool else "",
            address=str(self.shared_address or ""),
            port=self.port(chosen),
            place=self.place(chosen),
            alone=not self.workers,
        )

    def pool(self, chosen: Chosen) -> AddressRange | None:
        """Return the addresses that an add-on may give away; None where it gives none, or they are not known."""
        return chosen.addresses or (self.usual_pool if chosen.addon.pool else None)

    def port(self, chosen: Chosen) -> int:
        """Return the NodePort of an add-on; 0 where it has none."""
        return chosen.port or chosen.addon.port

    def place(self, chosen: Chosen) -> str:
        """Return where that port is on the first control plane, HOST:PORT, for nodes and this host; or empty."""
        port = self.port(chosen)
        return f"{self.control_plane.address}:{port}" if port else ""

    @property
    def registry(self) -> str:
        """What stands before the names of images in the cluster's own registry, HOST:PORT; empty without one."""
        return next((brief.place for brief in self.addons.values() if brief.place), "")

    @property
    def own_registries(self) -> Mapping[str, str]:
        """The URL of the cluster's own registry by its HOST:PORT, as runtimes are told mirrors; empty without one."""
        return {self.registry: f"http://{self.registry}"} if self.registry else {}

    @property
    def usual_pool(self) -> AddressRange | None:
        """What services get unless the profile names others; None where kubetui does not make the network."""
        network = self.node_network
        return AddressRange(*(network[number] for number in _POOL)) if self.provider.makes_machines else None

    @property
    def shared_address(self) -> IPv4Address | None:
        """The address that one of the control planes has at a time; None without an add-on for it."""
        chosen = next((each for each in self.profile.addons if each.addon.endpoint), None)
        return None if chosen is None else chosen.address or self.usual_shared

    @property
    def usual_shared(self) -> IPv4Address | None:
        """What control planes share unless the profile names another; None where kubetui does not make the network."""
        return self.node_network[_SHARED] if self.provider.makes_machines else None

    @property
    def addon_images(self) -> tuple[str, ...]:
        """The images of its add-ons, each once."""
        return tuple(
            dict.fromkeys(
                image for name, brief in self.addons.items() for image in addons.CATALOGUE[name].images(brief)
            )
        )

    @property
    def registry_mirrors(self) -> Mapping[str, str]:
        """The URL that stands in for each registry, without its user."""
        return {registry: plain(url) for registry, url in self.profile.mirrors.registries.items()}

    @property
    def renamed(self) -> Mapping[str, str]:
        """The mirrors that images have to name, by their registries: those that the runtime does not ask itself."""
        only = self.runtime.mirrors_only
        mirrors = self.registry_mirrors.items()
        return {name: url.partition("//")[2].rstrip("/") for name, url in mirrors if only not in ("", name)}

    @property
    def base_box(self) -> VagrantBox:
        """The box without a prepared one: the one decided on, else the profile's, else the provider's default."""
        machines = self.profile.machines
        if self.chosen is not None:
            return self.chosen
        if machines.box is not None:
            return vagrant_box(machines.box, machines.box_sha256 or "")
        return VagrantBox(self.provider.default_box)

    @property
    def vagrant_box(self) -> VagrantBox:
        """The box that machines start from; its name is empty where there is none or it is not known yet."""
        return VagrantBox(self.prepared) if self.prepared else self.base_box

    @property
    def box(self) -> str:
        """The box as a person reads it."""
        return str(self.vagrant_box)

    @property
    def box_version(self) -> str | None:
        """The profile's constraint on the box version; boxes that kubetui made have only one version."""
        named = self.profile.machines.box is not None or self.base_box.name == self.provider.default_box
        return self.profile.machines.box_version if named and not self.prepared else None

    def box_of(self, machine: Machine) -> tuple[VagrantBox, str | None]:
        """Return a machine's box and the constraint on its version; a box of its own is not constrained."""
        return (machine.box, None) if machine.box else (self.vagrant_box, self.box_version)

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
    def common_endpoint(self) -> str:
        """What reaches all control planes, HOST or HOST:PORT: the profile's balancer, or a shared address; or empty."""
        shared = self.shared_address
        return self.profile.network.control_plane_endpoint or (f"{shared}:{SHARED_PORT}" if shared else "")

    @property
    def api_endpoint(self) -> str:
        """Where nodes and kubeconfigs reach the API, HOST:PORT: the common endpoint or the first control plane."""
        endpoint = self.common_endpoint or str(self.control_plane.address)
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
    def untried(self) -> str:
        """The sentence about a Kubernetes version that is newer than this kubetui; empty for the others."""
        if self.minor <= (1, NEWEST_MINOR):
            return ""
        return (
            f"Kubernetes {self.minor[0]}.{self.minor[1]} is newer than this kubetui, which was tested up to "
            f"1.{NEWEST_MINOR}: it is tried as it is."
        )

    @property
    def tolerates_cgroup_v1(self) -> bool:
        """Whether the profile lets the kubelet run on cgroup version 1, which it refuses by itself."""
        return self.minor >= CGROUP_V2_ONLY and self.patched("KubeletConfiguration", "failCgroupV1") is False

    def patched(self, kind: str, field: str) -> object:
        """Return what the last patch that names it gives a field of a document of kubeadm's; None where none does."""
        patches = (each for each in self.profile.kubernetes.patches if each.get("kind") == kind)
        return next((each[field] for each in reversed([*patches]) if field in each), None)

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
