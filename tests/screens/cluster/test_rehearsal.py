"""The home of a rehearsal offers no key that it refuses, and says why when one is pressed anyway."""

import pytest

from kubetui.profile.schema.profile import Profile
from screens.cluster.tabs.lessons import UNREAL
from screens.widgets.lists import RowList
from tests.screens.apps import shown, until
from tests.screens.cluster.home import Cluster, footer, leave, opened

REHEARSED = Profile(name="lab", provider="rehearsal")
ALWAYS = {"Parts", "Check", "Actions", "Destroy", "Back"}


@pytest.mark.parametrize(
    ("part", "missing"), [("1", set()), ("2", {"Describe", "Logs"}), ("5", {"Verify"})], ids=["Nodes", "Pods", "Learn"]
)
async def test_a_rehearsal_offers_only_what_it_can(part: str, missing: set[str]) -> None:
    async with opened(part, chosen=REHEARSED) as pilot:
        assert not {"Shell", "Merge", *missing} & set(footer(pilot))
        assert set(footer(pilot)) >= ALWAYS
    async with opened(part) as pilot:
        assert set(footer(pilot)) >= {"Shell", "Merge", *missing, *ALWAYS}


async def test_a_key_that_is_not_offered_says_why(told: list[str]) -> None:
    leave(chosen=REHEARSED).kubeconfig.write_text("x")
    cluster = Cluster()
    async with opened("2", cluster, chosen=REHEARSED) as pilot:
        await pilot.press("s")
        await until(pilot, lambda: len(told) == 1)
        await pilot.press("m")
        await until(pilot, lambda: len(told) == 2)
        cluster.broken = True
        await pilot.press("enter")
        await until(pilot, lambda: len(told) == 3)
    assert "has no shell" in told[0]
    assert "is a rehearsal" in told[1]


async def test_learn_says_that_it_needs_a_real_cluster_and_names_no_key_for_it() -> None:
    async with opened("5", chosen=REHEARSED) as pilot:
        for name in ("nodes", "static-pods", "lesson train"):
            pilot.app.screen.query_one("#exercises", RowList).choose(name)
            await pilot.pause()
            text = shown(pilot, "#exercise")
            assert UNREAL in text
            assert not any(words in text for words in ("enter ", "1, then y", "s opens a shell"))
    async with opened("5") as pilot:
        assert "1, then y copies" in shown(pilot, "#exercise")
        assert "enter verifies" in shown(pilot, "#exercise")
