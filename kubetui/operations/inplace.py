"""The differences between two profiles, and which of them a living cluster takes in place."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from kubetui.base.redaction import redacted
from kubetui.profile import roster
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile

Change = tuple[str, Any, Any]
"""A field's path, its old and its new value."""

_OF_NODES: Final = re.compile(r"machines\.(control_plane|worker|by_name\.[^.]+)\.(labels|taints)(\.|$)")
"""Fields that the step for labels and taints applies to a living cluster."""
_OF_ONE_MACHINE: Final = re.compile(r"machines\.by_name\.([^.]+)(\.|$)")
_ADDRESS: Final = re.compile(r"machines\.by_name\.[^.]+\.address")

_ROSTER: Final = frozenset({"hosts", "machines.control_planes", "machines.workers", "machines.without"})
"""Fields that say which machines there are."""


def differences(built: Profile, wanted: Profile) -> tuple[Change, ...]:
    """Return every difference between two profiles, sorted by the field's path."""

    def flat(value: Any, path: str) -> Mapping[str, Any]:
        if isinstance(value, dict) and value:
            return {key: part for name, each in value.items() for key, part in flat(each, f"{path}.{name}").items()}
        return {path.removeprefix("."): value}

    old, new = (flat(each.model_dump(mode="json", by_alias=True), "") for each in (built, wanted))
    paths = sorted(old.keys() | new.keys())
    return tuple((path, old.get(path), new.get(path)) for path in paths if old.get(path) != new.get(path))


def told(changes: Sequence[Change]) -> str:
    """Describe the changes in words, without secrets."""

    def shown(value: Any, path: str) -> Any:
        return "not set" if value is None else redacted(value, path)

    return "; ".join(f"{path} was {shown(was, path)} and is {shown(now, path)}" for path, was, now in changes)


def only_grows(built: Profile, wanted: Profile) -> bool:
    """Return whether `up` applies every difference in place, and no machine leaves or moves."""
    before, after = Plan(built), Plan(wanted)
    if before.common_endpoint != after.common_endpoint:
        return False
    places = {machine.name: machine.address for machine in after.machines}
    if before.provider.makes_machines and any(places.get(each.name) != each.address for each in before.machines):
        return False
    existing = frozenset(machine.name for machine in before.machines)
    return all(_harmless(change, existing) for change in differences(built, wanted))


def of_roster(change: Change) -> bool:
    """Return whether a change only says which machines there are, and where."""
    path, was, now = change
    empty = path.startswith("machines.by_name") and not (was or now)
    return empty or path in _ROSTER or bool(_ADDRESS.fullmatch(path))


def leaving(built: Profile, wanted: Profile) -> tuple[str, ...]:
    """Return the machines that leave if that, and what `up` applies in place, is all the difference; else none."""
    staying = {machine.name for machine in Plan(wanted).machines}
    names = tuple(machine.name for machine in Plan(built).machines if machine.name not in staying)
    if roster.needed(built, wanted):
        return ()
    return names if only_grows(roster.shrunk(built, names), wanted) else ()


def _more_hosts(was: list[dict[str, Any]], now: list[dict[str, Any]]) -> bool:
    """Return whether hosts were only added or are reached differently, and each keeps its role and node address."""

    def parts(hosts: list[dict[str, Any]]) -> dict[str, tuple[str, str]]:
        return {host["name"]: (host["role"], host["node_address"] or host["address"]) for host in hosts}

    def first(hosts: list[dict[str, Any]]) -> str:
        return next((host["name"] for host in hosts if host["role"] == "control plane"), "")

    return parts(was).items() <= parts(now).items() and first(was) == first(now)


def _none_exchanged(was: list[Any], now: list[Any]) -> bool:
    """Return whether add-ons only came or went, and none is in both lists in another way."""

    def named(entries: list[Any]) -> dict[str, Any]:
        return {each if isinstance(each, str) else each["name"]: each for each in entries}

    before, after = named(was), named(now)
    return all(after.get(name, each) == each for name, each in before.items())


def _harmless(change: Change, existing: Collection[str]) -> bool:
    """Return whether `up` applies a change in place; `existing` names the machines that the cluster has."""
    path, was, now = change
    if path == "hosts":
        return _more_hosts(was or [], now or [])
    if path == "addons":
        return _none_exchanged(was, now)
    single = _OF_ONE_MACHINE.match(path)
    if single and (single[1] not in existing or _ADDRESS.fullmatch(path)):
        return True
    if _OF_NODES.match(path) or (path == "machines.by_name" and not (was or now)):
        return True
    if path in {"machines.prepared_box", "machines.without", "mirrors.ca"}:
        return True
    return path in {"machines.workers", "machines.control_planes"} and now > was > 0
