"""A cluster goes to another version of Kubernetes, machine by machine; what was cut off goes on where it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kubetui.base.errors import UsageError
from kubetui.base.files import room, write_private
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import Operation, RunFinished, Sink
from kubetui.engine.stop import Stop
from kubetui.machines.hosts.access import Access
from kubetui.operations.connect import refuse_rehearsal
from kubetui.operations.maintain.losses import of_nodes
from kubetui.operations.maintain.run import execute, plan_of
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Leaving, Plan
from kubetui.profile.schema.profile import Profile
from kubetui.profile.versions import next_version, upgraded
from kubetui.steps.build import UPGRADE


def target(cluster: Cluster, version: str | None = None) -> Profile:
    """Return the profile of the cluster once it has a version; without one, the next minor version is meant.

    An upgrade that was cut off goes on, and to the same version.

    Raises UsageError where the cluster cannot go there or is a rehearsal, ProfileError for what is no version.
    """
    built = profilefile.load_built(cluster)
    refuse_rehearsal(Plan(built), "and no upgrade was recorded", "Upgrade a cluster of real machines.")
    if version is not None:
        # only what is a version can be compared
        version = _checked(upgraded(built, version)).kubernetes.version
    if not cluster.upgrade.exists():
        return _checked(upgraded(built, next_version(built.kubernetes.version, version, cluster.name)))
    pending = profilefile.load(cluster.upgrade)
    if version not in {None, pending.kubernetes.version}:
        raise UsageError(
            f"The upgrade of {cluster.name} to Kubernetes {pending.kubernetes.version} is not finished.",
            fix=f"Go on with: kubetui upgrade {cluster.name}",
            id="UPGRADE-PENDING",
        )
    return pending


def _checked(profile: Profile) -> Profile:
    return profilefile.parse(profilefile.dump(profile), profile.name)


def told(plan: Plan, at_once: int = 1) -> Iterator[str]:
    """Yield what an upgrade does, in its order; `plan` is that of the target."""
    others = [machine.name for machine in plan.other_control_planes]
    workers = [machine.name for machine in plan.workers]
    first = plan.control_plane.name
    yield f"{first}: etcd is saved, then kubeadm upgrade apply"
    if others:
        yield f"{', '.join(others)}: kubeadm upgrade node, one after the other"
    turns = ", one after the other" if others else ""
    yield f"{', '.join((first, *others))}: drained, a new kubelet, and pods again{turns}"
    if workers:
        pace = "one after the other" if at_once == 1 else f"{at_once} at a time"
        yield f"{', '.join(workers)}: the same, {pace}"


async def losses(cluster: Cluster, access: Access | None = None) -> tuple[str, ...]:
    """Say what is lost, or in the way, when the pods of each machine go elsewhere.

    Of an upgrade that goes on it was said before, and its machines may be off: then there is nothing to say. Raises
    RunError when the first control plane or its API server does not answer.
    """
    if cluster.upgrade.exists():
        return ()
    plan = plan_of(cluster)
    return await of_nodes(cluster, plan, [machine.name for machine in plan.machines], access)


async def upgrade(
    cluster: Cluster,
    wanted: Profile,
    sink: Sink,
    stop: Stop,
    access: Access | None = None,
    *,
    at_once: int = 1,
    leaving: Leaving | None = None,
) -> RunFinished:
    """Bring a cluster to the version of the profile `wanted`, which `target` has returned.

    Machines that are off are started. `at_once` workers are drained at a time, and `leaving` says how.

    Raises as `carry_out` and `target` do.
    """
    with stop.cancels_this(), room(cluster.folder), cluster.lock(Operation.UPGRADE.value):
        # another run may have changed the cluster since the person was asked
        wanted = target(cluster, wanted.kubernetes.version)
        plan = replace(plan_of(cluster, logins=True), profile=wanted, at_once=at_once, leaving=leaving or Leaving())
        finished = await execute(cluster, plan, UPGRADE, Operation.UPGRADE, sink, stop=stop, access=access)
        if finished.ok:
            write_private(cluster.profile, profilefile.dump(wanted))
            cluster.upgrade.unlink(missing_ok=True)
        return finished
