"""The rows of the start screen: pure functions of their values, a width and a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from textual.content import Content

from kubetui.base.text import ago, counted
from kubetui.operations.state import ClusterState, State
from kubetui.profile.files.library import Entry
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.profile.words import memory
from screens.widgets.symbols import COLOURS, Mark, signs
from screens.wizard.draft import Draft

MARKS: Final[Mapping[State, Mark]] = {
    State.BUILDING: "running",
    State.DESTROYING: "running",
    State.STOPPED: "attention",
    State.FAILED: "failed",
    State.DEGRADED: "attention",
    State.READY: "done",
    State.OFF: "waiting",
    State.UNREACHABLE: "attention",
    State.UNKNOWN: "waiting",
}
_ROOMY = 100
"""Columns from which the row of a cluster shows its address."""


def heading(words: str) -> Content:
    """Return a heading."""
    return Content.styled(words, "bold")


def cluster_row(cluster: ClusterState, width: int, now: float) -> Content:
    """Return a cluster's row, `width` columns wide including its sign."""
    mark = MARKS[cluster.state]
    count = counted(cluster.nodes, "node") if cluster.nodes else ""
    version = f"v{cluster.version}" if cluster.version else ""
    head = f" {_cut(cluster.name, 13)} {count:<8} {version:<8} "
    tail = f" {ago(now - cluster.when):>8}"
    if width >= _ROOMY and cluster.plan is not None:
        tail = f"{cluster.plan.control_plane.address!s:<16}{tail}"
    room = max(8, width - len(head) - len(tail) - 2)
    return Content.assemble(
        (signs().of(mark), COLOURS[mark]),
        head,
        (_cut(cluster.words, room), COLOURS[mark] if mark != "done" else ""),
        (tail, "dim"),
    )


def entry_row(entry: Entry, width: int, *, edited: bool = False) -> Content:
    """Return a profile's row."""
    if entry.profile is None:
        return _row(entry.name, "unreadable", entry.kind, width, style=COLOURS["failed"], sign=signs().failed)
    kind = f"edited {signs().dot} {entry.kind}" if edited else entry.kind
    return _row(entry.name, _sizes(entry.profile), kind, width)


def draft_row(draft: Draft, width: int) -> Content:
    """Return the row of answers that were never saved."""
    profile = draft.look().profile
    return _row(profile.name, _sizes(profile), "not saved", width)


def _row(name: str, words: str, kind: str, width: int, *, style: str = "", sign: str = " ") -> Content:
    head = f" {_cut(name, 13)} "
    room = max(8, width - len(head) - len(kind) - 3)
    return Content.assemble((sign, style), head, (_cut(words, room), style), (f" {kind}", "dim"))


def _sizes(profile: Profile) -> str:
    plan = Plan(profile)
    chosen = profile.machines
    controls, count = chosen.control_planes, chosen.control_planes + chosen.workers
    if profile.hosts:
        controls, count = sum(host.role == "control plane" for host in profile.hosts), len(profile.hosts)
    parts = [f"{counted(count, 'node'):<8}"]
    if plan.provider.makes_machines:
        parts += [f"{memory(chosen.memory):<8}", f"{chosen.cpus} CPU{' ' if chosen.cpus == 1 else 's'} "]
    parts += [f"{profile.network.pod_network:<9}", plan.provider.title]
    if controls > 1:
        parts.append(f" {controls} control planes")
    return " ".join(parts)


def _cut(text: str, room: int) -> str:
    return f"{text:<{room}}" if len(text) <= room else f"{text[: room - 3]}..."
