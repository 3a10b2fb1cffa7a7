"""What a cluster is: every state, its words, and that no facts make a cluster without nodes ready."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubetui.cluster.folder import Holder
from kubetui.engine.provider import MachineState
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.record.journal import LastRun
from kubetui.record.overview import Recorded
from kubetui.record.state import ClusterState, Facts, State, state_of

PLAN = Plan(Profile(name="lab", provider="lxc"))
PLAYED = Plan(Profile(name="lab", provider="rehearsal"))
NAMES = ("kubmaster", "kubnode1", "kubnode2")
JOIN = "kubnode2/join"
BUILT = LastRun(at=100.0, ended=True, ok=True, in_flight=(), failed=(), done=68, total=68)
RUNNING = LastRun(
    at=100.0, ended=False, ok=False, in_flight=(JOIN,), failed=(), titles={JOIN: "Join"}, done=41, total=68
)
FAILED = LastRun(
    at=100.0, ended=True, ok=False, in_flight=(), failed=(JOIN,), why=("apt is locked.",), titles={JOIN: "Join"}
)
CUT = LastRun(at=100.0, ended=True, ok=False, in_flight=(), failed=(), cut=(JOIN,), titles={JOIN: "Join"})
ALL = dict.fromkeys(NAMES, True)


def told(last: LastRun | None = BUILT, plan: Plan | None = PLAN, **given: Any) -> ClusterState:
    recorded = {name: given.pop(name) for name in ("holder", "trouble", "built_seconds") if name in given}
    return state_of(Facts(Recorded("lab", 90.0, plan, last=last, **recorded), **given))


@pytest.mark.parametrize(
    ("found", "state", "words"),
    [
        (told(nodes=ALL), State.READY, "ready"),
        (told(nodes={}), State.DEGRADED, "degraded: it has no nodes"),
        (told(nodes={**ALL, "kubnode2": False}), State.DEGRADED, "degraded: kubnode2 is not Ready"),
        (told(nodes={"kubmaster": True}), State.DEGRADED, "degraded: kubnode1, kubnode2 are not Ready"),
        (told(nodes={**ALL, "theirs": False}), State.DEGRADED, "degraded: theirs is not Ready"),
        (told(), State.UNKNOWN, "unknown: built, not asked yet"),
        (told(silence="nobody answers"), State.UNREACHABLE, "unreachable: nobody answers"),
        (
            told(silence="nobody answers", machines=dict.fromkeys(NAMES, MachineState.STOPPED)),
            State.OFF,
            "off: its machines are halted",
        ),
        (
            told(silence="nobody answers", machines=dict.fromkeys(NAMES, MachineState.ABSENT)),
            State.OFF,
            "off: its machines are gone",
        ),
        (
            told(
                silence="nobody answers", machines={**dict.fromkeys(NAMES, MachineState.STOPPED), "kubnode1": "running"}
            ),
            State.UNREACHABLE,
            "unreachable: nobody answers",
        ),
        (told(None), State.STOPPED, "stopped: before its first step"),
        (told(RUNNING), State.STOPPED, "stopped: at kubnode2: Join"),
        (told(CUT), State.STOPPED, "stopped: at kubnode2: Join"),
        (told(FAILED, nodes=ALL), State.FAILED, "failed: kubnode2: Join: apt is locked."),
        (told(RUNNING, holder=Holder(7, "build")), State.BUILDING, "building: 41 of 68"),
        (told(None, holder=Holder(7, "build")), State.BUILDING, "building"),
        (told(BUILT, holder=Holder(7, "build")), State.BUILDING, "building"),
        (told(BUILT, holder=Holder(7, "check"), nodes=ALL), State.READY, "ready"),
        (told(BUILT, holder=Holder(7, "destroy")), State.DESTROYING, "destroying"),
        (told(plan=None, trouble="its profile cannot be read"), State.UNKNOWN, "unknown: its profile cannot be read"),
        (told(plan=PLAYED, nodes=ALL), State.READY, "rehearsal, ready"),
    ],
    ids=lambda value: value.words if isinstance(value, ClusterState) else "",
)
def test_each_state_has_its_words(found: ClusterState, state: State, words: str) -> None:
    assert (found.state, found.words) == (state, words)


def test_counts_belong_to_the_run_that_works_now() -> None:
    found = told(RUNNING, holder=Holder(7, "build"))
    assert (found.done, found.total, found.machine, found.pid) == (41, 68, "kubnode2", 7)
    # the run before it, whose end is the last that the journal has
    assert (told(BUILT, holder=Holder(7, "build")).total, told(BUILT).total) == (0, 68)


def test_a_header_says_what_is_known() -> None:
    ready = told(nodes={**ALL, "kubnode2": False}, built_seconds=107.0)
    assert list(ready.particulars(100.0 + 720)) == [
        "2 of 3 nodes Ready",
        "Kubernetes 1.37",
        "LXC containers",
        "run took 1:47",
        "12 m ago",
    ]
    assert list(told(FAILED, built_seconds=107.0).particulars(100.0)) == [
        "Kubernetes 1.37",
        "LXC containers",
        "just now",
    ]


def runs() -> st.SearchStrategy[LastRun | None]:
    tasks = st.lists(st.just(JOIN), max_size=1).map(tuple)
    return st.none() | st.builds(
        lambda ended, ok, flight, failed, cut, done: LastRun(
            100.0,
            ended,
            ok and ended and not failed,
            flight,
            failed,
            ("",) * len(failed),
            cut,
            {JOIN: "Join"},
            done,
            68,
        ),
        st.booleans(),
        st.booleans(),
        tasks,
        tasks,
        tasks,
        st.integers(0, 68),
    )


@given(
    runs(),
    st.none() | st.builds(Holder, st.integers(0, 9), st.sampled_from(["build", "check", "destroy"])),
    st.none() | st.dictionaries(st.sampled_from([*NAMES, "theirs"]), st.booleans()),
    st.sampled_from(["", "nobody answers"]),
    st.none() | st.dictionaries(st.sampled_from(NAMES), st.sampled_from(list(MachineState))),
)
def test_ready_means_that_every_planned_node_said_so(
    last: LastRun | None,
    holder: Holder | None,
    nodes: Mapping[str, bool] | None,
    silence: str,
    machines: Mapping[str, MachineState] | None,
) -> None:
    found = told(last, holder=holder, nodes=nodes, silence=silence, machines=machines)
    everyone = nodes is not None and set(NAMES) <= set(nodes) and all(nodes.values())
    assert (found.state is State.READY) <= (everyone and last is not None and last.ok)
    assert (found.state is State.BUILDING) == (holder is not None and holder.purpose == "build")
    assert found.state is not State.READY or (found.ready == found.nodes > 0 and not found.not_ready)
    assert "\n" not in found.words
