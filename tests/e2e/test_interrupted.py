"""Interrupted runs, killed or stopped by a signal: the next `up` continues and ends with the same cluster."""

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
    """Check that the cluster is as planned and that another `up` changes nothing."""
    end = time.monotonic() + 60
    # with other clusters on the host, a kubelet may report its status late
    while nodes(lab) != planned(lab) and time.monotonic() < end:
        time.sleep(1)
    assert nodes(lab) == planned(lab)
    before = state_of(lab)
    assert "nothing changed" in lab.up()
    assert state_of(lab) == before


MOMENTS = ("before", "during", "after")
LAST = {"start": "kubnode2", "connect": "kubnode1", "join": "kubnode1"}
"""The machine on which to interrupt a step that several run, so that others are still running it or are done."""


def steps_of(lab: Lab) -> list[str]:
    """Return the names of the steps that have tasks in a lab, in order."""
    return list(dict.fromkeys(task.step for task in tasks_of(STEPS, Plan(Profile.model_validate(lab.document)))))


def reached(run: Running, moment: str, step: str) -> None:
    """Read until a step starts, prints its first line (or finishes, if it prints nothing), or finishes."""
    machine = LAST.get(step)
    ends = {"before": ("TaskStarted",), "during": ("Line", "TaskFinished"), "after": ("TaskFinished",)}[moment]
    assert run.until(ends, step, machine), f"{step} never came to that"


def killed(lab: Lab, moment: str, steps: Iterable[str]) -> None:
    """Kill one run after another, each at the next step; the `up` after them must complete the cluster."""
    for step in steps:
        with running(lab, killed=True) as run:
            reached(run, moment, step)
            try:
                run.signal(signal.SIGKILL)
            except ProcessLookupError:
                # kubetui may exit right after its last step
                assert (moment, step) == ("after", STEPS[-1].name)
            run.end()
    lab.up()
    assert_whole(lab)
    lab.kubetui("destroy", lab.name, "--yes")


@pytest.mark.slow
def test_up_completes_the_cluster_after_kills_during_slow_steps(fresh: Maker) -> None:
    killed(fresh("killed"), "during", ("start", "kubernetes", "join"))


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_up_completes_the_cluster_after_kills_at_every_step(fresh: Maker, moment: str) -> None:
    lab = fresh("killed")
    killed(lab, moment, steps_of(lab))


@pytest.mark.slow
def test_a_missing_control_plane_is_recreated(fresh: Maker) -> None:
    """The new machine has another host key, and the worker had joined a cluster that no longer exists."""
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
    """Stop one run after another at a step, each in its own way; running tasks finish and no process is left.

    The `up` after them must complete the cluster.
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
            # a closed terminal kills the prefix at once, while kubetui finishes the running tasks
            working.wait(timeout=300)
            # running tasks finish; if they were in the last step, the run is complete
            assert code == (0 if step == STEPS[-1].name else 130) or way == "closed terminal"
        assert helpers(lab) == []
        landed(lab)
    lab.up()
    assert_whole(lab)
    lab.kubetui("destroy", lab.name, "--yes")


def landed(lab: Lab) -> None:
    """Check that the last run's journal is complete: every started task has ended, and so has the run."""
    last = read(lab.folder / "journal")
    assert last
    assert last.ended
    assert last.in_flight == ()


@pytest.mark.slow
def test_running_tasks_finish_after_a_stop(fresh: Maker) -> None:
    steps = ("base", "kubernetes", "images", "init")
    stopped(fresh("stopped", machines={"workers": 1}), zip(steps, ENDS, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("way", ENDS)
def test_running_tasks_finish_after_a_stop_at_every_step(fresh: Maker, way: str) -> None:
    lab = fresh("stopped")
    stopped(lab, ((step, way) for step in steps_of(lab)))


def at_once(lab: Lab, times: int) -> None:
    """Start two runs at the same moment; one proceeds, the other reports who holds the cluster."""
    for _ in range(times):
        with running(lab) as one, running(lab) as other:
            while one.code is other.code is None:
                time.sleep(0.05)
            works, refused = (one, other) if one.code is None else (other, one)
            assert refused.end() == 6
            assert works.until(("RunStarted",), "")
            works.signal(signal.SIGTERM)
            assert works.end() == 130


def test_only_one_of_two_simultaneous_runs_proceeds(fresh: Maker) -> None:
    lab = fresh("twice", machines={"workers": 0})
    at_once(lab, 3)
    lab.kubetui("destroy", lab.name, "--yes")


@pytest.mark.slow
def test_only_one_of_two_simultaneous_runs_proceeds_every_time(fresh: Maker) -> None:
    lab = fresh("twice", machines={"workers": 0})
    at_once(lab, 200)
    lab.kubetui("destroy", lab.name, "--yes")
