"""MetalLB: addresses for services of the type LoadBalancer, told by ARP on the nodes' network (metallb.io, Layer 2)."""

from __future__ import annotations

from typing import Any, Final

from kubetui.base.errors import ProfileError
from kubetui.software.addons.addon import AddOn, Brief, Workload, source
from kubetui.software.upstream import documents
from kubetui.software.upstream.source import text

NAME: Final = "loadbalancer"
URL: Final = "https://raw.githubusercontent.com/metallb/metallb/{version}/config/manifests/metallb-native.yaml"
IMAGES: Final = {
    "controller": "quay.io/metallb/controller",
    "speaker": "quay.io/metallb/speaker",
}
"""The image of each of its two programs."""
NAMESPACE: Final = "metallb-system"
POOL: Final = "kubetui"
IGNORE: Final = "--ignore-exclude-lb"
SUMS: Final = {"v0.16.1": "bf25feebb7582ca7df845efd52ffbc2960d6cbf4cfc972f47fded9f788b67f0b"}
"""The manifest's checksum by release, of the file in the Go module go.universe.tf/metallb."""


def images(brief: Brief) -> tuple[str, ...]:
    """Return the images of its two programs."""
    return tuple(brief.placed(f"{image}:{brief.version}") for image in IMAGES.values())


def manifest(brief: Brief) -> str:
    """Return MetalLB's manifest for a cluster. Raises ProfileError when it cannot be had or is another one."""
    seen: set[str] = set()

    def change(document: dict[str, Any]) -> None:
        for container in documents.containers(document):
            name = container.get("name", "")
            if name in IMAGES:
                seen.add(name)
                container["image"] = brief.placed(f"{IMAGES[name]}:{brief.version}")
            if name == "speaker" and brief.alone:
                container["args"] = [*container.get("args", ()), IGNORE]

    origin = source(NAME, URL, SUMS, brief)
    made = documents.rewritten(text(origin, brief.folder), documents.WORKLOADS, change)
    if seen != set(IMAGES):
        raise ProfileError(
            f"{origin.url} has no controller and speaker of MetalLB's, so it is not its manifest.",
            fix="Check the url of the add-on loadbalancer in the profile.",
        )
    return made


def settings(brief: Brief) -> str:
    """Return the addresses that services get, and that they are told by ARP."""
    about = {"name": POOL, "namespace": NAMESPACE}
    pool = {"addresses": [brief.addresses]}
    return documents.dump(
        [
            {"apiVersion": "metallb.io/v1beta1", "kind": "IPAddressPool", "metadata": about, "spec": pool},
            {
                "apiVersion": "metallb.io/v1beta1",
                "kind": "L2Advertisement",
                "metadata": about,
                "spec": {"ipAddressPools": [POOL]},
            },
        ]
    )


def changes(brief: Brief) -> tuple[str, ...]:
    """Return what kubetui changes in the manifest, and what it adds."""
    # kubeadm keeps load balancers from control planes, so a cluster of one machine would tell nobody
    alone = (f"argument {IGNORE} of the speaker",) if brief.alone else ()
    return (*(f"image {each}" for each in images(brief)), *alone, f"addresses {brief.addresses} for services")


LOADBALANCER: Final = AddOn(
    name=NAME,
    title="MetalLB",
    help="loadbalancer (addresses of the nodes' network for services of the type LoadBalancer; 150 MiB)",
    why="Outside of clouds nobody gives a LoadBalancer an address; MetalLB does, and one node answers for it.",
    page="metallb.io, Installation; Configuration: Layer 2",
    version="v0.16.1",
    tried="v0.16.1",
    url=URL,
    sums=SUMS,
    manifest=manifest,
    images=images,
    changes=changes,
    settings=settings,
    pool=True,
    workloads=(Workload(NAMESPACE, "deployment", "controller"), Workload(NAMESPACE, "daemonset", "speaker")),
    concepts=("load-balancer", "service"),
    memory=150,
)
