"""The pages of questions: typing, moving between pages, wrong answers, and how they look."""

from ipaddress import IPv4Network
from typing import Any

import pytest
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input, Static

from kubetui.host.addresses import Route
from kubetui.profile.questions.pages import pages
from screens.app import KubetuiApp
from screens.start.screen import StartScreen
from screens.widgets.chrome import TooSmall
from screens.widgets.keys import KeysScreen
from screens.wizard.fields import Entry, Field
from screens.wizard.pages import PageScreen
from screens.wizard.pagesline import PagesLine
from screens.wizard.review import ReviewScreen
from tests.screens.apps import LARGER, SIZE, field, fill, open_wizard, shown
from tests.screens.hosts import FakeHost

Snap = Any


def problems(pilot: Pilot[Any]) -> str:
    return shown(pilot, "#problems")


def word(pilot: Pilot[Any], title: str) -> str:
    return str(field(pilot, title).query_one(".state", Static).render())


async def test_every_question_has_a_row(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await open_wizard(pilot)
        for page in pages():
            rows = [each.question for each in pilot.app.screen.query(Field)]
            assert tuple(rows) == page.questions
            await pilot.press("ctrl+n")
            await pilot.pause()
        assert isinstance(pilot.app.screen, ReviewScreen)


async def test_going_back_keeps_the_answers(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await open_wizard(pilot)
        await fill(pilot, "Workers", "3")
        await pilot.press("ctrl+n")
        await pilot.pause()
        await fill(pilot, "Pod CIDR", "10.10.0.0/1")
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert isinstance(pilot.app.screen, StartScreen)
        pilot.app.screen.query_one("#profiles").focus()
        await pilot.press("home", "enter")
        await pilot.pause()
        assert field(pilot, "Workers").control.value == "3"
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert field(pilot, "Pod CIDR").control.value == "10.10.0.0/1"


async def test_an_unfinished_answer_is_not_called_wrong(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await open_wizard(pilot)
        await fill(pilot, "Memory each", "51")
        assert (word(pilot, "Memory each"), problems(pilot)) == ("", "")
        await pilot.press("tab")
        await pilot.pause()
        assert word(pilot, "Memory each") == "✕ wrong"
        assert "Memory each: 51 MiB is too little: at least 512 MiB." in problems(pilot)


async def test_an_answer_that_cannot_become_valid_is_called_wrong_at_once(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await open_wizard(pilot)
        await fill(pilot, "Name", "L")
        assert word(pilot, "Name") == "✕ wrong"
        await pilot.press("backspace", "l")
        await pilot.pause()
        assert word(pilot, "Name") == ""


async def test_continue_stays_on_a_page_with_a_wrong_answer(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await open_wizard(pilot, page=1)
        await fill(pilot, "Pod CIDR", "10.96.0.0/16")
        await fill(pilot, "Service CIDR", "10.96.0.0/12")
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert isinstance(pilot.app.screen, PageScreen)
        assert pilot.app.screen.index == 1
        assert pilot.app.screen.question == field(pilot, "Pod CIDR").question
        assert "10.96.0.0/16 lies inside the service CIDR 10.96.0.0/12. Try 10.244.0.0/16." in problems(pilot)


async def test_a_question_mark_opens_help_where_it_cannot_be_text(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await open_wizard(pilot)
        await pilot.press("question_mark")
        await pilot.pause()
        assert isinstance(pilot.app.screen, KeysScreen)
        await pilot.press("escape")
        await pilot.pause()
        assert field(pilot, "Name").control.value == "lab"


async def test_left_and_right_change_a_choice(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await open_wizard(pilot)
        await pilot.press("down", "right")
        await pilot.pause()
        provider = field(pilot, "Provider")
        assert provider.control.value == provider.question.choices[1]
        await pilot.press("left", "left")
        await pilot.pause()
        assert provider.control.value == provider.question.choices[-1]


async def test_a_first_address_beyond_the_private_ranges(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await open_wizard(pilot, page=1)
        await fill(pilot, "First address", "255.255.255.255")
        await pilot.press("tab")
        await pilot.pause()
        assert "not an address for a private network" in problems(pilot)
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert isinstance(pilot.app.screen, StartScreen)


async def test_a_small_window_asks_to_be_enlarged(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await open_wizard(pilot)
        await pilot.resize_terminal(50, 15)
        await pilot.pause()
        assert isinstance(pilot.app.screen, TooSmall)
        await pilot.resize_terminal(100, 30)
        await pilot.pause()
        assert isinstance(pilot.app.screen, PageScreen)


async def test_a_click_on_an_earlier_page_goes_back(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await open_wizard(pilot, page=2)
        await pilot.click("PagesLine", offset=(4, 0))
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, PageScreen)
        assert screen.index == 0


@pytest.mark.parametrize("case", ["empty", "filled", "wrong", "choosing", "keys"])
def test_machines(snap_compare: Snap, case: str, host: FakeHost) -> None:
    async def before(pilot: Pilot[Any]) -> None:
        await open_wizard(pilot)
        if case == "filled":
            await fill(pilot, "Name", "team")
            await fill(pilot, "Workers", "5")
            await fill(pilot, "Memory each", "4096")
        if case == "wrong":
            await fill(pilot, "Name", "My lab")
            await fill(pilot, "Memory each", "1024")
            await pilot.press("tab")
        if case == "choosing":
            await pilot.press("down", "space")
        if case == "keys":
            await pilot.press("f1")
        await pilot.pause()

    assert snap_compare(KubetuiApp(host), terminal_size=SIZE, run_before=before)


@pytest.mark.parametrize("size", [SIZE, LARGER, (200, 50)], ids=["80x24", "120x40", "200x50"])
def test_a_page_at_each_size(snap_compare: Snap, size: tuple[int, int], host: FakeHost) -> None:
    async def before(pilot: Pilot[Any]) -> None:
        await open_wizard(pilot)
        await fill(pilot, "Memory each", "4096")

    assert snap_compare(KubetuiApp(host), terminal_size=size, run_before=before)


@pytest.mark.parametrize("case", ["ok", "overlap", "routes", "many"])
def test_network(snap_compare: Snap, case: str) -> None:
    routes = (Route(IPv4Network("10.244.0.0/16"), "tun0"),) if case == "routes" else ()

    async def before(pilot: Pilot[Any]) -> None:
        await open_wizard(pilot)
        if case == "many":
            await fill(pilot, "Workers", "99")
        await pilot.press("ctrl+n")
        await pilot.pause()
        if case == "overlap":
            await fill(pilot, "Pod CIDR", "10.100.0.0/16")
            await pilot.press("tab")
        await pilot.pause()

    assert snap_compare(KubetuiApp(FakeHost(routes=routes)), terminal_size=SIZE, run_before=before)


async def test_a_rehearsal_is_labelled(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await open_wizard(pilot)
        provider = field(pilot, "Provider")
        provider.control.value = "rehearsal"
        await pilot.pause()
        assert "rehearsal: nothing here is real" in str(pilot.app.screen.query_one(PagesLine).render())


def test_kubernetes(snap_compare: Snap, host: FakeHost) -> None:
    async def before(pilot: Pilot[Any]) -> None:
        await open_wizard(pilot, page=2)

    assert snap_compare(KubetuiApp(host), terminal_size=SIZE, run_before=before)


def test_without_utf8(snap_compare: Snap, host: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "C")

    async def before(pilot: Pilot[Any]) -> None:
        await open_wizard(pilot, page=1)

    assert snap_compare(KubetuiApp(host), terminal_size=SIZE, run_before=before)


def test_without_colour(snap_compare: Snap, host: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def before(pilot: Pilot[Any]) -> None:
        await open_wizard(pilot)
        await fill(pilot, "Name", "My lab")

    assert snap_compare(KubetuiApp(host), terminal_size=SIZE, run_before=before)


async def test_entries_are_one_row_high(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await open_wizard(pilot)
        # the checksum of a box is asked only for a .box file
        entries = [entry for entry in pilot.app.screen.query(Entry) if entry.region]
        assert len(entries) > 5
        assert {entry.size.height for entry in entries} == {1}


async def test_keys_act_in_the_order_they_were_pressed(host: FakeHost) -> None:
    wizard = KubetuiApp(host)
    async with wizard.run_test(size=SIZE) as pilot:
        await open_wizard(pilot)
        burst = [("ctrl+u", "\x15"), ("x", "x"), ("y", "y"), ("backspace", "\x7f"), ("z", "z")]
        for key, character in burst:
            wizard.post_message(Key(key, character))
        await pilot.pause()
        await pilot.pause()
        assert field(pilot, "Name").control.value == "xz"


async def test_enter_right_after_a_letter_keeps_the_letter() -> None:
    app = KubetuiApp(FakeHost())
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("n")
        await pilot.pause()
        page = app.screen
        assert isinstance(page, PageScreen)
        workers = next(field for field in page.query(Field) if field.question.path == ("machines", "workers"))
        # the field has the text, and its message has not arrived yet, as on a slow host
        with workers.control.prevent(Input.Changed):
            workers.control.value = "3"
        page.action_go_on()
        await pilot.pause()
        assert app.screen is not page
        assert page.draft.look().profile.machines.workers == 3


async def test_a_larger_window_has_help_beside_the_form(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=LARGER) as pilot:
        for title in ("Name", "First address", "Version"):
            await (pilot.press("ctrl+n") if title != "Name" else open_wizard(pilot))
            await pilot.pause()
            assert shown(pilot, "#help").startswith(f"{title}: ")
            form, aside = pilot.app.screen.query_one("#form").region, pilot.app.screen.query_one("#aside").region
            assert aside.x >= form.right
            assert aside.y <= form.bottom


async def test_a_key_that_still_waits_for_its_field_is_taken_before_the_next_page(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await open_wizard(pilot)
        page, control = pilot.app.screen, field(pilot, "Workers").control
        assert isinstance(page, PageScreen)
        control.focus()
        await pilot.press("ctrl+u")
        control.post_message(Key("4", "4"))
        page.action_go_on()
        await pilot.pause()
        assert pilot.app.screen is not page
        assert page.draft.look().profile.machines.workers == 4
