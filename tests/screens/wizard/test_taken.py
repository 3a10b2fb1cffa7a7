"""A name that a cluster has already is marked while it is typed, with what to do."""

from typing import Any

from textual.pilot import Pilot

from kubetui.cluster.folder import Cluster
from kubetui.profile.schema.profile import Profile
from screens.app import KubetuiApp
from screens.wizard.draft import Draft
from screens.wizard.pages import PageScreen
from screens.wizard.remarks import free, taken
from tests.screens.apps import SIZE, field, fill, open_wizard, shown
from tests.screens.hosts import FakeHost


def build(*names: str) -> None:
    """Leave clusters as a run leaves them when it begins."""
    for name in names:
        Cluster(name).create()
        Cluster(name).profile.write_text(f"name: {name}\n")


def word(pilot: Pilot[Any]) -> str:
    return str(field(pilot, "Name").query_one(".state").render())


async def test_a_taken_name_is_marked_while_it_is_typed(host: FakeHost) -> None:
    build("team")
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await open_wizard(pilot)
        await fill(pilot, "Name", "tea")
        assert word(pilot) == ""
        await pilot.press("m")
        await pilot.pause()
        assert word(pilot) == "✕ taken"
        said = " ".join(shown(pilot, "#problems").split())
        assert "Name: There is a cluster team already. Write another name, such as team-2; to go on with team" in said
        await pilot.press("ctrl+n")
        await pilot.pause()
        page = pilot.app.screen
        assert isinstance(page, PageScreen)
        assert page.index == 0, "nobody gets to Start with it"
        await pilot.press("s", "ctrl+n")
        await pilot.pause()
        page = pilot.app.screen
        assert isinstance(page, PageScreen)
        assert page.index == 1


def test_a_cluster_can_be_gone_on_with() -> None:
    build("lab")
    new, opened, started = Draft(Profile()), Draft(Profile(), "mine"), Draft(Profile())
    started.own.add("lab")
    owned = [found.own for found in map(taken, (new, opened, started)) if found]
    assert owned == [False, True, True]
    assert "The run goes on with it" in str(taken(opened))


def test_free_names_stay_names() -> None:
    names = ("lab", "a" * 40, "b" * 35 + "-c", "lab-2")
    build(*names)
    assert [free(name) for name in (*names, "exam")] == ["lab-3", f"{'a' * 36}-2", f"{'b' * 35}-2", "lab-2-2", "exam"]
