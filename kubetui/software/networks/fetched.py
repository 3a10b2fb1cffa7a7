"""What pod networks share whose manifest their project publishes: where it comes from, and which images it names."""

from __future__ import annotations

from kubetui.software.networks.network import ClusterNetwork
from kubetui.software.networks.options import Upstream
from kubetui.software.upstream import documents
from kubetui.software.upstream.source import Source, at_hand, text


def published(options: Upstream, field: str, place: str, known: str = "") -> Source:
    """Return where a manifest comes from: `place`, unless the profile's `field` names a mirror.

    `known` is the checksum that kubetui knows for the release; the profile's own goes before it.
    """
    return Source(options.url or place, field, options.sha256 or known, kept="pod-network")


def images(network: ClusterNetwork, source: Source) -> tuple[str, ...]:
    """Return the images that a manifest names, where the machines find them; none while it is not at hand."""
    return tuple(map(network.placed, _named(network, source)))


def moved(network: ClusterNetwork, source: Source) -> tuple[str, ...]:
    """Return a line for each registry whose images are named at a mirror."""
    registries = network.renamed.keys() & {each.partition("/")[0] for each in _named(network, source)}
    return tuple(f"images of {name} at {network.renamed[name]}" for name in sorted(registries))


def _named(network: ClusterNetwork, source: Source) -> tuple[str, ...]:
    return documents.images(text(source, network.folder)) if at_hand(source, network.folder) else ()
