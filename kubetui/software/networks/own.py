"""A pod network of your own: a manifest by path, or by URL and checksum."""

from __future__ import annotations

import hashlib
from functools import cache
from http.client import HTTPException
from pathlib import Path
from urllib.request import urlopen

from kubetui.base.errors import ProfileError
from kubetui.software.networks.flannel import LEFTOVERS
from kubetui.software.networks.network import ClusterNetwork, PodNetwork
from kubetui.software.networks.options import ManifestOptions

MAX_BYTES = 4 * 1024 * 1024
SECONDS = 30


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
    data = _from_url(source) if options.url else _from_file(source)
    found = hashlib.sha256(data).hexdigest()
    if options.sha256 and found != options.sha256:
        raise ProfileError(
            f"{source} has the SHA-256 {found}, and the profile says {options.sha256}.",
            fix="Look at what changed in the manifest before you put the new checksum into the profile.",
        )
    if b"\0" in data:
        raise ProfileError(f"{source} is not a manifest: it has a NUL character in it.", fix="Check that it is YAML.")
    return data.decode(errors="replace").strip("\n")


# the manifest may well be another flannel, so its leftovers are flannel's
OWN = PodNetwork(
    name="manifest",
    help="a manifest of yours",
    manifest=manifest,
    images=images,
    leftovers=LEFTOVERS,
    interfaces=("cni0", "flannel*", "cali*", "tunl*", "vxlan.calico", "cilium*", "lxc*"),
)


def _from_file(source: str) -> bytes:
    path = Path(source).expanduser()
    try:
        return path.read_bytes()
    except OSError as error:
        raise ProfileError(
            f"{path}: {error.strerror}.", fix="Give network.manifest.path a file that can be read."
        ) from error


@cache
def _from_url(source: str) -> bytes:
    try:
        with urlopen(source, timeout=SECONDS) as answer:  # noqa: S310 - the profile allows only http and https
            data: bytes = answer.read(MAX_BYTES + 1)
    except (OSError, HTTPException) as error:
        raise ProfileError(f"{source} cannot be fetched: {error}.", fix="Check the URL, or give a path.") from error
    if len(data) > MAX_BYTES:
        raise ProfileError(f"{source} is larger than 4 MiB, which no manifest is.", fix="Check the URL.")
    return data
