"""The rows of clusters and profiles: pure functions of their values, a width and a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from textual.content import Content

from kubetui.base.text import ago, counted
from kubetui.operations.state import ClusterState, State
from kubetui.profile.files.library import Entry
from kubetui.profile.machine import Role, machine_names
from kubetui.profile.plan import Plan
from kubetui.profile.schema.kinds import PROVIDERS, ProviderKind
from kubetui.profile.schema.profile import Profile
from kubetui.profile.words import memory
from screens.cluster.status import MARKS
from screens.start.begin import short
from screens.widgets.symbols import COLOURS, signs
from screens.wizard.draft import Draft

_ROOMY = 100
"""Columns from which the row of a cluster shows its address."""
_LONGEST: Final = 40
"""Columns of the longest name."""


def names_width(names: Collection[str], width: int) -> int:
    """Return the columns for names: what the longest needs, up to a third of the row."""
    return min(max(map(len, names), default=0), _LONGEST, max(12, width // 3))


def cluster_row(cluster: ClusterState, names: int, width: int, now: float) -> Content:
    """Return a cluster's row, `width` columns wide including its sign; `names` of them are for the name."""
    mark = MARKS[cluster.state]
    head = f" {_cut(cluster.name, names)} "
    tail = f" {ago(now - cluster.when):>8}"
    if width >= _ROOMY and not cluster.rehearsal and cluster.plan is not None:
        tail = f"{cluster.plan.control_plane.address!s:<16}{tail}"
    words = _built(cluster) if cluster.state is State.READY or cluster.unasked else cluster.said
    label = f"{cluster.kind}, " if cluster.kind else ""
    room = max(8, width - len(head) - len(tail) - 2 - len(label))
    return Content.assemble(
        (signs().of(mark), COLOURS[mark]),
        head,
        (label, "$warning"),
        (_cut(words, room), COLOURS[mark] if mark != "done" else ""),
        (tail, "dim"),
    )


def _built(cluster: ClusterState) -> str:
    provider = short(cluster.plan.provider) if cluster.plan and not cluster.rehearsal else ""
    said = "asking" if cluster.unasked else cluster.said
    return "  ".join((said, counted(cluster.nodes, "node"), cluster.version, provider))


def entry_row(
    entry: Entry, makers: Sequence[ProviderKind], names: int, width: int, draft: Draft | None = None
) -> Content:
    """Return a profile's row; one that this host cannot build says why. `draft` are its unsaved edits."""
    if entry.profile is None:
        return _row(entry.name, "unreadable", entry.kind, names, width, style=COLOURS["failed"], sign=signs().failed)
    kind = f"edited {signs().dot} {entry.kind}" if draft else entry.kind
    if draft and draft.wrong:
        return _wrong(entry.name, draft, kind, names, width)
    if missing(entry.profile, makers):
        words = f"{_count(entry.profile)}  {short(PROVIDERS[entry.profile.provider])} is not on this host"
        return _row(entry.name, words, kind, names, width, style="dim")
    return _row(entry.name, _sizes(entry.profile), kind, names, width)


def draft_row(draft: Draft, names: int, width: int) -> Content:
    """Return the row of answers that were never saved."""
    profile = draft.look().profile
    if draft.wrong:
        return _wrong(profile.name, draft, "not saved", names, width)
    return _row(profile.name, _sizes(profile), "not saved", names, width)


def _wrong(name: str, draft: Draft, kind: str, names: int, width: int) -> Content:
    """Return the row of answers that cannot be built: its numbers would be those of other answers."""
    return _row(name, f"wrong: {draft.wrong[0]}", kind, names, width, style=COLOURS["failed"], sign=signs().failed)


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


def _roles(profile: Profile) -> list[Role]:
    """Return the role of each machine, also for answers that have no address to count from yet."""
    if profile.hosts:
        return [Role(host.role) for host in profile.hosts]
    return [role for _, role in machine_names(profile)]


def _count(profile: Profile) -> str:
    return f"{counted(len(_roles(profile)), 'node'):<8}"


def _sizes(profile: Profile) -> str:
    plan = Plan(profile)
    chosen = profile.machines
    controls = _roles(profile).count(Role.CONTROL_PLANE)
    parts = [_count(profile)]
    if plan.provider.makes_machines:
        parts.append(f"{memory(chosen.memory)}, {counted(chosen.cpus, 'CPU')} each".ljust(18))
    parts += [f"{profile.network.pod_network:<9}", _maker(plan)]
    if controls > 1:
        parts.append(f" {controls} control planes")
    return " ".join(parts)


def _maker(plan: Plan) -> str:
    return short(plan.provider) if plan.provider.starts_from_box else plan.provider.title


def _cut(text: str, room: int) -> str:
    return f"{text:<{room}}" if len(text) <= room else f"{text[: room - 3]}..."
