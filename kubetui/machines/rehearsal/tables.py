"""kubectl's tables for a plan: columns and words from the recording, rows from the plan's machines."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kubetui.base.text import aligned
from kubetui.machines.rehearsal.recording.recording import Answer
from kubetui.machines.rehearsal.recording.words import Words
from kubetui.profile.machine import Machine, Role
from kubetui.profile.plan import Plan

_SUFFIX: Final = 5
"""Characters that a daemon set appends to a pod's name."""
_LETTERS: Final = "bcdfghjklmnpqrstvwxz2456789"


@dataclass(frozen=True, slots=True)
class Member:
    """A machine that has joined the cluster, how many seconds ago, and whether it still answers."""

    machine: Machine
    seconds: float
    ready: bool = True


@dataclass(frozen=True)
class Tables:
    """Makes tables of the cluster's current members."""

    plan: Plan
    members: tuple[Member, ...]

    def nodes(self, recorded: Answer) -> str:
        """Return `kubectl get nodes -o wide`."""
        head, *rows = _cells(recorded)
        made = []
        for member in sorted(self.members, key=lambda each: each.machine.name):
            mark = "«self»" if member.machine.role is Role.CONTROL_PLANE else "«worker1»"
            row = next(row for row in rows if row[0] == mark)
            cells = self._row(head, row, mark, member)
            if not member.ready:
                cells[head.index("STATUS")] = "NotReady"
            made.append(cells)
        return _aligned([head, *made])

    def pods(self, recorded: Answer) -> str:
        """Return `kubectl get pods --all-namespaces -o wide`."""
        head, *rows = _cells(recorded)
        made = sorted(self._pods(head, rows))
        return _aligned([head, *made])

    def containers(self, recorded: Answer, node: str) -> str:
        """Return the containers on a node, separated by tabs."""
        head, *rows = _cells(recorded)
        member = next((each for each in self.members if each.machine.name == node), None)
        made = [] if member is None else [self._row(head, row, "«self»", member) for row in rows]
        return "".join("\t".join(row) + "\n" for row in (head, *made))

    def _pods(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[list[str]]:
        """Yield a row per pod: pods of every node once per member, the others on one member."""
        for row in rows:
            mark = row[head.index("NODE")]
            if mark not in {"«self»", "«worker1»"}:
                continue
            workers = mark == "«worker1»"
            members = [each for each in self.members if (each.machine.role is Role.WORKER) is workers]
            for member in members if _everywhere(row[1], mark) else members[:1]:
                yield self._row(head, row, mark, member)

    def _row(self, head: Sequence[str], row: Sequence[str], mark: str, member: Member) -> list[str]:
        """Return a recorded row with the recorded machine replaced by a member."""
        machine = member.machine
        words = Words(self.plan, machine, self.plan.version)
        name = mark.strip("«»")
        made = []
        for title, cell in zip(head, row, strict=True):
            text = cell.replace(mark, machine.name).replace(f"«{name}-address»", str(machine.address))
            if title in {"NAME", "POD"} and _everywhere(cell, mark) and mark not in cell:
                text = text[:-_SUFFIX] + _suffix(text, machine.name)
            if title == "AGE":
                text = age(member.seconds)
            if title == "RESTARTS":
                # drop how long ago: that was measured in the recorded cluster
                text = text.split(" ")[0]
            made.append(words.put_in(text) or cell)
        return made


def age(seconds: float) -> str:
    """Return a duration as kubectl prints it.

    >>> age(100), age(200), age(3600 * 5)
    ('100s', '3m20s', '5h0m')
    """
    whole = int(seconds)
    if whole < 2 * 60:
        return f"{whole}s"
    if whole < 10 * 60:
        return f"{whole // 60}m{whole % 60}s"
    if whole < 3 * 3600:
        return f"{whole // 60}m"
    return f"{whole // 3600}h{whole % 3600 // 60}m" if whole < 8 * 3600 else f"{whole // 3600}h"


def _everywhere(name: str, mark: str) -> bool:
    """Return whether every node has this pod: a static pod, or a daemon set's."""
    return name.endswith(mark) or name.startswith(("kube-flannel-", "kube-proxy-"))


def _suffix(pod: str, machine: str) -> str:
    number = int.from_bytes(hashlib.sha256(f"{pod} {machine}".encode()).digest()[:8])
    return "".join(_LETTERS[number // len(_LETTERS) ** place % len(_LETTERS)] for place in range(_SUFFIX))


def _cells(recorded: Answer) -> list[list[str]]:
    # marks change the widths of cells, so split at the spaces that kubectl puts between columns
    return [re.split(r" {2,}", line.strip()) for _, line in recorded.lines if line.strip()]


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    return "".join(f"{line}\n" for line in aligned(rows, gap=3))
