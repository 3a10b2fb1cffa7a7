"""The review: what stands in the way, saving, copying, exporting, starting, and how it looks."""

import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from kubetui.operations.plan import plan_text
from kubetui.profile.files import file as profilefile
from kubetui.profile.files import library
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Machines, Profile
from screens.app import KubetuiApp
from screens.run import screen as run
from screens.widgets.chrome import PlainScreen
from screens.widgets.dialogs import Ask
from screens.widgets.reader import Reader
from screens.wizard.draft import Draft
from screens.wizard.review import ReviewScreen
from screens.wizard.reviewtext import headless
from tests.screens.apps import SIZES
from tests.screens.conftest import FakeHost

Snap = Any


@asynccontextmanager
async def reviewed(host: FakeHost, draft: Draft | None = None) -> AsyncIterator[Pilot[Any]]:
    async with KubetuiApp(host).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.app.push_screen(ReviewScreen(draft or Draft()))
        await pilot.pause()
        await pilot.pause()
        yield pilot


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Profile]:
    """Return the profiles that runs were started with; no run is."""
    found: list[Profile] = []

    class Fake(PlainScreen):
        def __init__(self, profile: Profile, **_how: object) -> None:
            super().__init__()
            found.append(profile)

    monkeypatch.setattr(run, "RunScreen", Fake)
    return found


async def test_start(host: FakeHost, started: list[Profile]) -> None:
    async with reviewed(host) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert started == [Profile()]


async def test_a_host_that_is_not_ready_starts_nothing(lacking: FakeHost, started: list[Profile]) -> None:
    async with reviewed(lacking) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert started == []
        assert "VBoxManage is not on this host." in str(pilot.app.screen.query_one("#found", Static).render())


async def test_a_pod_network_that_is_not_there_is_said_and_ends_nothing(host: FakeHost) -> None:
    manifest = {"pod_network": "manifest", "manifest": {"path": "/nowhere/network.yaml"}}
    async with reviewed(host, Draft(Profile.model_validate({"network": manifest}))) as pilot:
        await pilot.press("x")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ReviewScreen)
        (said,) = pilot.app._notifications
        assert "/nowhere/network.yaml: No such file or directory." in said.message


async def test_a_saved_profile_makes_the_same_plan(host: FakeHost) -> None:
    draft = Draft(Profile(machines=Machines(workers=5, memory=3000)))
    async with reviewed(host, draft) as pilot:
        await pilot.press("s")
        await pilot.pause()
        pilot.app.screen.query_one(Input).value = "mine"
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ReviewScreen)
        saved = profilefile.load(library.find("mine"))
        assert plan_text(Plan(saved)) == plan_text(Plan(draft.profile()))
        assert "kubetui up mine --yes" in headless(draft, None).plain


async def test_saving_never_overwrites_unasked(host: FakeHost) -> None:
    library.save_as(Profile(), "mine")
    async with reviewed(host, Draft(Profile(machines=Machines(workers=7)))) as pilot:
        await pilot.press("s")
        await pilot.pause()
        pilot.app.screen.query_one(Input).value = "mine"
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, Ask)
        assert profilefile.load(library.find("mine")) == Profile()
        await pilot.press("enter")
        await pilot.pause()
        assert profilefile.load(library.find("mine")).machines.workers == 7


async def test_a_name_is_checked(host: FakeHost) -> None:
    async with reviewed(host) as pilot:
        await pilot.press("s")
        await pilot.pause()
        pilot.app.screen.query_one(Input).value = "../mine"
        await pilot.press("enter", "enter")
        await pilot.pause()
        assert "cannot be the name of a profile" in str(pilot.app.screen.query_one("#answer", Static).render())
        assert not library.saved_folder().exists()


async def test_copying_saves_first(host: FakeHost) -> None:
    async with reviewed(host) as pilot:
        await pilot.press("c")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert pilot.app.clipboard == "kubetui up lab --yes"
        assert library.find("lab").is_file()


async def test_a_starter_can_be_copied_at_once(host: FakeHost) -> None:
    profile = profilefile.load(library.find("tutorial"))
    async with reviewed(host, Draft(profile, "tutorial")) as pilot:
        await pilot.press("c")
        await pilot.pause()
        assert pilot.app.clipboard == "kubetui up tutorial --yes"


async def test_scripts(host: FakeHost, tmp_path: Path) -> None:
    async with reviewed(host) as pilot:
        await pilot.press("x")
        await pilot.pause()
        pilot.app.screen.query_one(Input).value = str(tmp_path / "out")
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ReviewScreen)
    written = sorted((tmp_path / "out").iterdir())
    assert [path.name for path in written] == ["kubmaster.sh", "kubnode1.sh", "kubnode2.sh"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o700}


async def test_leaving_without_saving_asks_once(host: FakeHost) -> None:
    draft = Draft()
    draft.original = Profile(machines=Machines(workers=1))
    async with reviewed(host, draft) as pilot:
        await pilot.press("q")
        await pilot.pause()
        assert pilot.app.is_running
        assert draft.warned


async def test_a_step_alone_can_be_copied(host: FakeHost) -> None:
    async with reviewed(host) as pilot:
        await pilot.press("j", "j", "j", "j", "space")
        await pilot.pause()
        assert isinstance(pilot.app.screen, Reader)
        await pilot.press("y")
        await pilot.pause()
        assert pilot.app.clipboard.strip()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("case", ["ready", "lacking", "step", "checks", "save", "many"])
def test_review(snap_compare: Snap, size: tuple[int, int], case: str, host: FakeHost, lacking: FakeHost) -> None:
    async def before(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        profile = Profile(machines=Machines(workers=20 if case == "many" else 2))
        await pilot.app.push_screen(ReviewScreen(Draft(profile)))
        await pilot.pause()
        pressed = {"step": "jjjjj ", "checks": "h", "save": "s"}.get(case, "jjjj")
        await pilot.press(*pressed)
        await pilot.pause()

    wizard = KubetuiApp(lacking if case in {"lacking", "checks"} else host)
    assert snap_compare(wizard, terminal_size=size, run_before=before)
