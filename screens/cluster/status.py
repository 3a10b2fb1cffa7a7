"""The signs of a cluster's states and of kubectl's status words: no information by colour alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kubetui.record.state import State
from screens.widgets.symbols import Mark

MARKS: Final[Mapping[State, Mark]] = {
    State.BUILDING: "running",
    State.DESTROYING: "running",
    State.BUSY: "running",
    State.STOPPED: "attention",
    State.FAILED: "failed",
    State.DEGRADED: "attention",
    State.READY: "done",
    State.OFF: "waiting",
    State.UNREACHABLE: "attention",
    State.UNKNOWN: "waiting",
}
_SETTLED: Final = frozenset({"Completed", "Succeeded"})
_COMING: Final = frozenset({"Pending", "ContainerCreating", "PodInitializing", "Terminating"})


def mark_of(row: Mapping[str, str]) -> Mark:
    """Return the mark of a row of nodes or pods, by the titles of its columns.

    >>> mark_of({"STATUS": "Ready,SchedulingDisabled"}), mark_of({"STATUS": "Running", "READY": "0/1"})
    ('attention', 'attention')
    >>> mark_of({"STATUS": "CrashLoopBackOff", "READY": "0/1"})
    'failed'
    """
    word, *more = row.get("STATUS", "").split(",")
    if "READY" not in row:
        return ("attention" if more else "done") if word == "Ready" else "failed"
    if word == "Running":
        ready, _, wanted = row["READY"].partition("/")
        return "done" if ready == wanted else "attention"
    if word in _SETTLED:
        return "waiting"
    return (
        "running"
        if word in _COMING or (word.startswith("Init:") and not word.endswith(("Error", "BackOff")))
        else "failed"
    )
