"""A registry in the cluster, known to every node under one name (distribution/distribution; KEP-1755).

Its manifest is kubetui's own, the file registry.yaml. Images are named at the first control plane's address and the
NodePort: that one place answers this host and every node, whatever mode kube-proxy is in, and the first control plane
never leaves. `localhost:PORT`, as kind has it, would need kube-proxy's iptables mode on every node, and a tunnel on
this host. It speaks plain HTTP, so each node's runtime has to be told.
"""

from __future__ import annotations

from importlib import resources
from typing import Any, Final

from kubetui.base.scripts import script
from kubetui.software.addons.addon import AddOn, Brief, Workload
from kubetui.software.addons.storage import CLASS
from kubetui.software.upstream import documents

NAME: Final = "registry"
IMAGE: Final = "docker.io/library/registry"
NAMESPACE: Final = "kubetui-registry"
PORT: Final = 30500
_INSIDE: Final = f"{NAME}.{NAMESPACE}:5000"
"""What its service is called inside the cluster."""
_MANIFEST: Final = resources.files(__package__).joinpath("registry.yaml").read_text(encoding="utf-8").rstrip("\n")
"""For the tutorial's own addresses; what differs in another cluster is changed in it."""
LEFTOVERS: Final = script(__package__, "registry-leftovers.sh")
"""Shell that adds its volume to what an existing machine loses; its namespace, in the folder's name, is kubetui's."""
_HOSTING: Final = "localRegistryHosting.v1"


def images(brief: Brief) -> tuple[str, ...]:
    """Return its image; the tags of its releases have no v."""
    return (brief.placed(f"{IMAGE}:{brief.version.removeprefix('v')}"),)


def manifest(brief: Brief) -> str:
    """Return the registry's manifest for a cluster."""

    def change(document: dict[str, Any]) -> None:
        for container in documents.containers(document):
            container["image"] = images(brief)[0]
        if document["kind"] == "Service":
            document["spec"]["ports"][0]["nodePort"] = brief.port
        elif document["kind"] == "ConfigMap":
            places = {"host": brief.place, "hostFromContainerRuntime": brief.place, "hostFromClusterNetwork": _INSIDE}
            document["data"][_HOSTING] = documents.dump([places])

    return documents.rewritten(_MANIFEST, {"ConfigMap", "Deployment", "Service"}, change)


def changes(brief: Brief) -> tuple[str, ...]:
    """Return what is set up in the cluster and on the machines."""
    return (
        f"image {images(brief)[0]}",
        f"a volume of the class {CLASS} for the images",
        f"every node answers at port {brief.port} and pulls images that are named {brief.place}/NAME:TAG",
    )


REGISTRY: Final = AddOn(
    name=NAME,
    title="the registry",
    help="registry (a place in the cluster for your own images, which every node knows; needs storage; 50 MiB)",
    why="Nodes do not have the images that you build; from a registry that all of them know, each pulls what it needs.",
    page="distribution/distribution, Deploying a registry server; kubernetes/enhancements, KEP-1755",
    version="3",
    tried="3",
    url="",
    manifest=manifest,
    images=images,
    changes=changes,
    port=PORT,
    volumes=True,
    workloads=(Workload(NAMESPACE, "deployment", "registry"),),
    answers=script(__package__, "registry-answers.sh"),
    guard=script(__package__, "registry-guard.sh"),
    leaves=script(__package__, "registry-leaves.sh"),
    concepts=("registry", "image"),
    memory=50,
)
