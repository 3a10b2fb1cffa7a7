"""kube-router: routes between the nodes by BGP, and NetworkPolicy (cloudnativelabs/kube-router, docs/kubeadm.md)."""

from __future__ import annotations

from typing import Any, Final

from kubetui.base.errors import ProfileError
from kubetui.base.scripts import script
from kubetui.software.networks.fetched import published
from kubetui.software.networks.network import ClusterNetwork, Daemons, PodNetwork
from kubetui.software.networks.options import KubeRouterOptions
from kubetui.software.upstream import documents
from kubetui.software.upstream.source import Source, text

URL: Final = "https://raw.githubusercontent.com/cloudnativelabs/kube-router/{version}/daemonset/kubeadm-kuberouter.yaml"
IMAGE: Final = "docker.io/cloudnativelabs/kube-router"
_SHA256: Final = {
    "v2.1.0": "847b9b7a47c31d8e10149f5b4d94c78ea214d1c1d70df1640744ae21b0b9121a",
    "v2.10.0": "847b9b7a47c31d8e10149f5b4d94c78ea214d1c1d70df1640744ae21b0b9121a",
}
"""The manifest's checksum by version, of the file in the Go module github.com/cloudnativelabs/kube-router/v2.

A module's zip has a repository's files byte for byte, and the checksum database of Go vouches for it.
"""


def source(network: ClusterNetwork) -> Source:
    """Return where the manifest is fetched from."""
    options = _options(network)
    known = _SHA256.get(options.version, "")
    return published(options, "network.kube_router", URL.format(version=options.version), known)


def images(network: ClusterNetwork) -> tuple[str, ...]:
    """Return the one image that every machine needs; the manifest names it without a version."""
    return (network.placed(f"{IMAGE}:{_options(network).version}"),)


def manifest(network: ClusterNetwork) -> str:
    """Return kube-router's manifest for a cluster. Raises ProfileError when it cannot be had or is another one."""
    seen = []

    def change(daemons: dict[str, Any]) -> None:
        if daemons.get("metadata", {}).get("name") == DAEMONS.name:
            seen.append(daemons)
            _change(daemons, network)

    made = documents.rewritten(text(source(network), network.folder), {"DaemonSet"}, change)
    if not seen:
        raise ProfileError(
            f"{source(network).url} has no DaemonSet {DAEMONS.name}, so it is not kube-router's manifest.",
            fix="Check network.kube_router.url; for another manifest, write pod_network: manifest.",
        )
    return made


def _change(daemons: dict[str, Any], network: ClusterNetwork) -> None:
    for container in documents.containers(daemons):
        container["image"] = images(network)[0]
        container["imagePullPolicy"] = "IfNotPresent"
        if container.get("name") == DAEMONS.name:
            container["args"] = [*container.get("args", ()), *_arguments(network)]


def _arguments(network: ClusterNetwork) -> tuple[str, ...]:
    """Return the arguments besides upstream's (kube-router, docs/user-guide.md).

    The policies need to know what a service's address is. Between nodes of one network, routes do without IPIP, which
    some kernels lack, and packets keep their whole MTU.
    """
    overlay = ("--enable-overlay=false",) if network.shared else ()
    return (f"--service-cluster-ip-range={network.service_cidr}", *overlay)


def changes(network: ClusterNetwork) -> tuple[str, ...]:
    """Return what kubetui changes in the manifest."""
    image = images(network)[0]
    return (f"image {image}, imagePullPolicy IfNotPresent", *_arguments(network))


def _options(network: ClusterNetwork) -> KubeRouterOptions:
    return network.options if isinstance(network.options, KubeRouterOptions) else KubeRouterOptions()


DAEMONS: Final = Daemons(
    "kube-system",
    "kube-router",
    "k8s-app=kube-router",
    "kube-router's BGP needs TCP port 179 between all nodes, and pods' packets travel as they are",
    "tcp port 179",
)
KUBE_ROUTER: Final = PodNetwork(
    name="kube-router",
    help="kube-router (plain routes, with NetworkPolicies; 250 MiB on each node)",
    manifest=manifest,
    images=images,
    leftovers=script(__package__, "kube-router-leftovers.sh"),
    interfaces=("kube-bridge", "kube-dummy-if", "tun-*", "tunl0"),
    # IP protocol 4 is the overlay between nodes of different networks, which firewalld has no port for
    ports=lambda network: ("179/tcp",) if network.shared else None,
    judge=script(__package__, "kube-router-judge.sh"),
    policies=True,
    memory=250,
    needs="kube-router needs ip_set in the machines' kernel and, between nodes of different networks, IPIP.",
    source=source,
    changes=changes,
    daemons=DAEMONS,
)
