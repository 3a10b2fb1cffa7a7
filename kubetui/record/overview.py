"""What a cluster's folder says about it, read without running any program or asking any machine."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from kubetui.base.errors import KubetuiError, ProfileError
from kubetui.cluster.folder import Cluster, Holder
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.record import journal, timings
from kubetui.record.journal import LastRun


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is on disk. `trouble` says what cannot be read; `plan` is None where that is the profile.

    `when` is the last change, in seconds since the epoch; `built_seconds` is how long the last run took, if it
    succeeded and was measured; `holder` is who works on the cluster now.
    """

    name: str
    when: float
    plan: Plan | None = None
    holder: Holder | None = None
    last: LastRun | None = None
    built_seconds: float | None = None
    trouble: str = ""


def recorded(cluster: Cluster) -> Recorded:
    """Read a cluster's folder; a damaged one becomes `trouble`."""
    when, holder = _when(cluster), cluster.holder()
    try:
        plan = Plan(profilefile.load_built(cluster))
        # a first address that is too high has no machines to count from
        _ = plan.machines
    except (ProfileError, ValueError):
        return Recorded(cluster.name, when, holder=holder, trouble="its profile cannot be read")
    try:
        last = journal.read(cluster.journal)
    except (KubetuiError, OSError):
        return Recorded(cluster.name, when, plan, holder, trouble="its journal cannot be read")
    times = timings.read(cluster)
    seconds = times.seconds if times is not None and times.ok else None
    return Recorded(cluster.name, when, plan, holder, last, seconds)


def _when(cluster: Cluster) -> float:
    times = [0.0]
    paths = [cluster.profile, cluster.kubeconfig, cluster.journal]
    with suppress(OSError):
        paths.extend(cluster.logs.glob("*.log"))
    for path in paths:
        with suppress(OSError):
            times.append(path.stat().st_mtime)
    return max(times)
