"""Decides whether `up` accepts a changed profile, and which machines it must destroy first."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from kubetui.base.errors import ProfileError
from kubetui.base.redaction import redacted
from kubetui.base.text import LineSink, counted
from kubetui.cluster.folder import Cluster
from kubetui.engine.provider import MachineState
from kubetui.machines.make import make
from kubetui.machines.rehearsal.options import lasting
from kubetui.machines.vagrant.project import VagrantProject
from kubetui.machines.vagrant.settings import machines_document
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Machine, Plan, machine_names
from kubetui.profile.schema.profile import Profile
from kubetui.record import journal
from kubetui.remote.host_keys import HostKeys
from kubetui.steps.build import STEPS

_OF_NODES: Final = re.compile(r"machines\.(control_plane|worker|by_name\.[^.]+)\.(labels|taints)(\.|$)")
"""Fields that the step for labels and taints applies to a living cluster."""
_OF_ONE_MACHINE: Final = re.compile(r"machines\.by_name\.([^.]+)(\.|$)")

Change = tuple[str, Any, Any]
"""A field's path, its old and its new value."""
_REASONS: Final = {
    "kubernetes.runtime_packages": "A container runtime cannot be exchanged under the pods that it runs.",
}
"""Why a change is refused, by the field's path, where the field does not say it."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A changed profile that `up` accepts because nothing is installed on any machine yet.

    `touched` names the old plan's machines that the new plan defines differently or no longer has; `destroyed` names,
    in the old plan's order, those of them that exist and that kubetui created.
    """

    built: Profile
    wanted: Profile
    changes: tuple[Change, ...]
    touched: frozenset[str]
    destroyed: tuple[str, ...]

    @property
    def reason(self) -> str:
        """The sentence that says what was changed, without secrets."""
        return f"The profile was changed: {told(self.changes)}. Nothing is installed yet."

    @property
    def fates(self) -> tuple[str, ...]:
        """One line for each machine that is destroyed: whether it is created again."""
        staying = {machine.name for machine in Plan(self.wanted).machines}
        fates = {True: "is destroyed and made anew", False: "is destroyed; the new profile does not have it"}
        width = max(map(len, self.destroyed), default=0)
        return tuple(f"{name:<{width}}  {fates[name in staying]}" for name in self.destroyed)

    @property
    def question(self) -> str:
        """The question whether to destroy the machines."""
        return f"Destroy {counted(len(self.destroyed), 'machine')} ({', '.join(self.destroyed)})?"

    def refuse_unconfirmed(self, confirmed: Collection[str]) -> None:
        """Raise ProfileError if a machine would be destroyed without anyone's consent."""
        if surprising := [name for name in self.destroyed if name not in confirmed]:
            raise ProfileError(
                f"The profile of {self.wanted.name} was changed, and {', '.join(surprising)} would be destroyed.",
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
    changes = differences(built, lasting(profile))
    existing = frozenset(name for name, _ in machine_names(built))
    return () if all(_harmless(change, existing) for change in changes) else changes


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
    built, wanted = profilefile.load_built(cluster), lasting(profile)
    states = await _states(cluster, Plan(built), log)
    existing = [name for name, state in states.items() if state is not MachineState.ABSENT]
    if _may_be_installed(cluster, existing):
        reasons = "".join(f" {_REASONS[path]}" for path, _, _ in changes if path in _REASONS)
        raise ProfileError(
            f"The cluster {profile.name} was built from another profile: {told(changes)}.{reasons}",
            fix="In place, only more workers can be added, and labels and taints changed. Change it back, or run: "
            f"kubetui destroy {profile.name}",
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
    harmless = {step.name for step in STEPS if not step.installs}
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


def told(changes: Sequence[Change]) -> str:
    """Describe the changes in words, without secrets."""

    def shown(value: Any, path: str) -> Any:
        return "not set" if value is None else redacted(value, path)

    return "; ".join(f"{path} was {shown(was, path)} and is {shown(now, path)}" for path, was, now in changes)


def differences(built: Profile, wanted: Profile) -> tuple[Change, ...]:
    """Return every difference between two profiles, sorted by the field's path."""

    def flat(value: Any, path: str) -> Mapping[str, Any]:
        if isinstance(value, dict) and value:
            return {key: part for name, each in value.items() for key, part in flat(each, f"{path}.{name}").items()}
        return {path.removeprefix("."): value}

    old, new = (flat(each.model_dump(mode="json", by_alias=True), "") for each in (built, wanted))
    paths = sorted(old.keys() | new.keys())
    return tuple((path, old.get(path), new.get(path)) for path in paths if old.get(path) != new.get(path))


def _more_hosts(was: list[dict[str, Any]], now: list[dict[str, Any]]) -> bool:
    """Return whether hosts were only added or are reached differently, and each keeps its role and node address."""

    def parts(hosts: list[dict[str, Any]]) -> dict[str, tuple[str, str]]:
        return {host["name"]: (host["role"], host["node_address"] or host["address"]) for host in hosts}

    def first(hosts: list[dict[str, Any]]) -> str:
        return next((host["name"] for host in hosts if host["role"] == "control plane"), "")

    return parts(was).items() <= parts(now).items() and first(was) == first(now)


def _harmless(change: Change, existing: Collection[str]) -> bool:
    """Return whether `up` applies a change in place; `existing` names the machines that the cluster has."""
    path, was, now = change
    if path == "hosts":
        return _more_hosts(was or [], now or [])
    single = _OF_ONE_MACHINE.match(path)
    if single and single[1] not in existing:
        return True
    if _OF_NODES.match(path) or (path == "machines.by_name" and not (was or now)):
        return True
    return path == "machines.prepared_box" or (path == "machines.workers" and now > was > 0)
