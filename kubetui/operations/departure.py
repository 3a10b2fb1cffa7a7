"""Machines on their way out of a cluster: who leaves, and who is not gone yet after a run was cut off."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from kubetui.base.files import write_private
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import GOOD, Outcome, TaskId
from kubetui.machines.rehearsal.options import lasting
from kubetui.profile import roster
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Leaving, Plan
from kubetui.profile.schema.profile import Profile
from kubetui.steps.cluster.leave.steps import DELETE_NODE


def pending(cluster: Cluster) -> tuple[str, ...]:
    """Return the machines that a run began to take out of a cluster, and that are not gone yet."""
    if not cluster.leaving.exists():
        return ()
    staying = _names(profilefile.load_built(cluster))
    return tuple(name for name in _names(profilefile.load(cluster.leaving)) if name not in staying)


def planned(cluster: Cluster, plan: Plan, names: Collection[str] = (), how: Leaving | None = None) -> Plan:
    """Return the plan with the machines that leave: these, and those of a run that was cut off.

    A machine that the plan has again does not leave. `how` is what a person said about it.
    """
    staying = _names(plan.profile)
    going = [name for name in dict.fromkeys((*names, *pending(cluster))) if name not in staying]
    whole = Plan(_with(cluster, plan, going)).machines if going else ()
    machines = tuple(replace(each, leaving=True) for each in whole if each.name in going)
    return replace(plan, leaving=replace(how or Leaving(), machines=machines))


def record(cluster: Cluster, plan: Plan, outcomes: Mapping[TaskId, Outcome]) -> None:
    """Write down which machines still have to leave; none once their nodes are deleted."""
    left = [each for each in plan.leaving.machines if outcomes.get(TaskId(DELETE_NODE.name, each.name)) not in GOOD]
    if left:
        profile = _with(cluster, plan, [each.name for each in left])
        write_private(cluster.leaving, profilefile.dump(lasting(profile)))
    else:
        cluster.leaving.unlink(missing_ok=True)


def _with(cluster: Cluster, plan: Plan, names: Collection[str]) -> Profile:
    """Return a plan's profile with machines that only an earlier one has."""
    earlier = profilefile.load(cluster.leaving) if cluster.leaving.exists() else profilefile.load_built(cluster)
    return roster.joined(plan.profile, earlier, names)


def _names(profile: Profile) -> tuple[str, ...]:
    return tuple(machine.name for machine in Plan(profile).machines)
