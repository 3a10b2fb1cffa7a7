"""What was begun with a cluster and has to be finished before anything else."""

from __future__ import annotations

from kubetui.base.errors import UsageError
from kubetui.cluster.folder import Cluster
from kubetui.profile.files import file as profilefile


def refuse_halfway(cluster: Cluster) -> None:
    """Raise UsageError while an upgrade is not finished: some machines have the new version, and others do not."""
    if cluster.exists and cluster.upgrade.exists():
        version = profilefile.load(cluster.upgrade).kubernetes.version
        raise UsageError(
            f"The upgrade of {cluster.name} to Kubernetes {version} is not finished.",
            fix=f"Finish it first: kubetui upgrade {cluster.name}",
            id="UPGRADE-PENDING",
        )
