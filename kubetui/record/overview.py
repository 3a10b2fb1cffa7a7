"""The clusters there are, and profiles in words: read from folders alone, no program is asked."""

from __future__ import annotations

import fcntl
import os
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from kubetui.base.errors import KubetuiError, ProfileError
from kubetui.base.files import locks
from kubetui.cluster.folder import Cluster, all_names, state_home
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan, Role
from kubetui.profile.schema.profile import Profile
from kubetui.record import journal

State = Literal["built", "working", "stopped", "unreadable"]


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
    state, words = _state(cluster)
    address = str(plan.control_plane.address)
    version = f"v{profile.kubernetes.version}"
    return ClusterOverview(cluster.name, len(machines), version, state, words, address, when, profile)


def _state(cluster: Cluster) -> tuple[State, str]:
    if _held(cluster.name):
        return "working", "a run works on it"
    try:
        last = journal.read(cluster.journal)
    except (KubetuiError, OSError):
        return "unreadable", "its journal cannot be read"
    if last is None:
        return "stopped", "stopped before it began"
    at = (*last.failed, *last.in_flight)
    if at:
        machine, _, step = at[0].partition("/")
        others = f" and {len(at) - 1} more" if len(at) > 1 else ""
        return "stopped", f'stopped at "{step}" on {machine}{others}'
    return ("built", "built") if last.ok else ("stopped", "stopped before its end")


def _when(cluster: Cluster) -> float:
    times = [0.0]
    paths = [cluster.profile, cluster.kubeconfig, cluster.journal]
    with suppress(OSError):
        paths.extend(cluster.logs.glob("*.log"))
    for path in paths:
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
        return not locks(descriptor, fcntl.LOCK_SH)
    except OSError:
        # on a file system without locks nobody can tell
        return True
    finally:
        os.close(descriptor)


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
    if not plan.provider.makes_machines:
        others = f" and {len(machines) - 3} more" if len(machines) > 3 else ""  # noqa: PLR2004 - three fit a line
        span = ", ".join(str(machine.address) for machine in machines[:3]) + others
    total = sum(machine.memory for machine in machines)
    network = profile.network
    made = f", box {plan.box}, {memory(total)} in all" if plan.provider.makes_machines else ""
    return (
        f"{who(plan)} with {plan.provider.title}{made}. "
        f"Addresses {span}, pods {network.pod_cidr}, services {network.service_cidr}. "
        f"Kubernetes {profile.kubernetes.version} on {profile.kubernetes.runtime}, pod network {network.pod_network}."
    )


def who(plan: Plan) -> str:
    """Return how many machines of which role there are, as a sentence begins."""
    roles = Counter(machine.role for machine in plan.machines)
    control, workers = roles[Role.CONTROL_PLANE], roles[Role.WORKER]
    runs = "that runs" if control == 1 else "that run"
    rest = f"and {workers} worker{'s' if workers > 1 else ''}" if workers else f"{runs} the pods, too"
    return f"{control} control plane{'s' if control > 1 else ''} {rest}"
