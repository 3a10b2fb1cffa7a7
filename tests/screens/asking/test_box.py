"""The wizard looks for a run's box, and offers to build one. The builder is a fake."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from kubetui.operations.boxes import offer as boxes
from kubetui.profile.plan import Plan
from screens.asking.box import OfferBox, with_box
from tests.fakebuilder import FakeBuilder
from tests.machines.vagrant.standin import plan
from tests.screens.apps import OneScreen, until
from tests.shelf import put_box

COMMAND = "kubetui boxes build debian-13 --provider virtualbox"
SIZE = (80, 24)


@pytest.fixture(autouse=True)
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeBuilder:
    put_box(tmp_path / "vagrant", "bento/ubuntu-24.04", "1.0", gone=True)
    fake = FakeBuilder(tmp_path / "vagrant")
    monkeypatch.setattr(boxes, "BUILDER", fake)
    return fake


def words(pilot: Pilot[Any]) -> str:
    return "\n".join(str(each.render()) for each in pilot.app.screen.query("Static"))


async def test_only_y_builds_a_box_and_the_run_uses_it(builder: FakeBuilder) -> None:
    found: list[Plan] = []
    async with OneScreen(Screen).run_test(size=SIZE) as pilot:
        with_box(pilot.app.app, plan(), found.append)
        await until(pilot, lambda: isinstance(pilot.app.screen, OfferBox))
        assert "a download of 412 MB" in words(pilot)
        assert COMMAND in words(pilot)
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, OfferBox)
        await pilot.press("escape")
        await pilot.pause()
        assert not found
        assert not builder.built
        with_box(pilot.app.app, plan(), found.append)
        await until(pilot, lambda: isinstance(pilot.app.screen, OfferBox))
        await pilot.press("y")
        await until(pilot, lambda: found)
    assert builder.built == [("debian-13", "virtualbox")]
    assert found[0].box == "kubetui/debian-13"


async def test_a_box_that_is_there_or_named_is_not_asked_about(tmp_path: Path) -> None:
    found: list[Plan] = []
    async with OneScreen(Screen).run_test(size=SIZE) as pilot:
        with_box(pilot.app.app, plan(machines={"box": "me/named"}), found.append)
        put_box(tmp_path / "vagrant", "kubetui/ubuntu-24.04", "0")
        with_box(pilot.app.app, plan(), found.append)
        with_box(pilot.app.app, plan("rehearsal"), found.append)
    assert [each.box for each in found] == ["me/named", "kubetui/ubuntu-24.04", "recorded/debian13"]


def test_how_it_looks(snap_compare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kubetui.machines.vagrant.catalogue.web.SECONDS", 2.0)
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr("kubetui.machines.vagrant.catalogue.web._INSTALLED", "/nowhere/curl")

    async def before(pilot: Pilot[Any]) -> None:
        with_box(pilot.app.app, plan(), lambda _plan: None)
        await until(pilot, lambda: isinstance(pilot.app.screen, OfferBox))

    assert snap_compare(OneScreen(Screen), terminal_size=SIZE, run_before=before)
