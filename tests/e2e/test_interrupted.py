"""Runs that are cut off, by force or by a signal: the next `up` goes on, and ends in the same cluster."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterable

import psutil
import pytest

from kubetui.engine.order import tasks_of
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.record.journal import read
from kubetui.steps.build import STEPS
from tests.e2e.conftest import Lab, Maker
from tests.e2e.running import Running, helpers, in_a_terminal, running
from tests.e2e.smoke import pods_reach_each_other
from tests.e2e.test_up import nodes, planned, state_of

pytestmark = pytest.mark.e2e


def assert_whole(lab: Lab) -> None:
    """The cluster is the planned one, and another `up` finds nothing to do."""
    end = time.monotonic() + 60
    # beside other clusters, a kubelet may be late with its sign of life
    while nodes(lab) != planned(lab) and time.monotonic() < end:
        time.sleep(1)
    assert nodes(lab) == planned(lab)
    before = state_of(lab)
    assert "nothing changed" in lab.up()
    assert state_of(lab) == before


MOMENTS = ("before", "during", "after")
LAST = {"start": "kubnode2", "connect": "kubnode1", "join": "kubnode1"}
"""On which machine of several a step is cut off: where others still are at it, or have done it."""


def steps_of(lab: Lab) -> list[str]:
    """Return the steps that have something to do in a lab, in their order."""
    return list(dict.fromkeys(task.step for task in tasks_of(STEPS, Plan(Profile.model_validate(lab.document)))))


def reached(run: Running, moment: str, step: str) -> None:
    """Read on to a moment of a step: announced, with its first line (or, where it says nothing, done), or done."""
    machine = LAST.get(step)
    ends = {"before": ("TaskStarted",), "during": ("Line", "TaskFinished"), "after": ("TaskFinished",)}[moment]
    assert run.until(ends, step, machine), f"{step} never came to that"


def killed(lab: Lab, moment: str, steps: Iterable[str]) -> None:
    """Kill one run after the other, each at the next step; the one after them has to get there."""
    for step in steps:
        with running(lab, killed=True) as run:
            reached(run, moment, step)
            try:
                run.signal(signal.SIGKILL)
            except ProcessLookupError:
                # nothing comes after the last step but the end
                assert (moment, step) == ("after", STEPS[-1].name)
            run.end()
    lab.up()
    assert_whole(lab)
    lab.kubetui("destroy", lab.name, "--yes")


def test_killed_during_the_costly_steps(fresh: Maker) -> None:
    killed(fresh("killed"), "during", ("start", "kubernetes", "join"))


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_every_step(fresh: Maker, moment: str) -> None:
    lab = fresh("killed")
    killed(lab, moment, steps_of(lab))


@pytest.mark.slow
def test_a_control_plane_that_is_gone_is_made_anew(fresh: Maker) -> None:
    """It shows another host key, and its worker has joined a cluster that is no more."""
    lab = fresh("anew", machines={"workers": 1})
    lab.up()
    pods_reach_each_other(lab, ["kubnode1"])
    lab.run("vagrant", "destroy", "--force", "kubmaster", cwd=lab.folder)
    lab.up()
    pods_reach_each_other(lab, ["kubnode1"])
    assert_whole(lab)
    lab.kubetui("destroy", lab.name, "--yes")


ENDS = ("SIGINT", "SIGTERM", "SIGHUP", "closed terminal")


def stopped(lab: Lab, stops: Iterable[tuple[str, str]]) -> None:
    """Stop one run after the other at a step, each in its way: what runs lands, and nothing stays behind.

    The one after them has to get there.
    """
    for step, way in stops:
        with in_a_terminal(lab) as (run, close):
            assert run.until(("TaskStarted",), step), f"{step} never began"
            working = psutil.Process(run.pid)
            if way == "closed terminal":
                close()
            else:
                run.signal(signal.Signals[way])
            code = run.end()
            # what stands before kubetui dies of a closed terminal at once, and kubetui lands what runs
            working.wait(timeout=300)
            # what runs lands, and when that was the last step, all is done
            assert code == (0 if step == STEPS[-1].name else 130) or way == "closed terminal"
        assert helpers(lab) == []
        landed(lab)
    lab.up()
    assert_whole(lab)
    lab.kubetui("destroy", lab.name, "--yes")


def landed(lab: Lab) -> None:
    """The journal of the last run is whole: what has begun has ended, and so has the run."""
    last = read(lab.folder / "journal")
    assert last
    assert last.ended
    assert last.in_flight == ()


def test_a_stop_lets_what_runs_land(fresh: Maker) -> None:
    steps = ("base", "kubernetes", "images", "init")
    stopped(fresh("stopped", machines={"workers": 1}), zip(steps, ENDS, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("way", ENDS)
def test_stopped_at_every_step(fresh: Maker, way: str) -> None:
    lab = fresh("stopped")
    stopped(lab, ((step, way) for step in steps_of(lab)))


def at_once(lab: Lab, times: int) -> None:
    """Start two at the same moment; one runs, the other says who has the cluster."""
    for _ in range(times):
        with running(lab) as one, running(lab) as other:
            while one.code is other.code is None:
                time.sleep(0.05)
            works, refused = (one, other) if one.code is None else (other, one)
            assert refused.end() == 6
            assert works.until(("RunStarted",), "")
            works.signal(signal.SIGTERM)
            assert works.end() == 130


def test_of_two_at_once_one_runs(fresh: Maker) -> None:
    lab = fresh("twice", machines={"workers": 0})
    at_once(lab, 3)
    lab.kubetui("destroy", lab.name, "--yes")


@pytest.mark.slow
def test_of_two_at_once_one_runs_each_time(fresh: Maker) -> None:
    lab = fresh("twice", machines={"workers": 0})
    at_once(lab, 200)
    lab.kubetui("destroy", lab.name, "--yes")
