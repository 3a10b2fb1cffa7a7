"""Calico: a VXLAN tunnel between the nodes, and NetworkPolicy (projectcalico/calico, manifests/calico-vxlan.yaml)."""

from __future__ import annotations

from typing import Any, Final

from kubetui.base.errors import ProfileError
from kubetui.base.scripts import script
from kubetui.software.networks import fetched
from kubetui.software.networks.fetched import published
from kubetui.software.networks.network import ClusterNetwork, Daemons, PodNetwork
from kubetui.software.networks.options import CalicoOptions
from kubetui.software.upstream import documents
from kubetui.software.upstream.source import Source, text

URL: Final = "https://raw.githubusercontent.com/projectcalico/calico/{version}/manifests/calico-vxlan.yaml"
"""Upstream's own manifest for VXLAN. kubetui knows no checksum of it: no release could be had to compute one."""
_CONFIGURATION: Final = "calico-config"


def source(network: ClusterNetwork) -> Source:
    """Return where the manifest is fetched from."""
    options = _options(network)
    return published(options, "network.calico", URL.format(version=options.version))


def images(network: ClusterNetwork) -> tuple[str, ...]:
    """Return the images that the manifest names, once it is at hand: their names differ between releases."""
    return fetched.images(network, source(network))


def manifest(network: ClusterNetwork) -> str:
    """Return Calico's manifest for a cluster. Raises ProfileError when it cannot be had or is another one."""
    backends: list[str] = []
    seen: list[str] = []

    def change(document: dict[str, Any]) -> None:
        name = document.get("metadata", {}).get("name")
        if document.get("kind") == "ConfigMap":
            backends.extend([document.get("data", {}).get("calico_backend", "")] if name == _CONFIGURATION else [])
            return
        for container in documents.containers(document):
            container["image"] = network.placed(container.get("image", ""))
            container["imagePullPolicy"] = "IfNotPresent"
            if container.get("name") == DAEMONS.name:
                seen.append(DAEMONS.name)
                container["env"] = _environment(container.get("env", ()), network)

    made = documents.rewritten(text(source(network), network.folder), {"ConfigMap", *documents.WORKLOADS}, change)
    if not seen or backends != ["vxlan"]:
        what = f"no container {DAEMONS.name}" if not seen else f"the backend {', '.join(backends) or 'of nobody'}"
        raise ProfileError(
            f"{source(network).url} has {what}: it is not Calico's manifest for VXLAN.",
            fix="Name one of calico-vxlan.yaml in network.calico.url; for another, write pod_network: manifest.",
        )
    return made


def _environment(have: Any, network: ClusterNetwork) -> list[dict[str, Any]]:
    """Return a container's variables with kubetui's own in place of upstream's."""
    own = _variables(network)
    kept = [each for each in have if each.get("name") not in own]
    return [*kept, *({"name": name, "value": value} for name, value in own.items())]


def _variables(network: ClusterNetwork) -> dict[str, str]:
    """Return Calico's own variables (docs.tigera.io, Configuring calico/node).

    Left to itself it takes the first address that it finds, which behind a hypervisor's NAT all machines share; the
    kubelet's is the planned one.
    """
    return {
        "CALICO_IPV4POOL_CIDR": str(network.pod_cidr),
        "CALICO_IPV4POOL_IPIP": "Never",
        "CALICO_IPV4POOL_VXLAN": "Always",
        "IP_AUTODETECTION_METHOD": "kubernetes-internal-ip",
    }


def changes(network: ClusterNetwork) -> tuple[str, ...]:
    """Return what kubetui changes in the manifest."""
    return (
        *(f"{name}={value}" for name, value in _variables(network).items()),
        "imagePullPolicy IfNotPresent",
        *fetched.moved(network, source(network)),
    )


def _options(network: ClusterNetwork) -> CalicoOptions:
    return network.options if isinstance(network.options, CalicoOptions) else CalicoOptions()


DAEMONS: Final = Daemons(
    "kube-system",
    "calico-node",
    "k8s-app=calico-node",
    "Calico's VXLAN needs UDP port 4789 between all nodes",
    "udp port 4789",
)
CALICO: Final = PodNetwork(
    name="calico",
    title="Calico",
    help="calico (VXLAN, also with NetworkPolicies of its own; 300 MiB on each node)",
    manifest=manifest,
    images=images,
    leftovers=script(__package__, "calico-leftovers.sh"),
    interfaces=("cali*", "tunl*", "vxlan.calico"),
    ports=lambda _network: ("4789/udp",),
    judge=script(__package__, "calico-judge.sh"),
    policies=True,
    memory=300,
    needs="Calico needs Linux 5.10 or later with ip_set and VXLAN.",
    source=source,
    changes=changes,
    daemons=DAEMONS,
)
