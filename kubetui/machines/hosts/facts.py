"""What an existing machine says about itself: one script that only looks, and its answers as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kubetui.base import clock
from kubetui.base.text import clean

LOOK: Final = r"""
fact() { printf '%s=%s\n' "$1" "${2//$'\n'/ }"; }
fact time "$(date +%s.%N)"
. /etc/os-release
fact system "$PRETTY_NAME"
fact family "$ID ${ID_LIKE:-}"
fact init "$(cat /proc/1/comm)"
fact name "$(hostname)"
fact machine "$(cat /etc/machine-id 2>/dev/null || true)"
# containers show their host's
container=$(systemd-detect-virt --container 2>/dev/null || true)
[[ ${container:-none} != none ]] || fact product "$(cat /sys/class/dmi/id/product_uuid 2>/dev/null || true)"
fact cpus "$(nproc)"
fact memory "$(awk '/^MemTotal/ {print int($2 / 1024)}' /proc/meminfo)"
fact addresses "$(ip -4 -oneline address show | awk '{sub("/.*", "", $4); print $4}')"
taken='{port = $4; sub(/.*:/, "", port); name = ""; if (match($0, /\(\("[^" ]*"/))
  name = substr($0, RSTART + 3, RLENGTH - 4); print port ":" name}'
fact ports "$(ss -Hltnp | awk "$taken" | sort -u)"
shopt -s nullglob
made=(/etc/kubernetes/{admin,kubelet}[.]conf /etc/kubernetes/manifests/*.yaml /var/lib/kubetui/*.begun)
fact kubernetes "${made[*]-}"
fact mark "$(cat /var/lib/kubetui/cluster 2>/dev/null || true)"
"""
"""Prints one `name=value` a line."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One machine.

    `ahead` is by how many seconds its clock differs from this computer's; `ports` maps a port that is taken to the
    program that has it; `mark` is the identity and the name of the cluster that it carries.
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
    """Return what `LOOK` printed between the two times of this computer.

    Raises ValueError where it is not what the script prints.
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
