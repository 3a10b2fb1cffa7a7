"""What a cluster is, as its home says it: in the head, and in a notice where something is to be done."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from typing import Final

from textual.content import Content

from kubetui.base.text import clean, counted, duration
from kubetui.operations.state import ClusterState, State
from screens.cluster.status import MARKS
from screens.cluster.watch import Seen
from screens.widgets.chrome import marked
from screens.widgets.symbols import COLOURS, Mark, signs

RESUMES: Final[Mapping[State, str]] = {
    State.STOPPED: "r goes on with the run; completed steps are kept. 3 has its steps and logs.",
    State.FAILED: "r resumes the run; completed steps are kept. 3 has its steps and logs.",
    State.DEGRADED: "c says more about it; r repeats the run, which repairs what it can.",
    State.OFF: "r starts them.",
}
"""What to do about each state that a run may mend."""


def ours(state: ClusterState) -> bool:
    """Return whether this kubetui builds the cluster now."""
    return state.state is State.BUILDING and state.pid == os.getpid()


def connecting(state: ClusterState, seen: Seen) -> bool:
    """Return whether the cluster was built and its first answer is still to come."""
    return state.state is State.UNKNOWN and state.plan is not None and seen.nodes is None and not seen.trouble


def headline(state: ClusterState, seen: Seen, now: float, room: int) -> Content:
    """Return the name, the state and as many particulars as fit into `room` cells."""
    waits = connecting(state, seen)
    mark: Mark = "running" if waits else MARKS[state.state]
    word, colour = "connecting ..." if waits else state.state.value, COLOURS[mark]
    name = clean(state.name)
    head = Content.assemble((signs().of(mark), colour), " ", (name, "bold"), "  ", (word, f"bold {colour}"))
    told = (*(() if waits else (clean(state.detail),)), *state.particulars(now))
    text = _fitting(filter(None, told), room - head.cell_length - 2)
    return Content.assemble(head, f"  {text}" if text else "").truncate(max(0, room), ellipsis=True)


def _fitting(particulars: Iterable[str], room: int) -> str:
    text = ""
    for each in particulars:
        longer = f"{text} {signs().dot} {each}" if text else each
        if text and len(longer) > room:
            break
        text = longer
    return text


def notice(state: ClusterState, seen: Seen, now: float, *, just_built: bool = False) -> Content:
    """Return what to know and to do about a cluster that is not ready, or that a run has just made ready."""
    if connecting(state, seen):
        return (
            marked("running", f"The run ended well{_took(state)}. Its nodes are asked now.")
            if just_built
            else Content()
        )
    if state.state is State.READY:
        return Content.assemble(marked("done", _made(state, seen)), f"\n  {_next(state)}") if just_built else Content()
    if state.state is State.BUILDING:
        advice = "r shows the run." if ours(state) else "Another kubetui builds it; this screen shows how far it is."
    elif state.state is State.UNREACHABLE:
        advice = f"{_last(seen, now)} kubetui tries again every few seconds."
    elif state.state is State.OFF and seen.nodes is not None:
        advice = f"{RESUMES[state.state]} {_last(seen, now)}"
    else:
        advice = RESUMES.get(state.state, "")
    first = marked(MARKS[state.state], clean(state.words))
    return Content.assemble(first, f"\n  {advice}" if advice else "")


def _made(state: ClusterState, seen: Seen) -> str:
    """Return what a run has made, with what is true of its nodes."""
    return f"Ready{_took(state)}: {counted(state.nodes, 'node')}{_placed(state, seen)}."


def _took(state: ClusterState) -> str:
    return "" if state.built_seconds is None else f" after {duration(state.built_seconds)}"


def _placed(state: ClusterState, seen: Seen) -> str:
    """Return that every node is where it was planned; nothing where one is not, or where that is not known."""
    if state.plan is None or seen.nodes is None:
        return ""
    there = dict(zip(seen.nodes.column("NAME"), seen.nodes.column("INTERNAL-IP"), strict=False))
    planned = {machine.name: str(machine.address) for machine in state.plan.machines}
    return f", {'each ' if len(planned) > 1 else ''}at its planned address" if there == planned else ""


def _next(state: ClusterState) -> str:
    where = " on a real cluster" if state.rehearsal else " on it"
    return f"5 Learn: what to try next{where}. 3 Run: each step, and why."


def _last(seen: Seen, now: float) -> str:
    if seen.nodes is None:
        return "It has not answered since you opened this screen."
    stamp = time.strftime("%H:%M:%S", time.localtime(seen.nodes.at))
    return f"It last answered at {stamp}, {duration(now - seen.nodes.at)} ago; what stands below is from then."
