"""Add-ons that come and go ten times, cut off at any moment: in the end nothing of them is left."""

from __future__ import annotations

import json
import random
import re
import signal
import time

import pytest

from tests.e2e.conftest import Lab, Maker
from tests.e2e.running import running
from tests.e2e.test_addons import LOADBALANCER, METRICS, REGISTRY, STORAGE, WRITER, apply, traces
from tests.e2e.test_up import state_of

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

TIMES = 10
DELAYS = 25.0
"""Seconds after its first task in which an addition or a removal is cut off."""


@pytest.fixture(scope="module")
def lab(make: Maker) -> Lab:
    mirrors = {"registries": {"quay.io": REGISTRY, "registry.k8s.io": REGISTRY}}
    built = make("again", machines={"workers": 1}, mirrors=mirrors)
    built.up()
    return built


def cut(lab: Lab, seconds: float, *words: str) -> None:
    """Start a command, and kill it some seconds after its first task; do nothing if it has ended by then."""
    with running(lab, *words, killed=True) as run:
        assert any(each["event"] == "TaskStarted" for each in run)
        time.sleep(seconds)
        if run.code is None:
            run.signal(signal.SIGKILL)
        run.end()


def left(lab: Lab) -> dict[str, str]:
    """Return what the cluster is, however often a kubelet was started for its serving certificate."""
    return {name: re.sub(r"(?m)^ActiveEnterTimestamp=.*$", "", text) for name, text in state_of(lab).items()}


def state(lab: Lab, name: str) -> str:
    listed = json.loads(lab.kubetui("addon", "list", lab.name, "--json"))["addons"]
    return next(str(each["state"]) for each in listed if each["name"] == name)


def storage_in_use(lab: Lab) -> None:
    """Add what a registry's volume needs; its folder and its image on a node come with the first volume there."""
    lab.kubetui("addon", "add", lab.name, *STORAGE)
    apply(lab, WRITER)
    lab.kubectl("rollout", "status", "deployment/writer", "--timeout=120s")
    lab.kubectl("delete", "deployment/writer", "persistentvolumeclaim/data")
    lab.kubectl("wait", "--for=delete", "persistentvolume", "--all", "--timeout=120s")


@pytest.mark.parametrize("chosen", [STORAGE, METRICS, LOADBALANCER, ("registry",)], ids=lambda words: words[0])
def test_nothing_of_an_add_on_is_left_after_ten_times(lab: Lab, chosen: tuple[str, ...]) -> None:
    if chosen[0] == "registry":
        storage_in_use(lab)
    before, unchanged = traces(lab), left(lab)
    chance = random.Random(17)  # noqa: S311 - moments, the same ones each time
    for _ in range(TIMES):
        cut(lab, chance.uniform(0, DELAYS), "addon", "add", lab.name, *chosen)
        lab.kubetui("addon", "add", lab.name, *chosen)
        cut(lab, chance.uniform(0, DELAYS), "addon", "remove", lab.name, chosen[0], "--yes")
        # it may have come to its end by then
        if state(lab, chosen[0]) != "-":
            lab.kubetui("addon", "remove", lab.name, chosen[0], "--yes")
        assert traces(lab) == before
    assert left(lab) == unchanged
    assert "nothing changed" in lab.kubetui("up", str(lab.folder / "profile.yaml"), "--yes")
