"""Moving through the pages: Enter goes from field to field, ctrl+n and the step bar to the next page; lists open."""

from typing import Any

import pytest
from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.widgets import Select

from kubetui.base.check import Check
from screens.app import KubetuiApp
from screens.widgets.keys import KeysScreen
from screens.wizard.choices import Choices
from screens.wizard.pages import PageScreen
from screens.wizard.review import ReviewScreen
from tests.screens.apps import LARGER, SIZE, drawn, field, fill, open_wizard, put, shown, until
from tests.screens.hosts import FakeHost

VAGRANT = Check("Vagrant", "ok", "Vagrant 2.4.9")
PROVIDED = {
    "virtualbox": (VAGRANT, Check("VirtualBox", "failed", "VBoxManage is not on this host.", "Install VirtualBox.")),
    "libvirt": (
        VAGRANT,
        Check("libvirt (KVM, QEMU)", "ok", "virsh is installed"),
        Check("vagrant-libvirt", "failed", "The Vagrant plugin vagrant-libvirt is not installed.", "Install it."),
    ),
    "lxc": (VAGRANT, Check("LXC containers", "ok", "lxc-start is installed"), Check("vagrant-lxc", "ok", "1.4")),
}


def here(pilot: Pilot[Any]) -> str:
    """Return the title of the field with the focus, or the page's name on another page than the first."""
    screen = pilot.app.screen
    assert isinstance(screen, PageScreen)
    assert screen.question is not None
    return screen.question.title


async def test_enter_goes_through_every_field_and_then_to_the_next_page(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await open_wizard(pilot)
        titles = [here(pilot)]
        for keys in (["enter"], ["enter"] * 2, ["enter"], ["enter"] * 2, ["enter"], ["enter"], ["enter"]):
            # the second and the fourth are lists: Enter opens it, and Enter there takes the choice and goes on
            await pilot.press(*keys)
            await pilot.pause()
            titles.append(here(pilot))
        assert titles == [
            "Name",
            "Provider",
            "Box",
            "Packages",
            "Control planes",
            "Workers",
            "Memory each",
            "CPUs each",
        ]
        await pilot.press("enter")
        await pilot.pause()
        assert here(pilot) == "First address"


async def test_enter_in_a_wrong_field_goes_on_and_marks_it(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await open_wizard(pilot)
        for title, text, message in (
            ("Memory each", "100", "Memory each: 100 MiB is too little: at least 512 MiB."),
            ("CPUs each", "1", "CPUs each: 1 CPU is too little for a control plane: kubeadm refuses to start. Give it"),
        ):
            await fill(pilot, title, text)
            assert shown(pilot, "#problems") == "" or title not in shown(pilot, "#problems")
            await pilot.press("tab")
            await pilot.pause()
            assert str(field(pilot, title).query_one(".state").render()) == "✕ wrong"
            assert message in " ".join(shown(pilot, "#problems").split())
        field(pilot, "CPUs each").control.focus()
        await pilot.press("enter")
        await pilot.pause()
        assert here(pilot) == "Memory each"


async def test_a_field_shows_how_it_was_read_once_it_is_left(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await open_wizard(pilot)
        await fill(pilot, "Memory each", "4 GiB".replace(" ", ""))
        assert field(pilot, "Memory each").text == "4GiB"
        await pilot.press("enter")
        await until(pilot, lambda: field(pilot, "Memory each").text == "4096")
        screen = pilot.app.screen
        assert isinstance(screen, PageScreen)
        assert screen.draft.look().profile.machines.memory == 4096


async def test_ctrl_n_goes_to_the_next_page_from_any_field(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await open_wizard(pilot)
        for title in ("First address", "Version"):
            await pilot.press("tab", "ctrl+n")
            await pilot.pause()
            assert here(pilot) == title
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ReviewScreen)


async def test_the_step_bar_goes_to_a_later_page(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await open_wizard(pilot)
        await pilot.click("PagesLine", offset=(48, 0))
        for _ in range(4):
            await pilot.pause()
        assert isinstance(pilot.app.screen, ReviewScreen)
        await pilot.click("PagesLine", offset=(64, 0))
        await pilot.pause()
        assert isinstance(pilot.app.screen, ReviewScreen), "the run does not start by a click on its name"


async def test_the_step_bar_stops_at_a_page_that_is_wrong(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await open_wizard(pilot, page=1)
        await put(pilot, "Pod CIDR", "10.96.0.0/16")
        await pilot.press("escape")
        await pilot.pause()
        await pilot.click("PagesLine", offset=(48, 0))
        for _ in range(4):
            await pilot.pause()
        assert here(pilot) == "Pod CIDR"


@pytest.mark.parametrize("key", ["enter", "space"])
@pytest.mark.parametrize("utf8", [True, False])
async def test_a_list_opens_with_a_border_and_a_mark(
    key: str,
    utf8: bool,  # noqa: FBT001
    host: FakeHost,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not utf8:
        monkeypatch.setenv("LANG", "C")
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await open_wizard(pilot)
        await pilot.press("down", key)
        await pilot.pause()
        overlay = field(pilot, "Provider").query_one(Choices)
        assert overlay.has_focus
        assert overlay.styles.border_top[0] == "round"
        assert [str(option.prompt)[:1].strip() for option in overlay.options] == ["›" if utf8 else ">", *[""] * 5]
        mark = str(field(pilot, "Provider").query_one(".mark").render())
        assert mark == ("›" if utf8 else ">"), "the row of an open list is still marked"
        await pilot.press("down")
        await pilot.pause()
        assert [bool(str(option.prompt)[:1].strip()) for option in overlay.options] == [False, True, *[False] * 4]
        await pilot.press("escape")
        await pilot.pause()
        assert here(pilot) == "Provider"
        assert field(pilot, "Provider").query_one(Select).value == "virtualbox"


async def test_providers_say_what_this_host_has_of_them() -> None:
    async with KubetuiApp(FakeHost(provided=PROVIDED)).run_test(size=SIZE) as pilot:
        await open_wizard(pilot)
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        prompts = [str(option.prompt)[2:] for option in field(pilot, "Provider").query_one(Choices).options]
        assert prompts == [
            "VirtualBox               ✕ not installed",
            "libvirt (KVM, QEMU)      ✕ plugin missing",
            "VMware Desktop",
            "LXC containers           ▲ needs your box",
            "existing machines (SSH)",
            "rehearsal",
        ]
        # the check of the chosen provider is on this page, and not only in the review
        assert "VBoxManage is not on this host. Install VirtualBox." in shown(pilot, "#problems")
        await put(pilot, "Provider", "lxc")
        assert "VBoxManage" not in shown(pilot, "#problems")
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert here(pilot) == "First address", "what this host lacks keeps nobody from going on"


class Page(PageScreen):
    """A page that knows how wide it took the terminal to be when it was made."""

    width_when_composed = ""

    def compose(self) -> ComposeResult:
        yield from super().compose()
        self.width_when_composed = "wide" if self.has_class("-wide") else "narrow"


async def test_the_help_has_its_place_in_the_first_frame(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=LARGER) as pilot:
        await open_wizard(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, PageScreen)
        page = Page(0, screen.draft, host)
        await pilot.app.push_screen(page)
        assert page.width_when_composed == "wide"


async def test_an_open_list_says_its_keys(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await open_wizard(pilot)
        await pilot.press("down", "enter")
        await pilot.pause()
        assert drawn(pilot.app).splitlines()[-1].startswith(" enter Choose  esc Close ")
        await pilot.press("?")
        await pilot.pause()
        assert isinstance(pilot.app.screen, KeysScreen)
        assert "Take this choice, and go to the next field." in drawn(pilot.app)


@pytest.mark.parametrize("wrong", [("Name", "Workers"), ("Workers", "Memory each"), ("Memory each",)])
async def test_going_on_leads_to_the_first_field_that_is_wrong(host: FakeHost, wrong: tuple[str, ...]) -> None:
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await open_wizard(pilot)
        for title in reversed(wrong):
            await put(pilot, title, "4-")
        for start in ("Name", "Provider", "CPUs each"):
            field(pilot, start).control.focus()
            await pilot.pause()
            await pilot.press("ctrl+n")
            await pilot.pause()
            assert here(pilot) == wrong[0]
