"""All clusters at a glance, read from their folders without running any program."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from kubetui.base.errors import KubetuiError, ProfileError
from kubetui.base.files import locks
from kubetui.cluster.folder import Cluster, all_names, state_home
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.record import journal

ClusterState = Literal["built", "working", "stopped", "unreadable"]


@dataclass(frozen=True, slots=True)
class ClusterOverview:
    """One cluster. `words` describe its state; `when` is its last change, in seconds since the epoch."""

    name: str
    nodes: int
    version: str
    state: ClusterState
    words: str
    address: str
    when: float
    profile: Profile | None = None


def clusters() -> tuple[ClusterOverview, ...]:
    """Return every cluster, the most recently changed first."""
    found = [_overview(Cluster(name)) for name in all_names()]
    return tuple(sorted(found, key=lambda each: (-each.when, each.name)))


def _overview(cluster: Cluster) -> ClusterOverview:
    when = _when(cluster)
    try:
        profile = profilefile.load_built(cluster)
        plan = Plan(profile)
        machines = plan.machines
    except (ProfileError, ValueError):
        return ClusterOverview(cluster.name, 0, "", "unreadable", "its profile cannot be read", "", when)
    state, words = _state(cluster)
    address = str(plan.control_plane.address)
    version = f"v{plan.version}"
    return ClusterOverview(cluster.name, len(machines), version, state, words, address, when, profile)


def _state(cluster: Cluster) -> tuple[ClusterState, str]:
    if held(cluster.name):
        return "working", "a run is working on it"
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


def held(name: str) -> bool:
    """Return whether a run holds the cluster's lock; readers take a short shared lock."""
    try:
        descriptor = os.open(state_home() / "locks" / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return not locks(descriptor, fcntl.LOCK_SH)
    except OSError:
        # a file system without locks gives no answer
        return True
    finally:
        os.close(descriptor)
