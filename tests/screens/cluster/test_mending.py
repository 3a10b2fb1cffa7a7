"""Mending from a cluster's home: what differs is shown first, and mended only on consent."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from kubetui.base.errors import BusyError
from kubetui.engine.events import Operation, RunFinished
from kubetui.operations.maintain import diff
from kubetui.operations.maintain.diff import Difference, Differences
from kubetui.steps.machine.claim import CLAIM
from kubetui.steps.machine.system import MODULES, SWAP
from screens.asking.waiting import Refused
from screens.cluster.doing.mending import told
from screens.cluster.doing.working import WorkScreen
from screens.cluster.screen import ClusterScreen
from screens.widgets.choose import Choose
from tests.screens.apps import SIZE, drawn, shown, until
from tests.screens.cluster.home import Cluster, leave
from tests.screens.cluster.test_actions import chosen

Snap = Callable[..., bool]
FOUND = Differences(
    (
        Difference("kubnode1", SWAP, "swap is on: /swap.img"),
        Difference("kubnode1", MODULES, "net.ipv4.ip_forward is 0, and not 1"),
    ),
    {"kubnode2": "kubnode2 is stopped."},
)


def seen(monkeypatch: pytest.MonkeyPatch, found: Differences | BusyError) -> list[str]:
    """Let a look find this; return what is mended then."""
    asked: list[str] = []

    async def look(*_: object) -> Differences:
        if isinstance(found, BusyError):
            raise found
        return found

    async def mend(cluster: Any, *_: object) -> RunFinished:
        asked.append(cluster.name)
        return RunFinished(time.time(), "lab", 1.0, True, 1, 0, 0, operation=Operation.MEND)  # noqa: FBT003

    monkeypatch.setattr(diff, "diff", look)
    monkeypatch.setattr(diff, "mend", mend)
    leave()
    return asked


async def asked(pilot: Pilot[Any]) -> None:
    """Choose to compare and mend, and wait for what is found."""
    await chosen(pilot, "mend")
    await until(pilot, lambda: isinstance(pilot.app.screen, Choose) and "its plan" not in drawn(pilot.app))


async def test_what_differs_is_mended_only_on_consent(monkeypatch: pytest.MonkeyPatch) -> None:
    mended = seen(monkeypatch, FOUND)
    async with Cluster().app().run_test(size=SIZE) as pilot:
        await asked(pilot)
        assert "swap is on: /swap.img" in shown(pilot, "Static")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ClusterScreen))
        assert mended == []
        await asked(pilot)
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, WorkScreen))
        await until(pilot, lambda: "it is as planned again" in drawn(pilot.app))
        assert mended == ["lab"]


async def test_where_nothing_differs_nothing_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    mended = seen(monkeypatch, Differences())
    async with Cluster().app().run_test(size=SIZE) as pilot:
        await asked(pilot)
        assert "Every machine is as planned." in shown(pilot, "Static")
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ClusterScreen))
        assert mended == []


async def test_a_look_that_is_refused_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    seen(monkeypatch, BusyError("lab is in use.", fix="Wait for the other run."))
    async with Cluster().app().run_test(size=SIZE) as pilot:
        await chosen(pilot, "mend")
        await until(pilot, lambda: isinstance(pilot.app.screen, Refused))
        assert "lab is in use." in drawn(pilot.app)


def test_what_kubetui_leaves_and_what_is_too_much_is_said() -> None:
    theirs = Difference("kubmaster", CLAIM, "it belongs to another cluster", mendable=False)
    lines = told("lab", Differences((theirs, *[Difference("kubnode1", SWAP, "")] * 7))).splitlines()
    assert lines[0].endswith(": it belongs to another cluster. kubetui does not change that.")
    assert lines[1] == "kubnode1  Turn swap off: it is not done"
    assert lines[-1] == "and 2 more: kubetui diff lab"


def test_the_differences(monkeypatch: pytest.MonkeyPatch, snap_compare: Snap) -> None:
    seen(monkeypatch, FOUND)
    assert snap_compare(Cluster().app(), terminal_size=SIZE, run_before=asked)
