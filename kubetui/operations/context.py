"""A cluster's context in the person's own kubeconfig: merged on request, taken away with the cluster."""

from __future__ import annotations

import json
from pathlib import Path

from kubetui.base.errors import KubetuiError, UsageError
from kubetui.base.files import write_private
from kubetui.base.text import LineSink
from kubetui.cluster import kubeconfig
from kubetui.cluster.folder import Cluster
from kubetui.cluster.kubeconfig import Merged
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan


def merge(cluster: Cluster, into: Path | None = None) -> Merged:
    """Merge a cluster's kubeconfig into `into` or, without it, into the file that kubectl would write.

    Raises UsageError for a rehearsal, for a cluster without a kubeconfig, and as `kubeconfig.merge` does.
    """
    name = cluster.name
    if Plan(profilefile.load_built(cluster)).provider.rehearsal:
        raise UsageError(
            f"{name} is a rehearsal: its API server answers only while kubetui runs, so the context would be dead.",
            fix=f"Build a real cluster and merge that. To look at this one meanwhile: kubetui status {name}",
            id="REHEARSAL",
        )
    if not cluster.kubeconfig.exists():
        raise UsageError(
            f"{name} has no kubeconfig yet: its control plane has never been ready.",
            fix=f"Resume with: kubetui start {name}",
            id="KUBECONFIG",
        )
    path = (into or kubeconfig.target(cluster.kubeconfig, name)).absolute()
    if path.resolve() == cluster.kubeconfig.resolve():
        raise UsageError(f"{path} is the cluster's own kubeconfig.", fix="Choose another file with --into.")
    # before the merge: a kill in between must not leave entries that nobody remembers
    known = cluster.merged_into()
    if str(path) not in known:
        write_private(cluster.merged, json.dumps([*known, str(path)]) + "\n")
    return kubeconfig.merge(cluster.kubeconfig, name, path)


def withdraw(cluster: Cluster, log: LineSink) -> None:
    """Take a cluster's entries out of every file that has them; tell which, and why one keeps them."""
    gone = False
    for path in places(cluster):
        try:
            if kubeconfig.unmerge(cluster.kubeconfig, cluster.name, path):
                log(f"{path} no longer has the context {cluster.name}")
                gone = True
        except (KubetuiError, OSError) as error:
            # a file that cannot be written must not keep a cluster from going
            log(f"{path} may keep the context {cluster.name}: {' '.join(str(error).split())}")
    for path in kubeconfig.files() if gone else ():
        try:
            if kubeconfig.forget(cluster.name, path):
                log(f"{path} no longer has the current context {cluster.name}")
        except (KubetuiError, OSError) as error:
            log(f"{path} may keep the current context {cluster.name}: {' '.join(str(error).split())}")


def places(cluster: Cluster) -> tuple[Path, ...]:
    """Return the files that may have a cluster's context: those that it was merged into, and kubectl's own."""
    return tuple(dict.fromkeys((*map(Path, cluster.merged_into()), *kubeconfig.files())))


def holding(cluster: Cluster) -> tuple[Path, ...]:
    """Return the files that have a cluster's context now; a file that cannot be read counts if it was merged into."""
    return tuple(path for path in places(cluster) if _holds(cluster, path))


def _holds(cluster: Cluster, path: Path) -> bool:
    try:
        return kubeconfig.has(cluster.kubeconfig, cluster.name, path)
    except (KubetuiError, OSError):
        return str(path) in cluster.merged_into()
