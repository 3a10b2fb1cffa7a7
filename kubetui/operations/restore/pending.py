"""What a restore that is under way asks of every run on its cluster."""

from __future__ import annotations

from kubetui.base.errors import ProfileError
from kubetui.base.text import LineSink
from kubetui.cluster import restoring
from kubetui.cluster.folder import Cluster
from kubetui.cluster.restoring import Pending
from kubetui.machines.hosts.access import Access
from kubetui.machines.make import make
from kubetui.machines.rehearsal.options import lasting
from kubetui.profile import roster
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile


def pending(cluster: Cluster, profile: Profile) -> Pending | None:
    """Return the cluster's restore that is under way. Raises ProfileError where `profile` is not the one it builds."""
    found = restoring.pending(cluster)
    if found is None:
        return None
    wanted = profilefile.parse(found.profile, str(cluster.restoring))
    if roster.settled(wanted, lasting(profile)) != wanted:
        name = cluster.name
        raise ProfileError(
            f"{name} is being restored from a backup, with the profile that is in it.",
            fix=f"To go on: kubetui start {name}, or restore the file again. To give it up: kubetui destroy {name}",
            id="RESTORE-PENDING",
        )
    return found


async def make_way(cluster: Cluster, found: Pending, plan: Plan, log: LineSink, access: Access | None) -> None:
    """Destroy the machines that are older than a restore, and forget what was known of them; safe to repeat.

    The new machines have another identity, which tells them from the old ones.
    """
    if cluster.identity() == found.identity:
        return
    await make(plan, cluster.folder, access).destroy(log)
    for path in (cluster.host_keys, cluster.kubeconfig, cluster.leaving):
        path.unlink(missing_ok=True)
    cluster.identify(found.identity)
