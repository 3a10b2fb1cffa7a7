"""kubectl's tables for the plan at hand, made from the recorded ones: its columns, its words, this plan's rows."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kubetui.machines.rehearsal.machine import version
from kubetui.machines.rehearsal.recording.recording import Answer
from kubetui.machines.rehearsal.recording.words import Words
from kubetui.profile.plan import Machine, Plan, Role

_DAEMON: Final = re.compile(r"(.*-)[a-z0-9]{5}")
_LETTERS: Final = "bcdfghjklmnpqrstvwxz2456789"


@dataclass(frozen=True, slots=True)
class Member:
    """A machine that is in the cluster, and for how many seconds."""

    machine: Machine
    seconds: float


@dataclass(frozen=True)
class Tables:
    """Makes tables for the members that the cluster has now."""

    plan: Plan
    members: tuple[Member, ...]

    def nodes(self, recorded: Answer) -> str:
        """Return `kubectl get nodes -o wide`."""
        head, *rows = _cells(recorded)
        made = []
        for member in sorted(self.members, key=lambda each: each.machine.name):
            mark = "«self»" if member.machine.role is Role.CONTROL_PLANE else "«worker1»"
            row = next(row for row in rows if row[0] == mark)
            made.append(self._row(head, row, mark, member))
        return _aligned([head, *made])

    def pods(self, recorded: Answer) -> str:
        """Return `kubectl get pods --all-namespaces -o wide`."""
        head, *rows = _cells(recorded)
        made = sorted(self._pods(head, rows))
        return _aligned([head, *made])

    def containers(self, recorded: Answer, node: str) -> str:
        """Return the containers on a node, between tabs."""
        head, *rows = _cells(recorded)
        member = next((each for each in self.members if each.machine.name == node), None)
        made = [] if member is None else [self._row(head, row, "«self»", member) for row in rows]
        return "".join("\t".join(row) + "\n" for row in (head, *made))

    def _pods(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[list[str]]:
        """Yield a row for each pod: what runs on every node once a member, the rest where it was."""
        for row in rows:
            mark = row[head.index("NODE")]
            if mark not in {"«self»", "«worker1»"}:
                continue
            workers = mark == "«worker1»"
            members = [each for each in self.members if (each.machine.role is Role.WORKER) is workers]
            for member in members if _everywhere(row[1], mark) else members[:1]:
                yield self._row(head, row, mark, member)

    def _row(self, head: Sequence[str], row: Sequence[str], mark: str, member: Member) -> list[str]:
        """Return a recorded row with a member in the place of the machine that was recorded."""
        machine = member.machine
        words = Words(self.plan, machine, version(self.plan))
        name = mark.strip("«»")
        made = []
        for title, cell in zip(head, row, strict=True):
            text = cell.replace(mark, machine.name).replace(f"«{name}-address»", str(machine.address))
            if title in {"NAME", "POD"} and _everywhere(cell, mark) and mark not in cell:
                text = _DAEMON.fullmatch(text)[1] + _suffix(text, machine.name)  # type: ignore[index]
            if title == "AGE":
                text = age(member.seconds)
            if title == "RESTARTS":
                # without how long ago: that was another cluster's time
                text = text.split(" ")[0]
            made.append(words.put_in(text) or cell)
        return made


def age(seconds: float) -> str:
    """Return a duration as kubectl prints it.

    >>> age(100), age(200), age(3600 * 5)
    ('100s', '3m20s', '5h0m')
    """
    whole = int(seconds)
    if whole < 120:  # noqa: PLR2004
        return f"{whole}s"
    if whole < 600:  # noqa: PLR2004
        return f"{whole // 60}m{whole % 60}s"
    if whole < 3 * 3600:
        return f"{whole // 60}m"
    return f"{whole // 3600}h{whole % 3600 // 60}m" if whole < 8 * 3600 else f"{whole // 3600}h"


def _everywhere(name: str, mark: str) -> bool:
    """Tell whether a pod is one that every node has: a static one, or a daemon set's."""
    return name.endswith(mark) or name.startswith(("kube-flannel-", "kube-proxy-"))


def _suffix(pod: str, machine: str) -> str:
    number = int.from_bytes(hashlib.sha256(f"{pod} {machine}".encode()).digest()[:8])
    return "".join(_LETTERS[number // len(_LETTERS) ** place % len(_LETTERS)] for place in range(5))


def _cells(recorded: Answer) -> list[list[str]]:
    # a mark is not as wide as what it stands for, so columns are told apart by what kubectl puts between them
    return [re.split(r" {2,}", line.strip()) for _, line in recorded.lines if line.strip()]


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "".join(f"{line.rstrip()}\n" for line in lines)
