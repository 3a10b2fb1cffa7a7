"""Runs that are cut off, by force or by a signal: the next `up` goes on, and ends in the same cluster."""

from __future__ import annotations

import signal
from collections.abc import Iterable

import pytest

from kubetui.steps import STEPS
from tests.e2e.conftest import Lab, Maker
from tests.e2e.running import helpers, running
from tests.e2e.test_up import nodes, planned, state_of

pytestmark = pytest.mark.e2e


def assert_whole(lab: Lab) -> None:
    """The cluster is the planned one, and another `up` finds nothing to do."""
    assert nodes(lab) == planned(lab)
    before = state_of(lab)
    assert "nothing changed" in lab.up()
    assert state_of(lab) == before


def killed_during(lab: Lab, steps: Iterable[str]) -> None:
    """Kill one run after the other, each during the next step; the one after them has to get there."""
    last_machines = {"start": "kubnode2", "connect": "kubnode1", "join": "kubnode1"}
    for step in steps:
        with running(lab) as run:
            if run.until("TaskStarted", step, last_machines.get(step)):
                run.signal(signal.SIGKILL)
            run.end()
    lab.up()
    assert_whole(lab)
    lab.kubetui("destroy", lab.name, "--yes")


def test_killed_during_the_costly_steps(make: Maker) -> None:
    killed_during(make("killed"), ("start", "kubernetes", "images", "init", "join"))


@pytest.mark.slow
def test_killed_during_every_step(make: Maker) -> None:
    killed_during(make("killed"), (step.name for step in STEPS))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_lets_what_runs_land(make: Maker, number: signal.Signals) -> None:
    lab = make("stopped")
    steps = {signal.SIGINT: "base", signal.SIGTERM: "images", signal.SIGHUP: "init"}
    with running(lab) as run:
        assert run.until("TaskStarted", steps[number])
        run.signal(number)
        assert run.end() == 130
    assert helpers(lab) == []
    begun = {str(event["task"]) for event in run.events if event["event"] == "TaskStarted"}
    ended = {str(event["task"]) for event in run.events if event["event"] == "TaskFinished"}
    assert begun <= ended
    assert run.events[-1]["event"] == "RunFinished"
    if number is signal.SIGHUP:
        lab.up()
        assert_whole(lab)
        lab.kubetui("destroy", lab.name, "--yes")


def test_of_two_at_once_one_runs(make: Maker) -> None:
    lab = make("twice")
    with running(lab) as run:
        assert run.until("TaskStarted", "start")
        second = lab.kubetui("up", str(lab.profile), "--yes", check=False)
        assert second == ""
        run.signal(signal.SIGTERM)
        assert run.end() == 130
    lab.kubetui("destroy", lab.name, "--yes")
