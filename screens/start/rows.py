"""The rows of clusters and profiles: pure functions of their values, a width and a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from textual.content import Content

from kubetui.base.text import counted
from kubetui.profile.files.library import Entry
from kubetui.profile.plan import Plan, Role
from kubetui.profile.schema.kinds import PROVIDERS, ProviderKind
from kubetui.profile.schema.profile import Profile
from kubetui.profile.words import is_rehearsal, memory
from kubetui.record.overview import ClusterOverview, ClusterState
from screens.start.begin import short
from screens.widgets.symbols import COLOURS, Mark, signs
from screens.wizard.draft import Draft

_MARKS: Final[Mapping[ClusterState, Mark]] = {
    "built": "done",
    "working": "running",
    "stopped": "attention",
    "unreadable": "failed",
}
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_ROOMY = 100
"""Columns from which the row of a cluster shows its address."""
_LONGEST: Final = 40
"""Columns of the longest name."""


def names_width(names: Collection[str], width: int) -> int:
    """Return the columns for names: what the longest needs, up to a third of the row."""
    return min(max(map(len, names), default=0), _LONGEST, max(12, width // 3))


def cluster_row(cluster: ClusterOverview, names: int, width: int, now: float) -> Content:
    """Return a cluster's row, `width` columns wide including its sign; `names` of them are for the name."""
    mark = _MARKS[cluster.state]
    rehearsal = is_rehearsal(cluster.profile)
    head = f" {_cut(cluster.name, names)} "
    tail = f" {ago(now - cluster.when):>8}"
    if width >= _ROOMY and not rehearsal:
        tail = f"{cluster.address:<16}{tail}"
    words = cluster.words if cluster.state != "built" else _built(cluster)
    label = "rehearsal: " if rehearsal else ""
    room = max(8, width - len(head) - len(tail) - 2 - len(label))
    return Content.assemble(
        (signs().of(mark), COLOURS[mark]),
        head,
        (label, "$warning"),
        (_cut(words, room), COLOURS[mark] if mark != "done" else ""),
        (tail, "dim"),
    )


def _built(cluster: ClusterOverview) -> str:
    provider = short(PROVIDERS[cluster.profile.provider]) if cluster.profile else ""
    parts = [cluster.words, counted(cluster.nodes, "node"), cluster.version.removeprefix("v")]
    return "  ".join((*parts, "" if is_rehearsal(cluster.profile) else provider))


def entry_row(entry: Entry, makers: Sequence[ProviderKind], names: int, width: int, *, edited: bool = False) -> Content:
    """Return a profile's row; one that this host cannot build says why."""
    if entry.profile is None:
        return _row(entry.name, "unreadable", entry.kind, names, width, style=COLOURS["failed"], sign=signs().failed)
    kind = f"edited {signs().dot} {entry.kind}" if edited else entry.kind
    if missing(entry.profile, makers):
        words = f"{_count(entry.profile)}  {short(PROVIDERS[entry.profile.provider])} is not on this host"
        return _row(entry.name, words, kind, names, width, style="dim")
    return _row(entry.name, _sizes(entry.profile), kind, names, width)


def draft_row(draft: Draft, names: int, width: int) -> Content:
    """Return the row of answers that were never saved."""
    profile = draft.look().profile
    return _row(profile.name, _sizes(profile), "not saved", names, width)


def missing(profile: Profile, makers: Sequence[ProviderKind]) -> bool:
    """Tell whether a profile needs a provider that is not among the makers."""
    kind = PROVIDERS[profile.provider]
    return kind.starts_from_box and kind not in makers


def order(entry: Entry, makers: Sequence[ProviderKind]) -> int:
    """Return a profile's place in the list: first what this host can build, then what needs no provider."""
    if entry.profile is None:
        return 3
    if missing(entry.profile, makers):
        return 2
    return 0 if PROVIDERS[entry.profile.provider].starts_from_box else 1


def _row(name: str, words: str, kind: str, names: int, width: int, *, style: str = "", sign: str = " ") -> Content:
    head = f" {_cut(name, names)} "
    room = max(8, width - len(head) - len(kind) - 3)
    return Content.assemble((sign, style), head, (_cut(words, room), style), (f" {kind}", "dim"))


def _count(profile: Profile) -> str:
    return f"{counted(len(Plan(profile).machines), 'node'):<8}"


def _sizes(profile: Profile) -> str:
    plan = Plan(profile)
    chosen = profile.machines
    controls = sum(machine.role is Role.CONTROL_PLANE for machine in plan.machines)
    parts = [_count(profile)]
    if plan.provider.makes_machines:
        parts += [f"{memory(chosen.memory):<8}", f"{chosen.cpus} CPU{' ' if chosen.cpus == 1 else 's'} "]
    parts += [f"{profile.network.pod_network:<9}", plan.provider.title]
    if controls > 1:
        parts.append(f" {controls} control planes")
    return " ".join(parts)


def _cut(text: str, room: int) -> str:
    return f"{text:<{room}}" if len(text) <= room else f"{text[: room - 3]}..."


def ago(seconds: float) -> str:
    """Return a time in the past, in words.

    >>> ago(30), ago(3700), ago(200000)
    ('just now', '1 h ago', '2 d ago')
    """
    if seconds < _MINUTE:
        return "just now"
    for size, unit in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "m")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit} ago"
    return ""
