"""The dialog with the concepts: what is first, what is shown, what `y` copies, and how it looks."""

from __future__ import annotations

from typing import Any

import pytest
from textual.containers import VerticalScroll
from textual.pilot import Pilot

from kubetui.explain.concepts import all_concepts, concept
from screens.explain.concepts import ConceptScreen
from screens.widgets.lists import RowList
from tests.screens.apps import LARGER, SIZE, OneScreen, shown

NAMES = ("static-pod", "etcd")


def app(names: tuple[str, ...] = NAMES) -> OneScreen:
    return OneScreen(lambda: ConceptScreen(names))


def rows(pilot: Pilot[Any]) -> list[str | None]:
    return [option.id for option in pilot.app.screen.query_one(RowList).options]


def box(pilot: Pilot[Any]) -> VerticalScroll:
    return pilot.app.screen.query_one(VerticalScroll)


def text(pilot: Pilot[Any]) -> str:
    return shown(pilot, "#text")


async def test_those_of_the_step_are_first_and_each_is_there_once() -> None:
    async with app().run_test(size=SIZE) as pilot:
        await pilot.pause()
        listed = rows(pilot)
        assert listed[:4] == ["-first", *NAMES, "-others"]
        assert sorted(name for name in listed if name and name[0] != "-") == [each.name for each in all_concepts()]
        assert text(pilot).startswith("Static pod\n")


async def test_without_a_step_all_are_listed() -> None:
    async with app(()).run_test(size=SIZE) as pilot:
        await pilot.pause()
        titles = [concept(name or "").title for name in rows(pilot)]
        assert titles == sorted((each.title for each in all_concepts()), key=str.lower)
        assert text(pilot).startswith("API server\n")


async def test_the_chosen_one_is_shown_whole_and_y_copies_its_command() -> None:
    async with app().run_test(size=SIZE) as pilot:
        await pilot.press("down", "y")
        await pilot.pause()
        etcd = concept("etcd")
        whole = text(pilot)
        for part in (etcd.title, *etcd.text.splitlines(), etcd.command, etcd.link, "on the control plane"):
            assert part in whole
        assert whole.endswith("See also: API server, etcd's quorum, Control plane")
        assert pilot.app.clipboard == etcd.command


@pytest.mark.parametrize("size", [SIZE, LARGER, (200, 50)])
async def test_every_concept_can_be_read_to_its_end(size: tuple[int, int]) -> None:
    async with app(()).run_test(size=size) as pilot:
        await pilot.pause()
        for each in all_concepts():
            pilot.app.screen.query_one(RowList).choose(each.name)
            while not text(pilot).startswith(f"{each.title}\n"):
                await pilot.pause()
            await pilot.pause()
            assert box(pilot).scroll_offset.y == 0
            if box(pilot).max_scroll_y:
                await pilot.press("space")
                await pilot.pause()
            assert box(pilot).scroll_offset.y == box(pilot).max_scroll_y


async def test_space_at_the_end_leads_back_to_the_beginning() -> None:
    async with app(("cgroup-driver",)).run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert box(pilot).max_scroll_y > 0
        await pilot.press("space")
        await pilot.pause()
        assert box(pilot).scroll_offset.y > 0
        await pilot.press("space")
        await pilot.pause()
        assert box(pilot).scroll_offset.y == 0


@pytest.mark.parametrize("key", ["escape", "q", "e"])
async def test_it_closes(key: str) -> None:
    async with app().run_test(size=SIZE) as pilot:
        await pilot.press(key)
        await pilot.pause()
        assert not isinstance(pilot.app.screen, ConceptScreen)


def test_how_it_looks(snap_compare: Any) -> None:
    assert snap_compare(app(), terminal_size=SIZE)
