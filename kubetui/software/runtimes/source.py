"""Where a runtime's packages come from, as a profile chooses it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """One answer to the question where a runtime comes from."""

    name: str
    """Its name in a profile."""
    help: str
    """The text shown beside the choice, worded as the end of a sentence."""


SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        Source("distribution", "distribution (the machine's own system)"),
        Source("upstream", "upstream (its own project, for containerd Docker's repository)"),
        Source("auto", "auto (the distribution, unless that is too old for the Kubernetes version)"),
    )
}
