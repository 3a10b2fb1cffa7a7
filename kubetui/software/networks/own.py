"""A pod network of your own: a manifest by path, or by URL and checksum."""

from __future__ import annotations

import hashlib
from pathlib import Path

from kubetui.base.errors import ProfileError
from kubetui.base.scripts import script
from kubetui.software.networks.network import ClusterNetwork, PodNetwork
from kubetui.software.networks.options import ManifestOptions
from kubetui.software.upstream.source import download, plain


def images(_network: ClusterNetwork) -> tuple[str, ...]:
    """Return no images: the nodes pull your own manifest's images when its pods start."""
    return ()


def manifest(network: ClusterNetwork) -> str:
    """Return the manifest's text.

    Raises ProfileError when it cannot be read, or does not have the checksum that the profile gives.
    """
    options = network.options
    if not isinstance(options, ManifestOptions):
        raise ProfileError("network.manifest is missing.", fix="Give path, or url and sha256.")
    source = options.path or options.url or ""
    data = download(source, "Check the URL, or give a path.") if options.url else _from_file(source)
    found = hashlib.sha256(data).hexdigest()
    if options.sha256 and found != options.sha256:
        raise ProfileError(
            f"{source} has the SHA-256 {found}, and the profile says {options.sha256}.",
            fix="Look at what changed in the manifest before you put the new checksum into the profile.",
        )
    return plain(source, data)


OWN = PodNetwork(
    name="manifest",
    help="a manifest of yours",
    manifest=manifest,
    images=images,
    leftovers=script(__package__, "own-leftovers.sh"),
    own=True,
    interfaces=("cni0", "flannel*", "cali*", "tunl*", "vxlan.calico", "cilium*", "lxc*", "kube-bridge"),
)


def _from_file(source: str) -> bytes:
    path = Path(source).expanduser()
    try:
        return path.read_bytes()
    except OSError as error:
        raise ProfileError(
            f"{path}: {error.strerror}.", fix="Give network.manifest.path a file that can be read."
        ) from error
