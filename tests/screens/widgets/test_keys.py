"""The key bar: whole keys only, and always the ones that list the others."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.widgets._footer import FooterKey

from screens.app import KubetuiApp
from screens.widgets.keys import PALETTE, KeysScreen, fitting
from screens.widgets.static import Static
from tests.screens.apps import LARGER, SIZE, open_wizard, until
from tests.screens.hosts import FakeHost

LISTS = (("question_mark", "?", "Help", "screen.keys", True), ("ctrl+p", "ctrl+p", "All actions", PALETTE, True))
SHORT = tuple((name, name, f"Words {name}", f"do_{name}", True) for name in "abcdef")
EACH = len("a Words a") + 2


@given(st.integers(min_value=0, max_value=200))
def test_the_first_keys_that_fit_are_shown_and_the_lists_always(width: int) -> None:
    shown = fitting((*SHORT[:3], LISTS[0], *SHORT[3:], LISTS[1]), width)
    lists = len("? Help") + len("ctrl+p All actions") + 4
    count = max(0, min(len(SHORT), (width - lists) // EACH))
    assert [each for each in shown if each not in LISTS] == list(SHORT[:count])
    assert [each for each in shown if each in LISTS] == list(LISTS)


@pytest.mark.parametrize("size", [SIZE, LARGER])
async def test_no_key_is_cut_at_any_width(host: FakeHost, size: tuple[int, int]) -> None:
    async with KubetuiApp(host).run_test(size=size) as pilot:
        await open_wizard(pilot)
        await until(pilot, lambda: pilot.app.screen.query(FooterKey))
        for columns in (size[0], 100, 80):
            await pilot.resize_terminal(columns, size[1])
            await pilot.pause()
            keys = list(pilot.app.screen.query(FooterKey))
            assert {"Help", "All actions"} <= {each.description for each in keys}
            assert max(each.region.right for each in keys) <= columns


async def test_the_help_speaks_plainly_of_the_keys_that_textual_binds(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await open_wizard(pilot)
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(pilot.app.screen, KeysScreen))
        text = str(pilot.app.screen.query_one(Static).render())
        assert re.search(r"ctrl\+c +Copy the text that the mouse has marked", text)
        assert not any(words in text for words in ("Focus Next", "super+c", "Copy selected text", "^q"))


async def test_a_long_sentence_of_the_help_stays_beside_its_key(host: FakeHost) -> None:
    line = ("On this screen", "x", "X", "one two three four five six seven eight nine ten " * 3)
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        pilot.app.push_screen(KeysScreen((line,)))
        await until(pilot, lambda: isinstance(pilot.app.screen, KeysScreen))
        lines = [each.rstrip() for each in str(pilot.app.screen.query_one(Static).render()).splitlines()]
    heading, first, *more = lines
    beside = first.index("one")
    assert (heading, first[:beside].split()) == ("On this screen", ["x"])
    assert more
    assert all(len(each) - len(each.lstrip()) == beside for each in more)
