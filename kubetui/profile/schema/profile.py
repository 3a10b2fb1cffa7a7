"""The profile: everything a person chooses, each choice declared once.

A field carries its type, default, title, help and own check. The wizard's question, the headless check, the JSON
Schema and the documentation all come from here. Rules that involve more than one field are in `profile/rules`, reading
and writing files is in `profile/files`. The catalogues in `kubetui.software` list what can be installed.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, Strict, StringConstraints

from kubetui.base.redaction import remember_telling
from kubetui.profile.schema.access import Disks, Folders, Ports, disks
from kubetui.profile.schema.addons import AddOns
from kubetui.profile.schema.fields import (
    NEWEST_MINOR,
    Address,
    Box,
    Cidr,
    Cpus,
    HostPort,
    Memory,
    Name,
    OptionName,
    PackagesChoice,
    PackagesName,
    Part,
    Patches,
    PodNetworkName,
    ProviderName,
    RuntimeName,
    RuntimeSource,
    Version,
    choice,
)
from kubetui.profile.schema.hosts import Host
from kubetui.profile.schema.mirrors import Mirrors
from kubetui.profile.schema.nodes import Labels, Taints, labels, taints
from kubetui.profile.schema.spellings import spoken_off
from kubetui.software import addons, networks, packages, runtimes
from kubetui.software.networks.options import (
    CalicoOptions,
    CiliumOptions,
    FlannelOptions,
    KubeRouterOptions,
    ManifestOptions,
)
from kubetui.software.upstream.fields import Sha256

SCHEMA_VERSION: Final = 1


class ControlPlane(Part):
    """What control planes have that other machines do not."""

    memory: Memory | None = Field(
        None, title="Memory", description="MiB of a control plane; 1700 or more.", examples=["4 GiB"]
    )
    cpus: Cpus | None = Field(None, title="CPUs", description="CPUs of a control plane; 2 or more.", examples=[4])
    labels: Labels = labels("every control plane")
    taints: Taints = taints("every control plane, besides kubeadm's own where there are workers")


class Worker(Part):
    """What workers have that control planes do not."""

    labels: Labels = labels("every worker")
    taints: Taints = taints("every worker")
    disks: Disks | None = disks("every worker")


class OneMachine(Part):
    """What one machine has that the others do not."""

    memory: Memory | None = Field(None, title="Memory", description="MiB of this machine.", examples=["8 GiB"])
    cpus: Cpus | None = Field(None, title="CPUs", description="CPUs of this machine.", examples=[4])
    box: Box | None = Field(
        None,
        title="Box",
        description="The box of this machine, always in its newest version: OWNER/NAME, or the URL or path of a .box "
        "file.",
        examples=["bento/debian-13"],
    )
    box_sha256: Sha256 | None = Field(
        None,
        title="Box SHA-256",
        description="The checksum of this machine's .box file.",
        examples=["0123456789abcdef" * 4],
    )
    packages: PackagesName | None = Field(
        None,
        title="Packages",
        description="The package manager of this machine's system, if it is another one.",
        examples=["apt"],
    )
    address: Address | None = Field(
        None,
        title="Address",
        description="This machine's address on the private network, instead of the next one from first_address on.",
        examples=["192.168.56.150"],
    )
    labels: Labels = labels("this machine, besides those of its role")
    taints: Taints = taints("this machine, besides those of its role")
    disks: Disks | None = disks("this machine")


class Machines(Part):
    """The machines: how many, how large, and from which box."""

    control_planes: Annotated[int, Field(ge=1, le=7)] = Field(
        1,
        title="Control planes",
        description="Machines that run the API server and etcd. The tutorial profile has one.",
    )
    workers: Annotated[int, Field(ge=0, le=99)] = Field(
        2, title="Workers", description="Machines that run your pods. With none, the control plane runs them."
    )
    memory: Memory = Field(
        2048,
        title="Memory each",
        description="What every machine gets, in MiB; 4 GiB is read as 4096. A control plane needs 1700 or more, or "
        "kubeadm refuses to start. The tutorial profile has 2048.",
        examples=["4096", "1.5 GiB"],
    )
    cpus: Cpus = Field(
        2,
        title="CPUs each",
        description="What every machine gets. A control plane needs 2 or more, or kubeadm refuses to start.",
    )
    control_plane: ControlPlane = Field(
        default_factory=ControlPlane,
        title="Control planes' own settings",
        description="Memory and CPUs of control planes, where they differ from the rest, and their labels and taints.",
    )
    worker: Worker = Field(
        default_factory=Worker, title="Workers' own settings", description="Labels, taints and extra disks of workers."
    )
    by_name: dict[Name, OneMachine] = Field(
        default_factory=dict,
        title="Single machines",
        description="Where one machine differs, by its name: kubnode2: {memory: 4096, labels: {disk: ssd}}.",
        examples=[{"kubnode2": {"memory": 4096, "labels": {"disk": "ssd"}}}],
    )
    control_plane_name: Name = Field(
        "kubmaster",
        title="Control plane name",
        description="The first is called this, others get a number: kubmaster2. Small letters, digits and hyphens.",
    )
    worker_name: Name = Field(
        "kubnode",
        title="Worker name",
        description="Workers are called this with a number: kubnode1, kubnode2. Small letters, digits and hyphens.",
    )
    without: Annotated[tuple[Name, ...], Strict(strict=False)] = Field(
        (),
        title="Left out",
        description="Names that the numbering leaves out, with their addresses: without kubnode1, two workers are "
        "kubnode2 and kubnode3. kubetui node remove writes this, so that machines that stay keep what they have.",
        examples=[["kubnode1"]],
    )
    box: Box | None = Field(
        None,
        title="Box",
        description="OWNER/NAME, or the URL or path of a .box file or of Vagrant's metadata (.json). Empty takes one "
        "that is on this host, else the provider's default.",
        examples=["bento/ubuntu-24.04", "https://example.org/debian-13.box", "~/boxes/debian-13.json"],
    )
    box_sha256: Sha256 | None = Field(
        None,
        title="Box SHA-256",
        description="The checksum of a .box file, 64 hexadecimal digits as sha256sum prints them. Vagrant compares it "
        "when it adds the box.",
        examples=["0123456789abcdef" * 4],
    )
    box_version: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.<>=~, -]{1,60}$")] | None = Field(
        None,
        title="Box version",
        description="A Vagrant version constraint such as 202502.21.0. Empty takes the newest.",
        examples=["202502.21.0"],
    )
    packages: PackagesChoice = choice(
        packages.CHOICES,
        packages.AUTO,
        title="Packages",
        description="The package manager of the machines' system: {choices}.",
    )
    selinux: Literal["permissive", "enforcing"] = Field(
        "permissive",
        title="SELinux",
        description="On machines with dnf: permissive, as Kubernetes' documentation has it, or enforcing, which works "
        "with containerd.",
    )
    firewall: Annotated[Literal["off", "open"], BeforeValidator(spoken_off)] = Field(
        "off",
        title="Firewall",
        description="On machines with dnf, firewalld: off, or open for what the nodes and pods send each other.",
    )
    prepared_box: bool = Field(
        default=False,
        title="Prepared box",
        description="Start from a kept box with packages, runtime and images, where one fits; see: kubetui boxes.",
    )
    ports: Ports = Field(
        (),
        title="Ports",
        description="Ports of this host that lead to a port of a machine, with VirtualBox and VMware.",
        examples=[[{"host": 8080, "machine": "kubnode1", "to": 30080}]],
    )
    folders: Folders = Field(
        (),
        title="Folders",
        description="Folders of this host that every machine has: the same one with LXC, elsewhere a copy that each "
        "start of a machine brings up to date.",
        examples=[[{"host": "~/data", "guest": "/srv/data"}]],
    )
    disks: Disks = Field(
        (),
        title="Extra disks",
        description="Empty disks of every machine besides its own, with VirtualBox and libvirt.",
        examples=[[{"size": "10 GiB"}]],
    )
    options: Annotated[dict[OptionName, dict[OptionName, Any]], AfterValidator(remember_telling)] = Field(
        default_factory=dict,
        title="Provider options",
        description="Settings passed on to the provider as a Vagrantfile would have them: libvirt: {driver: qemu}.",
        examples=[{"libvirt": {"driver": "qemu"}}],
    )


class Network(Part):
    """The addresses of machines, pods and services, and the pod network."""

    first_address: Address = Field(
        IPv4Address("192.168.56.101"),
        title="First address",
        description="The first machine's address on the private network; the others count up from it. "
        "VirtualBox allows 192.168.56.0/21 unless its networks.conf says otherwise.",
    )
    pod_cidr: Cidr = Field(
        IPv4Network("10.244.0.0/16"),
        title="Pod CIDR",
        description="The addresses that pods get. They may not overlap the nodes, the services, or a network that "
        "this host already reaches. Each machine takes a /24 of it.",
    )
    service_cidr: Cidr = Field(
        IPv4Network("10.96.0.0/12"),
        title="Service CIDR",
        description="The virtual addresses that services get. They may not overlap the nodes or the pods.",
    )
    pod_network: PodNetworkName = choice(
        networks.CATALOGUE,
        "flannel",
        title="Pod network",
        description="What connects pods across machines: {choices}.",
    )
    flannel: FlannelOptions = Field(
        default_factory=FlannelOptions, title="flannel", description="flannel's versions, images and backend."
    )
    kube_router: KubeRouterOptions = Field(
        default_factory=KubeRouterOptions,
        title="kube-router",
        description="kube-router's version, and where its manifest comes from.",
    )
    calico: CalicoOptions = Field(
        default_factory=CalicoOptions,
        title="Calico",
        description="Calico's version, and where its manifest comes from.",
    )
    cilium: CiliumOptions = Field(
        default_factory=CiliumOptions,
        title="Cilium",
        description="Cilium's version, and where its chart comes from; helm renders it on this computer.",
    )
    manifest: ManifestOptions | None = Field(
        None, title="Manifest", description="A pod network of your own: path, or url with its sha256."
    )
    control_plane_endpoint: HostPort | None = Field(
        None,
        title="API endpoint",
        description="One address, or name, that reaches every control plane, such as a load balancer's; port 6443 "
        "unless another is named. It is needed for more than one control plane, and cannot be added later.",
        examples=["192.168.56.254:6443", "api.example.org"],
    )
    options: Annotated[dict[OptionName, str | int | bool], AfterValidator(remember_telling)] = Field(
        default_factory=dict,
        title="Private network options",
        description="Further settings of Vagrant's private_network, such as lxc__bridge_name.",
        examples=[{"lxc__bridge_name": "labbr0"}],
    )


class Kubernetes(Part):
    """The Kubernetes version and its container runtime."""

    version: Version = Field(
        f"1.{NEWEST_MINOR}",
        title="Version",
        description='A minor version such as "1.37" takes its newest release, "1.37.1" exactly that one; 1.31 or '
        "later. In a file, put it in quotes: YAML would read 1.40 as 1.4.",
        examples=["1.37.1", "1.37.12"],
    )
    runtime: RuntimeName = choice(
        runtimes.CATALOGUE,
        "containerd",
        title="Container runtime",
        description="What runs containers: {choices}.",
    )
    runtime_packages: RuntimeSource = choice(
        runtimes.SOURCES,
        "auto",
        title="Runtime's packages",
        description="Where the container runtime comes from: {choices}.",
    )
    patches: Patches = Field(
        (),
        title="kubeadm patches",
        description="Documents merged into kubeadm's configuration, matched by their kind: ClusterConfiguration, "
        "InitConfiguration, JoinConfiguration, KubeletConfiguration or KubeProxyConfiguration. Maps are merged key by "
        "key, and null removes a key. Lists are replaced, except that kubeletExtraArgs, extraArgs, extraEnvs and "
        "extraVolumes are merged by name: {name: v, value: null} removes an argument.",
        examples=[[{"kind": "KubeletConfiguration", "maxPods": 50}]],
    )


class Profile(Part):
    """Everything a person chooses; see the fields."""

    schema_version: Literal[1] = Field(
        SCHEMA_VERSION, alias="schema", title="Schema", description="The version of this file's format."
    )
    name: Name = Field(
        "lab", title="Name", description="The cluster's name: small letters, digits and hyphens, at most 40."
    )
    provider: ProviderName = Field(
        "virtualbox",
        title="Provider",
        description="What makes the machines. Existing ones are "
        "yours, reached over SSH; a rehearsal makes none and plays recordings.",
    )
    hosts: Annotated[tuple[Host, ...], Strict(strict=False)] = Field(
        (),
        title="Hosts",
        description="Existing machines, one entry each, for the provider hosts: they stand in place of machines.",
        examples=[[{"name": "kubmaster", "role": "control plane", "address": "192.168.1.10", "user": "me"}]],
    )
    machines: Machines = Field(
        default_factory=Machines, title="Machines", description="How many, how large, which box."
    )
    network: Network = Field(default_factory=Network, title="Network", description="Addresses and the pod network.")
    kubernetes: Kubernetes = Field(default_factory=Kubernetes, title="Kubernetes", description="Version and runtime.")
    addons: AddOns = Field(
        (),
        title="Add-ons",
        description=f"What the cluster gets besides: {', '.join(each.help for each in addons.CATALOGUE.values())}.",
        examples=[["storage"]],
    )
    mirrors: Mirrors = Field(default_factory=Mirrors, title="Mirrors", description="Where downloads come from.")
