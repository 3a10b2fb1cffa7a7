"""What a cluster is: one definition, for the start list, the cluster's home, `status` and its JSON.

`state_of` decides from facts and touches nothing; `kubetui.operations.state` finds the facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from kubetui.base.text import ago, duration
from kubetui.engine.provider import MachineState
from kubetui.profile.plan import Plan
from kubetui.record.journal import LastRun
from kubetui.record.overview import Recorded

_HALTED: Final = frozenset({MachineState.STOPPED, MachineState.ABSENT})
_NAMED: Final = 3
_BUSY: Final[Mapping[str, str]] = {
    "stop": "its machines are being halted",
    "certificates": "its certificates are being renewed",
    "mend": "it is being mended",
    "upgrade": "its Kubernetes is being upgraded",
    "save": "a snapshot of it is being saved",
    "discard": "a snapshot of it is being removed",
    "restore": "it is being brought back from a snapshot",
    "backup": "it is being backed up",
    "images": "its images are being changed",
    "lessons": "a lesson of it is being reset",
}
"""What is done with a cluster, by the purpose of its lock."""
_UNASKED: Final = "built, not asked yet"


class State(StrEnum):
    """What a cluster is. No cluster without nodes is ready."""

    BUILDING = "building"
    """A run works on it now."""
    DESTROYING = "destroying"
    """It is being destroyed now."""
    BUSY = "busy"
    """Something else is done with it now."""
    STOPPED = "stopped"
    """Its last run was stopped or killed."""
    FAILED = "failed"
    """A step of its last run failed."""
    DEGRADED = "degraded"
    """Some nodes are not Ready."""
    READY = "ready"
    """The API answers, and every planned node is Ready."""
    OFF = "off"
    """All its machines are halted or gone."""
    UNREACHABLE = "unreachable"
    """It was built, and does not answer."""
    UNKNOWN = "unknown"
    """Its files cannot be read, or it was built and nobody has asked it yet."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about a cluster. `nodes` maps the nodes to whether they are Ready, None if none were heard.

    `silence` is why the API did not answer; `machines` are their states, if the provider was asked.
    """

    recorded: Recorded
    nodes: Mapping[str, bool] | None = None
    silence: str = ""
    machines: Mapping[str, MachineState] | None = None


@dataclass(frozen=True, slots=True)
class ClusterState:
    """What a cluster is, and what belongs to that; `detail` says in one line where and why.

    `ready` is how many of the `nodes` are Ready, None where they were not asked; `done` of `total` tasks of the
    last run have succeeded; `machine` is where it failed or was stopped; `when` is its last change.
    """

    name: str
    state: State
    rehearsal: bool = False
    detail: str = ""
    nodes: int = 0
    ready: int | None = None
    not_ready: tuple[str, ...] = ()
    done: int = 0
    total: int = 0
    built_seconds: float | None = None
    when: float = 0.0
    version: str = ""
    provider: str = ""
    machine: str = ""
    pid: int = 0
    """The process that works on it."""
    plan: Plan | None = field(default=None, compare=False, repr=False)

    @property
    def words(self) -> str:
        """The state in words, the same everywhere."""
        return f"{self.kind}, {self.said}" if self.kind else self.said

    @property
    def kind(self) -> str:
        """What stands beside the state of a cluster that is not real; empty for the others."""
        return "rehearsal" if self.rehearsal else ""

    @property
    def said(self) -> str:
        """The state with where and why, without the kind."""
        return f"{self.state}: {self.detail}" if self.detail else self.state.value

    @property
    def unasked(self) -> bool:
        """Whether it was built, and only asking it can tell what it is now."""
        return self.state is State.UNKNOWN and self.detail == _UNASKED

    @property
    def resumable(self) -> bool:
        """Whether a run would go on, repair or start something."""
        return self.plan is not None and self.state in {State.STOPPED, State.FAILED, State.DEGRADED, State.OFF}

    def particulars(self, now: float) -> Iterator[str]:
        """Yield what a header says after the state: nodes, versions, provider, times."""
        if self.ready is not None:
            yield f"{self.ready} of {self.nodes} nodes Ready"
        if self.version:
            yield f"Kubernetes {self.version}"
        if self.provider and not self.rehearsal:
            yield self.provider
        if self.built_seconds is not None and self.state not in {State.BUILDING, State.STOPPED, State.FAILED}:
            yield f"run took {duration(self.built_seconds)}"
        if self.when:
            yield ago(now - self.when)


def state_of(facts: Facts) -> ClusterState:
    """Return what a cluster is; the one definition."""
    found = facts.recorded
    plan, last = found.plan, found.last
    state, detail = _judged(facts)
    names = _names(facts)
    heard = facts.nodes
    # a run that has not begun its tasks yet, or has written down its end: the counts are of one that is over
    counted = last is not None and not (state in {State.BUILDING, State.BUSY} and last.ended)
    at = _at(last)
    return ClusterState(
        name=found.name,
        state=state,
        rehearsal=plan is not None and plan.provider.rehearsal,
        detail=detail,
        nodes=len(names),
        ready=None if heard is None else sum(heard.values()),
        not_ready=_not_ready(facts),
        done=last.done if last and counted else 0,
        total=last.total if last and counted else 0,
        built_seconds=found.built_seconds,
        when=last.at if last is not None and last.ended else found.when,
        version=plan.version if plan else "",
        provider=plan.provider.title if plan else "",
        machine=at[0].partition("/")[0] if at else "",
        pid=found.holder.pid if found.holder else 0,
        plan=plan,
    )


def _judged(facts: Facts) -> tuple[State, str]:
    """Return the state, and where and why."""
    found = facts.recorded
    purpose = found.holder.purpose if found.holder else "check"
    if purpose == "destroy":
        return State.DESTROYING, ""
    if purpose == "build":
        return State.BUILDING, _progress(found.last)
    if purpose in _BUSY:
        return State.BUSY, ", ".join(filter(None, (_BUSY[purpose], _progress(found.last))))
    if found.trouble or found.plan is None:
        return State.UNKNOWN, found.trouble
    return _finished(facts, found.plan, found.last)


def _finished(facts: Facts, plan: Plan, last: LastRun | None) -> tuple[State, str]:
    """Return the state of a cluster on which no run works."""
    if last is None:
        return State.STOPPED, "before its first step"
    if last.failed:
        return State.FAILED, ": ".join(filter(None, (_where(last), last.why[0])))
    if not last.ok:
        return State.STOPPED, f"at {_where(last)}" if _at(last) else "before its end"
    return _answered(facts, plan)


def _answered(facts: Facts, plan: Plan) -> tuple[State, str]:
    """Return the state of a cluster whose last run succeeded."""
    if facts.nodes is None:
        known = facts.machines or {}
        states = {known.get(machine.name, MachineState.UNKNOWN) for machine in plan.machines}
        if states <= _HALTED:
            return State.OFF, "its machines are gone" if states == {MachineState.ABSENT} else "its machines are halted"
        if facts.silence:
            return State.UNREACHABLE, facts.silence
        return State.UNKNOWN, _UNASKED
    if not facts.nodes:
        return State.DEGRADED, "it has no nodes"
    missing = _not_ready(facts)
    if missing:
        return State.DEGRADED, f"{_listed(missing)} {'is' if len(missing) == 1 else 'are'} not Ready"
    return State.READY, ""


def _names(facts: Facts) -> tuple[str, ...]:
    """Return the planned nodes, and those that joined without a plan."""
    planned = facts.recorded.plan.machines if facts.recorded.plan else ()
    return tuple(dict.fromkeys((*(machine.name for machine in planned), *(facts.nodes or ()))))


def _not_ready(facts: Facts) -> tuple[str, ...]:
    """Return the nodes that are missing or not Ready; none where they were not heard."""
    nodes = facts.nodes
    return () if nodes is None else tuple(name for name in _names(facts) if not nodes.get(name, False))


def _progress(last: LastRun | None) -> str:
    """Return how far a run is; nothing while its journal still ends with the run before it."""
    if last is None or last.ended:
        return ""
    failed = f", failed: {_where(last)}" if last.failed else ""
    return f"{last.done} of {last.total}{failed}"


def _at(last: LastRun | None) -> tuple[str, ...]:
    """Return the tasks at which a run failed or was stopped."""
    return () if last is None else last.failed or last.in_flight or last.cut


def _where(last: LastRun) -> str:
    """Return where the first of those tasks is: its machine and its step's title."""
    first, *others = _at(last)
    more = f" and {len(others)} more" if others else ""
    return f"{first.partition('/')[0]}: {last.titles[first]}{more}"


def _listed(names: tuple[str, ...]) -> str:
    """Return some names, the first three of them."""
    shown = ", ".join(names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown} and {len(names) - _NAMED} more"
