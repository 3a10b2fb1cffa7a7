"""An upgrade from a cluster's home: the way and its losses are shown first, and it goes only on consent."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from kubetui.base.errors import RunError
from kubetui.engine.events import Operation, RunFinished
from kubetui.operations.maintain import upgrade
from kubetui.profile.schema.profile import Profile
from kubetui.profile.versions import upgraded
from screens.asking.waiting import Refused
from screens.cluster.doing.upgrading import Way, can_upgrade, told
from screens.cluster.doing.working import WorkScreen
from screens.cluster.screen import ClusterScreen
from screens.widgets.choose import Choose
from tests.screens.apps import SIZE, drawn, shown, until
from tests.screens.cluster.home import Cluster, leave
from tests.screens.cluster.test_actions import chosen, plan
from tests.screens.recorded import profile

Snap = Callable[..., bool]
LOST = ("kubnode1: the pod default/web has no controller, so nobody makes it anew",)


@pytest.fixture
def gone(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let a cluster have a newer version to go to; return those to which it went."""
    found: list[str] = []

    async def losses(*_: object) -> tuple[str, ...]:
        return LOST

    async def run(_cluster: object, wanted: Profile, *_: object) -> RunFinished:
        found.append(wanted.kubernetes.version)
        return RunFinished(time.time(), "lab", 1.0, True, 1, 0, 0, operation=Operation.UPGRADE)  # noqa: FBT003

    monkeypatch.setattr(upgrade, "losses", losses)
    monkeypatch.setattr(upgrade, "upgrade", run)
    return found


def former() -> Cluster:
    """Return the home of a cluster with the version before."""
    leave(chosen=upgraded(profile(), "1.36"))
    return Cluster()


async def asked(pilot: Pilot[Any]) -> None:
    await chosen(pilot, "upgrade")
    await until(pilot, lambda: isinstance(pilot.app.screen, Choose) and "From Kubernetes" in drawn(pilot.app))


async def test_it_goes_only_on_consent(gone: list[str]) -> None:
    async with former().app().run_test(size=SIZE) as pilot:
        await asked(pilot)
        assert LOST[0] in " ".join(shown(pilot, "Static").split())
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ClusterScreen))
        assert gone == []
        await asked(pilot)
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, WorkScreen))
        await until(pilot, lambda: "it has Kubernetes 1.37" in drawn(pilot.app))
        assert gone == ["1.37"]


async def test_a_cluster_that_does_not_answer_says_why(gone: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> tuple[str, ...]:
        raise RunError("kubmaster is stopped.")

    monkeypatch.setattr(upgrade, "losses", away)
    async with former().app().run_test(size=SIZE) as pilot:
        await chosen(pilot, "upgrade")
        await until(pilot, lambda: isinstance(pilot.app.screen, Refused))
        assert "kubmaster is stopped." in drawn(pilot.app)
    assert gone == []


def test_the_newest_version_and_a_rehearsal_have_nowhere_to_go() -> None:
    assert can_upgrade(plan(kubernetes={"version": "1.36"}))
    assert not can_upgrade(plan())
    assert not can_upgrade(plan(kubernetes={"version": "1.36"}, provider="rehearsal"))


def test_many_losses_are_cut_short() -> None:
    lines = told(plan(), Way(plan().profile, ("first", "second"), LOST * 8)).splitlines()
    assert lines[1:3] == ["  first", "  second"]
    assert lines[-2] == "  and 3 more: kubetui upgrade lab"


def test_the_way(gone: list[str], snap_compare: Snap) -> None:
    del gone
    assert snap_compare(former().app(), terminal_size=SIZE, run_before=asked)
