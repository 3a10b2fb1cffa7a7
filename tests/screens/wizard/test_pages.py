"""The pages of questions: typing, going on and back, what is called wrong, and how it looks."""

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
from screens.wizard.draft import Draft
from screens.wizard.fields import Entry, Field
from screens.wizard.pages import PageScreen
from screens.wizard.pagesline import PagesLine
from screens.wizard.review import ReviewScreen
from tests.screens.apps import SIZES
from tests.screens.conftest import FakeHost

Snap = Any


def field(pilot: Pilot[Any], title: str) -> Field:
    return next(each for each in pilot.app.screen.query(Field) if each.question.title == title)


async def fill(pilot: Pilot[Any], title: str, text: str) -> None:
    field(pilot, title).control.focus()
    await pilot.pause()
    await pilot.press("ctrl+u", *text)
    await pilot.pause()


def said(pilot: Pilot[Any]) -> str:
    return str(pilot.app.screen.query_one("#problems", Static).render())


def word(pilot: Pilot[Any], title: str) -> str:
    return str(field(pilot, title).query_one(".state", Static).render())


async def begun(pilot: Pilot[Any], page: int = 0) -> None:
    await pilot.pause()
    await pilot.press("n")
    await pilot.pause()
    for _ in range(page):
        await pilot.press("enter")
        await pilot.pause()


async def test_every_question_has_its_row(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=(80, 24)) as pilot:
        await begun(pilot)
        for page in pages():
            rows = [each.question for each in pilot.app.screen.query(Field)]
            assert tuple(rows) == page.questions
            await pilot.press("enter")
            await pilot.pause()
        assert isinstance(pilot.app.screen, ReviewScreen)


async def test_back_loses_nothing(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=(80, 24)) as pilot:
        await begun(pilot)
        await fill(pilot, "Workers", "3")
        await pilot.press("enter")
        await pilot.pause()
        await fill(pilot, "Pod CIDR", "10.10.0.0/1")
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert isinstance(pilot.app.screen, StartScreen)
        await pilot.press("home", "enter")
        await pilot.pause()
        assert field(pilot, "Workers").control.value == "3"
        await pilot.press("enter")
        await pilot.pause()
        assert field(pilot, "Pod CIDR").control.value == "10.10.0.0/1"


async def test_unfinished_is_not_called_wrong(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=(80, 24)) as pilot:
        await begun(pilot)
        await fill(pilot, "Memory each", "51")
        assert (word(pilot, "Memory each"), said(pilot)) == ("", "")
        await pilot.press("tab")
        await pilot.pause()
        assert word(pilot, "Memory each") == "✕ wrong"
        assert "Memory each: 51 MiB is too little: at least 512 MiB." in said(pilot)


async def test_what_cannot_become_right_is_called_wrong_at_once(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=(80, 24)) as pilot:
        await begun(pilot)
        await fill(pilot, "Name", "L")
        assert word(pilot, "Name") == "✕ wrong"
        await pilot.press("backspace", "l")
        await pilot.pause()
        assert word(pilot, "Name") == ""


async def test_a_wrong_page_is_not_left(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=(80, 24)) as pilot:
        await begun(pilot, page=1)
        await fill(pilot, "Pod CIDR", "10.96.0.0/16")
        await fill(pilot, "Service CIDR", "10.96.0.0/12")
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, PageScreen)
        assert pilot.app.screen.index == 1
        assert pilot.app.screen.question == field(pilot, "Pod CIDR").question
        assert "10.96.0.0/16 lies inside the service CIDR 10.96.0.0/12. Try 10.244.0.0/16." in said(pilot)


async def test_a_question_mark_explains_where_it_is_no_text(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=(80, 24)) as pilot:
        await begun(pilot)
        await pilot.press("question_mark")
        await pilot.pause()
        assert isinstance(pilot.app.screen, KeysScreen)
        await pilot.press("escape")
        await pilot.pause()
        assert field(pilot, "Name").control.value == "lab"


async def test_a_choice_by_keys(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=(80, 24)) as pilot:
        await begun(pilot)
        await pilot.press("down", "right")
        await pilot.pause()
        provider = field(pilot, "Provider")
        assert provider.control.value == provider.question.choices[1]
        await pilot.press("left", "left")
        await pilot.pause()
        assert provider.control.value == provider.question.choices[-1]


async def test_a_first_address_that_leaves_the_addresses(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=(80, 24)) as pilot:
        await begun(pilot, page=1)
        await fill(pilot, "First address", "255.255.255.255")
        await pilot.press("tab")
        await pilot.pause()
        assert "not an address for a private network" in said(pilot)
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert isinstance(pilot.app.screen, StartScreen)


async def test_too_small_asks_for_room(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=(80, 24)) as pilot:
        await begun(pilot)
        await pilot.resize_terminal(50, 15)
        await pilot.pause()
        assert isinstance(pilot.app.screen, TooSmall)
        await pilot.resize_terminal(100, 30)
        await pilot.pause()
        assert isinstance(pilot.app.screen, PageScreen)


async def test_a_page_that_was_passed_can_be_clicked(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=(80, 24)) as pilot:
        await begun(pilot, page=2)
        await pilot.click("PagesLine", offset=(4, 0))
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, PageScreen)
        assert screen.index == 0


def test_a_draft_keeps_the_last_right_value() -> None:
    draft = Draft()
    workers = next(question for question in pages()[0].questions if question.title == "Workers")
    draft.enter(workers, "4")
    draft.enter(workers, "4x")
    assert (draft.text(workers), draft.profile().machines.workers, draft.changed) == ("4x", 4, True)
    assert list(draft.problems()) == [workers.path]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("case", ["empty", "filled", "wrong", "choosing", "keys"])
def test_machines(snap_compare: Snap, size: tuple[int, int], case: str, host: FakeHost) -> None:
    async def before(pilot: Pilot[Any]) -> None:
        await begun(pilot)
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

    assert snap_compare(KubetuiApp(host), terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("case", ["ok", "overlap", "routes", "many"])
def test_network(snap_compare: Snap, size: tuple[int, int], case: str) -> None:
    routes = (Route(IPv4Network("10.244.0.0/16"), "tun0"),) if case == "routes" else ()

    async def before(pilot: Pilot[Any]) -> None:
        await begun(pilot)
        if case == "many":
            await fill(pilot, "Workers", "99")
        await pilot.press("enter")
        await pilot.pause()
        if case == "overlap":
            await fill(pilot, "Pod CIDR", "10.100.0.0/16")
            await pilot.press("tab")
        await pilot.pause()

    assert snap_compare(KubetuiApp(FakeHost(routes=routes)), terminal_size=size, run_before=before)


async def test_a_rehearsal_says_so(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=(80, 24)) as pilot:
        await begun(pilot)
        provider = field(pilot, "Provider")
        provider.control.value = "rehearsal"
        await pilot.pause()
        assert "rehearsal: nothing here is real" in str(pilot.app.screen.query_one(PagesLine).render())


@pytest.mark.parametrize("size", SIZES)
def test_kubernetes(snap_compare: Snap, size: tuple[int, int], host: FakeHost) -> None:
    async def before(pilot: Pilot[Any]) -> None:
        await begun(pilot, page=2)

    assert snap_compare(KubetuiApp(host), terminal_size=size, run_before=before)


def test_where_there_is_no_utf8(snap_compare: Snap, host: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "C")

    async def before(pilot: Pilot[Any]) -> None:
        await begun(pilot, page=1)

    assert snap_compare(KubetuiApp(host), terminal_size=(80, 24), run_before=before)


def test_without_colour(snap_compare: Snap, host: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def before(pilot: Pilot[Any]) -> None:
        await begun(pilot)
        await fill(pilot, "Name", "My lab")

    assert snap_compare(KubetuiApp(host), terminal_size=(80, 24), run_before=before)


async def test_entries_are_one_row_high(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=(80, 24)) as pilot:
        await begun(pilot)
        assert {entry.size.height for entry in pilot.app.screen.query(Entry)} == {1}


async def test_keys_act_in_the_order_in_which_they_were_pressed(host: FakeHost) -> None:
    wizard = KubetuiApp(host)
    async with wizard.run_test(size=(80, 24)) as pilot:
        await begun(pilot)
        burst = [("ctrl+u", "\x15"), ("x", "x"), ("y", "y"), ("backspace", "\x7f"), ("z", "z")]
        for key, character in burst:
            wizard.post_message(Key(key, character))
        await pilot.pause()
        await pilot.pause()
        assert field(pilot, "Name").control.value == "xz"


async def test_enter_at_once_after_a_letter_counts_the_letter() -> None:
    app = KubetuiApp(FakeHost())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("n")
        await pilot.pause()
        page = app.screen
        assert isinstance(page, PageScreen)
        workers = next(field for field in page.query(Field) if field.question.path == ("machines", "workers"))
        # the field has the text, and its news of it has not arrived: as on a slow host
        with workers.control.prevent(Input.Changed):
            workers.control.value = "3"
        page.action_go_on()
        await pilot.pause()
        assert app.screen is not page
        assert page.draft.profile().machines.workers == 3
