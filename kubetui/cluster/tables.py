"""The tables that kubectl prints, parsed into values, and the commands that print them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from kubetui.base.scripts import script
from kubetui.base.text import clean

ADMIN: Final = "export KUBECONFIG=/etc/kubernetes/admin.conf\n"


NODES: Final = ADMIN + "kubectl get nodes -o wide --request-timeout=10s\n"


PODS: Final = ADMIN + "kubectl get pods --all-namespaces -o wide --request-timeout=10s\n"


CONTAINERS: Final = ADMIN + script(__package__, "containers.sh")


POD_LOGS: Final = ADMIN + script(__package__, "logs.sh")
"""The last 500 lines of each of a pod's containers, or kubectl's reason why there are none."""


POD_ABOUT: Final = ADMIN + script(__package__, "describe.sh")
"""What `kubectl describe` says about a pod, or kubectl's reason why it says nothing."""


_HEADING = re.compile(r"\S+(?: \S+)*")


@dataclass(frozen=True, slots=True)
class Table:
    """A table as kubectl printed it at the time `at`: the original text, and the columns and rows parsed from it."""

    at: float
    text: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def column(self, title: str) -> tuple[str, ...]:
        """Return the cells of one column; empty if there is no such column."""
        if title not in self.columns:
            return ()
        index = self.columns.index(title)
        return tuple(row[index] for row in self.rows)


def aligned_table(text: str, at: float) -> Table:
    r"""Parse a table whose cells are aligned with their headings.

    >>> aligned_table("NAME   NOMINATED NODE\na b    c\n", 0.0).rows
    (('a b', 'c'),)
    """
    lines = [clean(line) for line in text.splitlines() if line.strip()]
    if not lines:
        return Table(at, text, (), ())
    found = list(_HEADING.finditer(lines[0]))
    bounds = [*pairwise([match.start() for match in found]), (found[-1].start(), None)]
    rows = tuple(tuple(line[start:end].strip() for start, end in bounds) for line in lines[1:])
    return Table(at, text, tuple(match.group() for match in found), rows)


def tabbed_table(text: str, at: float) -> Table:
    """Parse a table whose cells are separated by tabs."""
    lines = [tuple(map(clean, line.split("\t"))) for line in text.splitlines() if line.strip()]
    return Table(at, text, lines[0] if lines else (), tuple(lines[1:]))
