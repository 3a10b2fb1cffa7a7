"""The AddOn type: what makes a cluster more useful than Kubernetes alone, and how it comes and goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kubetui.software.upstream.source import Source

REFUSING: Final = "addon_refuses() { :; }\n"
ANSWERING: Final = "addon_lacks() { :; }\n"
LEAVING: Final = "addon_leaves() { :; }\n"
CA_MARK: Final = "@CLUSTER_CA@"
CERTIFICATE_MARK: Final = "@SERVICE_CERTIFICATE@"
KEY_MARK: Final = "@SERVICE_KEY@"
"""Stand in a manifest for what the first control plane has in base64: authority, certificate and key."""


@dataclass(frozen=True, slots=True)
class Brief:
    """What an add-on is told about the cluster, and which release of it the profile names."""

    version: str
    url: str = ""
    """Where its manifest is; empty for its project's own place."""
    sha256: str = ""
    placed: Callable[[str], str] = str
    """Returns the name of an image where the machines find it."""
    folder: Path | None = None
    """The cluster's folder on this host, where a manifest that was fetched is kept."""
    addresses: str = ""
    """The addresses of the nodes' network that services may have, FIRST-LAST."""
    address: str = ""
    """The address that the control planes share."""
    port: int = 0
    """The NodePort at which its service answers."""
    place: str = ""
    """Where that port is on the first control plane, HOST:PORT."""
    alone: bool = False
    """Whether the control planes run all pods, because there are no workers."""


@dataclass(frozen=True, slots=True)
class Workload:
    """A Deployment or DaemonSet that an add-on waits for."""

    namespace: str
    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace} {self.kind}/{self.name}"


@dataclass(frozen=True, slots=True)
class AddOn:
    """One add-on. `manifest` returns the input of `kubectl apply`, `images` what each machine pulls beforehand.

    `manifest` may raise ProfileError, because its text comes from elsewhere; None stands for an add-on that a step of
    its own installs on machines. The next three are shell, each with a function that prints nothing if all is well:
    `answers` defines `addon_lacks`, which prints what the add-on lacks to do what it is for; `guard` defines
    `addon_refuses`, which prints why it cannot be removed yet; `leaves` defines `addon_leaves`, which prints what still
    goes once its objects are deleted. `folders` are what its pods leave on a node.
    """

    name: str
    """Its name in a profile."""
    title: str
    help: str
    """What it is for and what it costs, worded as the end of a sentence."""
    why: str
    """The sentence for learners."""
    page: str
    """The documentation that it follows."""
    version: str
    """The release that kubetui takes unless a profile names another one."""
    tried: str
    """The release that was tried on machines."""
    url: str
    """Where its project publishes the manifest; {version} stands for the release. Empty where none is fetched."""
    manifest: Callable[[Brief], str] | None
    images: Callable[[Brief], tuple[str, ...]]
    changes: Callable[[Brief], tuple[str, ...]]
    """Returns what kubetui changes in the manifest that it fetched, a line for each field; else what it sets up."""
    workloads: tuple[Workload, ...]
    settings: Callable[[Brief], str] | None = None
    """Returns objects of kinds that the manifest defines, which are applied once its pods run."""
    kubelets_signed: bool = False
    """Whether it needs kubelets whose serving certificates the cluster's authority has signed."""
    service: str = ""
    """The host name of the service that gets a certificate from the cluster's authority, for the manifest's marks."""
    pool: bool = False
    """Whether it gives away addresses of the nodes' network."""
    endpoint: bool = False
    """Whether it gives all control planes one address. kubeadm has to know that as it makes the cluster."""
    port: int = 0
    """The NodePort at which its service answers unless the profile names another; 0 for one without."""
    volumes: bool = False
    """Whether it has a claim of its own, for which storage has to make a volume."""
    sums: Mapping[str, str] = field(default_factory=dict, hash=False)
    """The SHA-256 of the manifest by release, where kubetui knows it."""
    answers: str = ANSWERING
    guard: str = REFUSING
    leaves: str = LEAVING
    folders: tuple[str, ...] = ()
    concepts: tuple[str, ...] = ()
    """The names of the concepts behind it."""
    memory: int = 0
    """MiB that its pods usually take in the whole cluster."""

    @property
    def summary(self) -> str:
        """What it is for and what it costs, without its name."""
        return self.help.partition("(")[2].rstrip(")")

    def source(self, brief: Brief) -> Source | None:
        """Return where the manifest comes from; None where it has none, or it is kubetui's own."""
        return source(self.name, self.url, self.sums, brief) if self.url else None


def source(name: str, url: str, sums: Mapping[str, str], brief: Brief) -> Source:
    """Return where an add-on's manifest comes from: its project's `url`, unless the profile names another."""
    place = brief.url or url.format(version=brief.version)
    known = sums.get(brief.version, "")
    return Source(place, f"addons, {name}", brief.sha256 or known, f"addon-{name}")
