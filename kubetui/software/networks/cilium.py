"""Cilium: eBPF in the kernel, a VXLAN tunnel, and NetworkPolicy (cilium/cilium, install/kubernetes/cilium).

It publishes a Helm chart and no manifest, so helm renders the chart on this computer.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from kubetui.base.errors import ProfileError
from kubetui.base.scripts import script
from kubetui.software.networks import fetched
from kubetui.software.networks.fetched import published
from kubetui.software.networks.network import ClusterNetwork, Daemons, PodNetwork
from kubetui.software.networks.options import CiliumOptions
from kubetui.software.upstream import documents
from kubetui.software.upstream.source import Source, text

URL: Final = "https://helm.cilium.io/cilium-{version}.tgz"
"""The chart's archive. kubetui knows no checksum of it: its project's page could not be reached to compute one."""
_SECONDS: Final = 120
VALUES: Final[dict[str, Any]] = {
    "ipam": {"mode": "kubernetes"},
    "operator": {"replicas": 1},
    "hubble": {"enabled": False},
    "kubeProxyReplacement": "false",
}
"""The chart's values that are not its defaults (docs.cilium.io, Helm Reference).

By default pods get addresses from 10.0.0.0/8, whatever kubeadm was told; a second operator would wait for a second
node; and Hubble's certificates would be other ones at each rendering.
"""


def source(network: ClusterNetwork) -> Source:
    """Return where the chart is fetched from, and how it becomes a manifest."""
    options = _options(network)
    chart = published(options, "network.cilium", URL.format(version=options.version))
    return replace(chart, render=render, how=_values_sum())


def _values_sum() -> str:
    return hashlib.sha256(json.dumps(VALUES, sort_keys=True).encode()).hexdigest()[:12]


def render(chart: bytes) -> bytes:
    """Return the manifest that helm makes of a chart's archive. Raises ProfileError without helm, or where it fails."""
    helm = shutil.which("helm")
    if helm is None:
        raise ProfileError(
            "Cilium's manifest is made by helm, which is not on this computer.",
            fix="Install it (https://helm.sh/docs/intro/install/; on macOS: brew install helm; with snap: sudo snap "
            "install helm --classic), or choose another pod network.",
        )
    with tempfile.TemporaryDirectory() as folder:
        archive, values = Path(folder, "cilium.tgz"), Path(folder, "values.json")
        archive.write_bytes(chart)
        values.write_text(json.dumps(VALUES))
        words = [helm, "template", "cilium", str(archive), "--namespace=kube-system", f"--values={values}"]
        try:
            done = subprocess.run(words, check=True, capture_output=True, timeout=_SECONDS)
        except subprocess.CalledProcessError as error:
            said = " ".join(error.stderr.decode(errors="replace").split())[-300:]
            raise ProfileError(f"helm cannot render Cilium's chart: {said}", fix="Check network.cilium.") from error
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ProfileError(f"helm cannot render Cilium's chart: {error}", fix="Try: helm version") from error
    return done.stdout


def images(network: ClusterNetwork) -> tuple[str, ...]:
    """Return the images that the manifest names, once it is at hand."""
    return fetched.images(network, source(network))


def manifest(network: ClusterNetwork) -> str:
    """Return Cilium's manifest for a cluster. Raises ProfileError when it cannot be had or made."""
    seen: list[str] = []

    def change(workload: dict[str, Any]) -> None:
        seen.append(workload.get("metadata", {}).get("name", ""))
        for container in documents.containers(workload):
            container["image"] = network.placed(container.get("image", ""))

    made = documents.rewritten(text(source(network), network.folder), documents.WORKLOADS, change)
    if DAEMONS.name not in seen:
        raise ProfileError(
            f"{source(network).url} has no DaemonSet {DAEMONS.name}, so it is not Cilium's chart.",
            fix="Check network.cilium.url.",
        )
    return made


def changes(network: ClusterNetwork) -> tuple[str, ...]:
    """Return the values with which the chart is rendered, and images that are named at mirrors."""
    return (
        "ipam.mode=kubernetes",
        "operator.replicas=1",
        "hubble.enabled=false",
        "kubeProxyReplacement=false",
        *fetched.moved(network, source(network)),
    )


def _options(network: ClusterNetwork) -> CiliumOptions:
    return network.options if isinstance(network.options, CiliumOptions) else CiliumOptions()


DAEMONS: Final = Daemons(
    "kube-system",
    "cilium",
    "k8s-app=cilium",
    "Cilium's VXLAN needs UDP port 8472 between all nodes",
    "udp port 8472",
)
CILIUM: Final = PodNetwork(
    name="cilium",
    title="Cilium",
    help="cilium (eBPF, also with NetworkPolicies of its own; 500 MiB on each node, helm on this computer)",
    manifest=manifest,
    images=images,
    leftovers=script(__package__, "cilium-leftovers.sh"),
    interfaces=("cilium*", "lxc*"),
    ports=lambda _network: ("8472/udp", "4240/tcp"),
    judge=script(__package__, "cilium-judge.sh"),
    policies=True,
    memory=500,
    needs="Cilium needs Linux 5.10 or later with eBPF.",
    source=source,
    changes=changes,
    daemons=DAEMONS,
)
