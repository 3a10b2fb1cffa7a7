"""Decides whether `up` accepts a changed profile, which machines it must destroy first, and which leave."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from kubetui.base.errors import ProfileError
from kubetui.base.text import LineSink, counted
from kubetui.cluster.folder import Cluster
from kubetui.engine.provider import MachineState
from kubetui.machines.make import make
from kubetui.machines.rehearsal.options import lasting
from kubetui.machines.vagrant.project import VagrantProject
from kubetui.machines.vagrant.settings import machines_document
from kubetui.operations.inplace import Change, differences, leaving, of_roster, only_grows, told
from kubetui.profile import roster
from kubetui.profile.files import file as profilefile
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.record import journal
from kubetui.remote.host_keys import HostKeys
from kubetui.steps.build import ALL

_EXCHANGED: Final = "A container runtime cannot be exchanged under the pods that it runs."
_REROUTED: Final = (
    "The pods of a cluster cannot go from one pod network to another while they run: each has links and rules of its "
    "own on every node."
)
_FIXED: Final = "kubeadm writes the API's address into certificates and kubeconfigs as it makes the cluster."
_AS_MADE: Final = (
    "Machines get their ports, folders and disks as kubetui makes them. In a running cluster, kubetui tunnel leads to "
    "a service."
)
_ACCESS: Final = re.compile(r"machines\.(ports|folders|((worker|by_name\.[^.]+)\.)?disks)")
_REASONS: Final = {
    "kubernetes.runtime": _EXCHANGED,
    "kubernetes.runtime_packages": _EXCHANGED,
    "network.pod_network": _REROUTED,
    "addons": "An add-on is not exchanged in place: remove it, and add it again as you want it.",
}
"""Why a change is refused, by the field's path, where the field does not say it."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A changed profile that `up` accepts: nothing is installed on any machine yet, or some machines leave.

    `touched` names the old plan's machines that the new plan defines differently or no longer has; `destroyed` names,
    in the old plan's order, those of them that exist and that kubetui created. On a cluster that was built, machines
    can only be `leaving`: the steps for that take them out while it goes on.
    """

    built: Profile
    wanted: Profile
    changes: tuple[Change, ...]
    touched: frozenset[str]
    destroyed: tuple[str, ...] = ()
    leaving: tuple[str, ...] = ()

    @property
    def losing(self) -> tuple[str, ...]:
        """The machines that somebody has to agree to lose."""
        return (*self.destroyed, *self.leaving)

    @property
    def reason(self) -> str:
        """The sentence that says what was changed, without secrets."""
        if not self.leaving:
            return f"The profile was changed: {told(self.changes)}. Nothing is installed yet."
        left = differences(roster.shrunk(self.built, self.leaving), self.wanted)
        others = [change for change in left if not of_roster(change)]
        more = f" It was changed, too: {told(others)}." if others else ""
        return f"The profile no longer has {', '.join(self.leaving)}.{more}"

    @property
    def fates(self) -> tuple[str, ...]:
        """One line for each machine that is lost: whether it is created again."""
        plan = Plan(self.wanted)
        staying = {machine.name for machine in plan.machines}
        fates = {True: "is destroyed and made anew", False: "is destroyed; the new profile does not have it"}
        ends = "destroyed" if plan.provider.makes_machines else "restored to what it was before"
        leaves = dict.fromkeys(self.leaving, f"leaves the cluster: it is drained, reset and {ends}")
        width = max(map(len, self.losing), default=0)
        return tuple(f"{name:<{width}}  {leaves.get(name) or fates[name in staying]}" for name in self.losing)

    @property
    def question(self) -> str:
        """The question whether to lose the machines."""
        if self.leaving:
            return f"Take {', '.join(self.leaving)} out of {self.wanted.name}?"
        return f"Destroy {counted(len(self.destroyed), 'machine')} ({', '.join(self.destroyed)})?"

    def refuse_unconfirmed(self, confirmed: Collection[str]) -> None:
        """Raise ProfileError if a machine would be lost without anyone's consent."""
        if surprising := [name for name in self.losing if name not in confirmed]:
            what = "leave the cluster" if self.leaving else "be destroyed"
            raise ProfileError(
                f"The profile of {self.wanted.name} was changed, and {', '.join(surprising)} would {what}.",
                fix="Run it again: in a terminal kubetui asks; --yes agrees beforehand.",
                id="CHANGE-UNCONFIRMED",
            )

    async def make_way(self, cluster: Cluster, log: LineSink) -> None:
        """Destroy the touched machines, if kubetui created them, and forget their host keys; safe to repeat."""
        plan = Plan(self.built)
        if plan.provider.makes_machines and self.touched:
            await make(plan, cluster.folder).destroy(log, self.touched)
        for name in sorted(self.touched):
            HostKeys(cluster.host_keys).forget(name)


def pending(cluster: Cluster, profile: Profile) -> tuple[Change, ...]:
    """Return all differences from the profile that a cluster was built from; none if `up` can apply them in place."""
    if not cluster.exists:
        return ()
    built = profilefile.load_built(cluster)
    wanted = roster.settled(built, lasting(profile))
    return () if only_grows(built, wanted) else differences(built, wanted)


def settled(cluster: Cluster, profile: Profile) -> Profile:
    """Return the profile in which machines that the cluster has already keep their addresses."""
    return roster.settled(profilefile.load_built(cluster), profile) if cluster.exists else profile


async def revision(cluster: Cluster, plan: Plan, log: LineSink | None = None) -> Revision | None:
    """Return what accepting a changed profile involves; None if nothing changed, or only what `up` applies in place.

    `plan` is the wanted plan, with the box that its machines would be created from.

    Changes nothing. With a `log`, which only the holder of the cluster's lock may pass, it first waits for processes
    that an earlier run left behind.

    Raises ProfileError PROFILE-CHANGED once anything was installed on a machine that exists.
    """
    profile = plan.profile
    changes = pending(cluster, profile)
    if not changes:
        return None
    built = profilefile.load_built(cluster)
    wanted = roster.settled(built, lasting(profile))
    states = await _states(cluster, Plan(built), log)
    existing = [name for name, state in states.items() if state is not MachineState.ABSENT]
    if _may_be_installed(cluster, existing):
        if names := leaving(built, wanted):
            return Revision(built, wanted, changes, frozenset(), leaving=names)
        moved = Plan(built).common_endpoint != Plan(wanted).common_endpoint
        known = {**_REASONS, "addons": _FIXED, "network.control_plane_endpoint": _FIXED} if moved else _REASONS
        found = (known.get(path) or (_AS_MADE if _ACCESS.fullmatch(path) else "") for path, _, _ in changes)
        reasons = "".join(f" {each}" for each in dict.fromkeys(found) if each)
        raise ProfileError(
            f"The cluster {profile.name} was built from another profile: {told(changes)}.{reasons}",
            fix="In place, machines can only be added and taken out, except the first control plane and the last "
            "worker, add-ons as well, and labels and taints changed. Change it back, or run: kubetui destroy "
            f"{profile.name}",
            id="PROFILE-CHANGED",
        )
    touched = different(definitions(Plan(built), _made(cluster)), definitions(replace(plan, profile=wanted)))
    gone = existing if Plan(built).provider.makes_machines else ()
    return Revision(built, wanted, changes, touched, tuple(name for name in gone if name in touched))


async def _states(cluster: Cluster, plan: Plan, log: LineSink | None) -> Mapping[str, MachineState]:
    """Ask the provider that built the cluster; machines that kubetui did not create are UNKNOWN without asking."""
    if plan.provider.makes_machines:
        return await make(plan, cluster.folder).states(log)
    return {machine.name: MachineState.UNKNOWN for machine in plan.machines}


def _may_be_installed(cluster: Cluster, existing: Collection[str]) -> bool:
    """Return whether a step that installs began on any of these machines; assume so if the journal is incomplete."""
    begun = journal.begun(cluster.journal)
    if begun is None:
        return bool(existing)
    # steps that this version does not know count as installing: another version of kubetui may have run them
    harmless = {step.name for step in ALL if not step.installs}
    return any(task.machine in existing and task.step not in harmless for task in begun)


def definitions(plan: Plan, made: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    """Return each machine's definition: all the values whose change means creating the machine again.

    `made` holds entries of machines.json, which say more than a profile: machines may come from a prepared box.
    """
    if not plan.provider.makes_machines:
        return {machine.name: _place(machine) for machine in plan.machines}
    # through JSON, as the entries on disk went, so that equal entries compare equal
    document = json.loads(json.dumps(machines_document(plan)))
    entries = {entry["name"]: entry for entry in document["machines"]} | dict(made or {})
    return {
        machine.name: {"provider": plan.provider.name, "role": machine.role.value, **entries[machine.name]}
        for machine in plan.machines
    }


def _made(cluster: Cluster) -> Mapping[str, Any]:
    return {entry["name"]: entry for entry in VagrantProject(cluster.folder).written().get("machines", [])}


def _place(machine: Machine) -> tuple[str, int | None, str | None]:
    """Return where SSH finds an existing machine; another place may mean another machine with another host key."""
    host = machine.host
    if host is None:
        raise ValueError(f"the profile does not list {machine.name} among its hosts")
    return host.ssh or host.address or str(machine.address), host.port, host.jump


def different(built: Mapping[str, Any], wanted: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the machines that cannot stay: now defined differently, or no longer defined."""
    return frozenset(name for name, definition in built.items() if wanted.get(name) != definition)
