"""The clusters there are, and profiles in words: read from folders alone, no program is asked."""

from __future__ import annotations

import fcntl
import os
import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from kubetui import profilefile
from kubetui.cluster import Cluster, all_names, state_home
from kubetui.errors import ProfileError
from kubetui.plan import Machine, Plan, Role
from kubetui.profile import Profile

State = Literal["built", "working", "stopped", "unreadable"]

_TAIL: Final = 64 * 1024
"""Bytes at a log's end that are looked at: a step's first and last lines stand in it, or it is still running."""
_MARK: Final = re.compile(r"^\S+ \S+ (?P<step>[\w-]+): == (?P<words>.*)$", re.MULTILINE)
_GOOD: Final = ("done after", "unchanged after")


@dataclass(frozen=True, slots=True)
class ClusterOverview:
    """One cluster. `words` say its state, `when` is when something last happened to it, in seconds since the epoch."""

    name: str
    nodes: int
    version: str
    state: State
    words: str
    address: str
    when: float
    profile: Profile | None = None


def clusters() -> tuple[ClusterOverview, ...]:
    """Return every cluster, the one that something last happened to first."""
    found = [_overview(Cluster(name)) for name in all_names()]
    return tuple(sorted(found, key=lambda each: (-each.when, each.name)))


def _overview(cluster: Cluster) -> ClusterOverview:
    when = _when(cluster)
    try:
        profile = profilefile.load(cluster.profile)
        plan = Plan(profile)
        machines = plan.machines
    except (ProfileError, ValueError):
        return ClusterOverview(cluster.name, 0, "", "unreadable", "its profile cannot be read", "", when)
    state, words = _state(cluster, machines)
    address = str(plan.control_plane.address)
    version = f"v{profile.kubernetes.version}"
    return ClusterOverview(cluster.name, len(machines), version, state, words, address, when, profile)


def _state(cluster: Cluster, machines: tuple[Machine, ...]) -> tuple[State, str]:
    if _held(cluster.name):
        return "working", "a run works on it"
    stopped = [(machine.name, step) for machine in machines if (step := _unfinished(cluster.logs, machine.name))]
    if stopped:
        machine, step = stopped[0]
        others = f" and {len(stopped) - 1} more" if len(stopped) > 1 else ""
        return "stopped", f'stopped at "{step}" on {machine}{others}'
    if not cluster.kubeconfig.exists():
        return "stopped", "stopped before there was a cluster"
    return "built", "built"


def _unfinished(logs: Path, machine: str) -> str:
    """Return the step that a machine's log ends in without having ended well, or nothing."""
    open_steps: dict[str, bool] = {}
    for found in _MARK.finditer(_tail(logs / f"{machine}.log")):
        open_steps[found["step"]] = not found["words"].startswith(_GOOD)
    return next((step for step, is_open in open_steps.items() if is_open), "")


def _tail(path: Path) -> str:
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _TAIL))
            return file.read().decode("utf-8", errors="replace")
    except OSError:
        return ""


def _when(cluster: Cluster) -> float:
    times = [0.0]
    for path in (cluster.profile, cluster.kubeconfig, cluster.result, *cluster.logs.glob("*.log")):
        with suppress(OSError):
            times.append(path.stat().st_mtime)
    return max(times)


def _held(name: str) -> bool:
    """Tell whether a run has the cluster's lock; takes it for no longer than the question."""
    try:
        descriptor = os.open(state_home() / "locks" / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def nodes(count: int) -> str:
    """Return a number of nodes in words.

    >>> nodes(1), nodes(3)
    ('1 node', '3 nodes')
    """
    return f"{count} node" if count == 1 else f"{count} nodes"


def memory(mib: int) -> str:
    """Return an amount of memory as short as it is exact.

    >>> memory(2048), memory(1700)
    ('2 GiB', '1700 MiB')
    """
    return f"{mib // 1024} GiB" if mib % 1024 == 0 else f"{mib} MiB"


def in_words(profile: Profile) -> str:
    """Return what a profile makes, in two or three sentences."""
    plan = Plan(profile)
    machines = plan.machines
    first, last = machines[0].address, machines[-1].address
    span = f"{first}" if first == last else f"{first} to .{int(last) & 0xFF}"
    roles = Counter(machine.role for machine in machines)
    control, workers = roles[Role.CONTROL_PLANE], roles[Role.WORKER]
    who = f"{control} control plane{'s' if control > 1 else ''}"
    who += f" and {workers} worker{'s' if workers > 1 else ''}" if workers else " that runs the pods, too"
    total = sum(machine.memory for machine in machines)
    network = profile.network
    return (
        f"{who[0].upper()}{who[1:]} with {plan.provider.title}, box {plan.box}, {memory(total)} in all. "
        f"Addresses {span}, pods {network.pod_cidr}, services {network.service_cidr}. "
        f"Kubernetes {profile.kubernetes.version} on {profile.kubernetes.runtime}, pod network {network.pod_network}."
    )
