"""Facts about an existing machine: a read-only script that prints them, and its output as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kubetui.base import clock
from kubetui.base.scripts import script
from kubetui.base.text import clean

LOOK: Final = script(__package__, "facts.sh")
"""Prints one `name=value` per line."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One machine's facts.

    `ahead` is its clock's difference from this host's in seconds; `ports` maps a used port to its program;
    `mark` is the identity and the name of the cluster that the machine belongs to.
    """

    name: str
    system: str
    family: tuple[str, ...]
    init: str
    machine_id: str
    product: str
    ahead: float
    cpus: int
    memory: int
    addresses: frozenset[str]
    ports: Mapping[int, str]
    kubernetes: tuple[str, ...]
    mark: tuple[str, str]


def parse(text: str, asked: float, answered: float) -> Facts:
    """Parse the output of `LOOK`, which ran between `asked` and `answered` by this host's clock.

    Raises ValueError for other text.
    """
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, _, value = line.partition("=")
        found[name] = clean(value.strip())
    identity, _, cluster = found.get("mark", "").partition(" ")
    return Facts(
        name=found.get("name", ""),
        system=found.get("system", "an unknown system"),
        family=tuple(found.get("family", "").split()),
        init=found.get("init", ""),
        machine_id=found.get("machine", ""),
        product=found.get("product", ""),
        ahead=clock.ahead(float(found.get("time", "nan")), asked, answered),
        cpus=int(found.get("cpus", "0")),
        memory=int(found.get("memory", "0")),
        addresses=frozenset(found.get("addresses", "").split()),
        ports=dict(_ports(found.get("ports", ""))),
        kubernetes=tuple(found.get("kubernetes", "").split()),
        mark=(identity, cluster),
    )


def _ports(text: str) -> list[tuple[int, str]]:
    words = (word.partition(":") for word in text.split())
    return [(int(port), program) for port, _, program in words]
