"""How one begins: what this host can build, and where each entry leads."""

from pathlib import Path
from typing import Any

import pytest

from kubetui.base.check import Check
from kubetui.profile.files import library
from kubetui.profile.schema.profile import Profile
from kubetui.record import estimate
from screens.app import KubetuiApp
from screens.start.doctor import HostScreen
from screens.start.screen import StartScreen
from screens.wizard.pages import PageScreen
from screens.wizard.pagesline import PagesLine
from screens.wizard.review import ReviewScreen
from tests.screens.apps import LARGER, SIZE, drawn, fill, listed, shown
from tests.screens.hosts import LACKING, READY, FakeHost
from tests.screens.start.cases import chosen, ids, looked, make, row
from tests.shelf import put_box

Snap = Any


async def test_a_host_that_cannot_create_machines_offers_a_rehearsal_first() -> None:
    async with KubetuiApp(FakeHost(LACKING, builds=())).run_test() as pilot:
        await listed(pilot)
        assert ids(pilot, "#profiles")[0] == "starter rehearsal"
        assert "no provider" in row(pilot, "begin build")
        await pilot.press("n")
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, PageScreen)
        assert screen.draft.look().profile.provider == "rehearsal"


async def test_a_host_with_lxc_alone_begins_with_lxc() -> None:
    library.save_as(Profile(name="mine", provider="lxc"), "mine")
    async with KubetuiApp(FakeHost(builds=("lxc",))).run_test(size=LARGER) as pilot:
        await looked(pilot)
        assert "LXC works here, with a box of your own" in drawn(pilot.app)
        assert ids(pilot, "#profiles") == [
            "saved mine", "starter rehearsal", "starter larger", "starter single", "starter tutorial",
        ]  # fmt: skip
        assert "VirtualBox is not on this host" in row(pilot, "starter tutorial")
        assert "needs a box" in row(pilot, "begin build")
        await chosen(pilot, "saved mine")
        assert "There is no default box for LXC containers." in shown(pilot, "#what")
        await pilot.press("n")
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, PageScreen)
        assert screen.draft.look().profile.provider == "lxc"


async def test_a_build_that_lacks_a_box_begins_where_it_is_typed(tmp_path: Path) -> None:
    async with KubetuiApp(FakeHost(builds=("lxc",))).run_test(size=SIZE) as pilot:
        await looked(pilot)
        await chosen(pilot, "begin build")
        await pilot.press("enter")
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, PageScreen)
        assert screen.question is not None
        assert screen.question.title == "Box"
        assert "There is no default box for LXC containers" in shown(pilot, "#problems")
        await pilot.press(*"mine/box")
        await pilot.pause()
        assert not screen.query_one("#problems").display
    put_box(tmp_path / "vagrant", "kubetui/debian-13", "1.0", "lxc")
    async with KubetuiApp(FakeHost(builds=("lxc",))).run_test(size=SIZE) as pilot:
        await looked(pilot)
        assert "needs a box" not in row(pilot, "begin build")
        assert "LXC works here ·" in drawn(pilot.app)


async def test_a_warning_is_not_called_ready() -> None:
    warned = Check("Box", "warning", "There is no default box.", "Write a box for lxc into machines.box: OWNER/NAME.")
    async with KubetuiApp(FakeHost((*READY, warned), builds=("lxc",))).run_test(size=LARGER) as pilot:
        await looked(pilot)
        assert "1 warning" in row(pilot, "begin fix")
        await chosen(pilot, "begin fix")
        await pilot.press("enter")
        await pilot.pause()
        assert "ready, with 1 warning" in drawn(pilot.app)
        assert "into Box: OWNER/NAME. Box is on the page Machines." in drawn(pilot.app)


async def test_a_profile_whose_provider_is_missing_can_be_opened_and_says_so() -> None:
    async with KubetuiApp(FakeHost(builds=("lxc",))).run_test(size=SIZE) as pilot:
        await chosen(pilot, "starter tutorial")
        assert "VirtualBox is not on this host" in shown(pilot, "#what")
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, PageScreen)


@pytest.mark.parametrize(
    ("id_", "provider"), [("begin rehearse", "rehearsal"), ("begin build", "libvirt")], ids=["rehearse", "build"]
)
async def test_a_quick_beginning_leads_to_the_review_under_a_free_name(id_: str, provider: str) -> None:
    make("lab", [{"event": "finish", "ok": True, "stopped": False}], 60)
    async with KubetuiApp(FakeHost(builds=("libvirt",))).run_test(size=SIZE) as pilot:
        await chosen(pilot, id_)
        await pilot.press("enter")
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, ReviewScreen)
        assert (screen.plan.provider.name, len(screen.plan.machines)) == (provider, 3)
        assert screen.plan.profile.name == {"rehearsal": "rehearsal", "libvirt": "lab-2"}[provider]
        assert "○ Machines ── ○ Network ── ○ Kubernetes ── ◐ Review" in drawn(pilot.app), "no page was seen"
        for page in ("Kubernetes", "Network", "Machines"):
            await pilot.press("escape")
            await pilot.pause()
            assert f"◐ {page}" in drawn(pilot.app)
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(pilot.app.screen, StartScreen)


async def test_a_quick_beginning_can_be_changed_on_any_page(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await chosen(pilot, "begin rehearse")
        await pilot.press("enter")
        await pilot.pause()
        await pilot.click(PagesLine, offset=(3, 0))
        await pilot.pause()
        assert "◐ Machines ── ○ Network" in drawn(pilot.app)
        await fill(pilot, "Workers", "1")
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert "● Machines ── ◐ Network ── ○ Kubernetes" in drawn(pilot.app)
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert isinstance(pilot.app.screen, StartScreen)
        assert "2 nodes" in row(pilot, "draft 0")


@pytest.mark.parametrize(("id_", "provider"), [("begin choose", "virtualbox"), ("begin hosts", "hosts")])
async def test_the_other_beginnings_lead_to_the_first_page(id_: str, provider: str, host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await chosen(pilot, id_)
        await pilot.press("enter")
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, PageScreen)
        assert screen.draft.look().profile.provider == provider


async def test_what_is_to_fix_is_counted_and_shown(lacking: FakeHost) -> None:
    async with KubetuiApp(lacking).run_test(size=SIZE) as pilot:
        await looked(pilot)
        assert "1 thing" in row(pilot, "begin fix")
        await chosen(pilot, "begin fix")
        assert "sudo apt-get install -y virtualbox" in shown(pilot, "#what")
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, HostScreen)
        text = drawn(pilot.app)
        assert "1 thing to fix" in text
        assert all(check.message in text for check in LACKING)
        lacking._checks = READY
        await pilot.press("r")
        await pilot.pause()
        assert "ready" in drawn(pilot.app)
        await pilot.press("escape")
        await pilot.pause()
        assert "Check this host" in row(pilot, "begin fix")


async def test_a_build_has_a_time_only_where_there_was_one(host: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    async with KubetuiApp(host).run_test(size=LARGER) as pilot:
        await looked(pilot)
        assert "minute" not in row(pilot, "begin build")
    monkeypatch.setattr(estimate, "estimate", lambda _plan: 118.0)
    async with KubetuiApp(host).run_test(size=LARGER) as pilot:
        await looked(pilot)
        assert "about 2 minutes" in row(pilot, "begin build")
