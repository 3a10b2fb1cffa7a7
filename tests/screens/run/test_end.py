"""The end of a run: nothing that is open above it is taken away, and it leads on once that is closed."""

from typing import Any

import pytest
from textual.pilot import Pilot

from screens.cluster.screen import ClusterScreen
from screens.explain.concepts import ConceptScreen
from screens.explain.steppage import StepPage
from screens.run.failure import FailureScreen
from screens.run.screen import RunScreen
from screens.run.times import TimesScreen
from screens.widgets.choose import Choose
from screens.widgets.keys import KeysScreen
from tests.screens import recorded
from tests.screens.apps import SIZE, drawn, until
from tests.screens.run.cases import Case, failed, failing_beside, running
from tests.screens.run.cases import shown as is_shown
from tests.screens.run.test_lesson import footer


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the titles of notices: they are gone after seconds, which a busy host may take."""
    said: list[str] = []
    monkeypatch.setattr("screens.app.KubetuiApp.notify", lambda _self, _words, title="", **_given: said.append(title))
    return said


async def end(pilot: Pilot[Any], case: Case) -> None:
    """Let the run end, and its screen hear of it."""
    under = next(each for each in pilot.app.screen_stack if isinstance(each, RunScreen))
    case.recordings[0].may_end.set()
    await until(pilot, lambda: not case.sessions[0].running and under._told)


def held(case: Case) -> Case:
    case.recordings[0].may_end.clear()
    return case


@pytest.mark.parametrize(
    ("key", "page"), [("enter", StepPage), ("e", ConceptScreen), ("t", TimesScreen), ("question_mark", KeysScreen)]
)
async def test_a_page_stays_when_the_run_ends_and_leads_to_the_cluster(key: str, page: type, told: list[str]) -> None:
    case = held(Case(recorded.finished))
    async with case.app().run_test() as pilot:
        await until(pilot, case.heard)
        await pilot.press(key)
        await until(pilot, is_shown(pilot, page))
        await end(pilot, case)
        assert isinstance(pilot.app.screen, page)
        assert told == ["lab is ready"]
        await pilot.press("escape")
        await until(pilot, is_shown(pilot, ClusterScreen))


async def test_a_page_above_a_page_stays_too() -> None:
    case = held(Case(recorded.finished))
    async with case.app().run_test() as pilot:
        await until(pilot, case.heard)
        await pilot.press("enter")
        await until(pilot, is_shown(pilot, StepPage))
        await pilot.press("e")
        await until(pilot, is_shown(pilot, ConceptScreen))
        await end(pilot, case)
        await pilot.press("escape")
        await until(pilot, is_shown(pilot, StepPage))
        await pilot.press("escape")
        await until(pilot, is_shown(pilot, ClusterScreen))


async def test_a_page_stays_when_the_run_fails_and_leads_to_the_failure(told: list[str]) -> None:
    case = held(Case(failed))
    async with case.app().run_test() as pilot:
        await until(pilot, case.heard)
        await pilot.press("t")
        await until(pilot, is_shown(pilot, TimesScreen))
        await end(pilot, case)
        assert isinstance(pilot.app.screen, TimesScreen)
        assert told == ["lab failed"]
        await pilot.press("escape")
        await until(pilot, is_shown(pilot, FailureScreen))


async def test_a_failure_that_is_read_already_is_not_opened_again() -> None:
    case = held(Case(failed))
    async with case.app().run_test() as pilot:
        await until(pilot, lambda: case.sessions and case.sessions[0].progress.failures)
        pilot.app.screen.action_peek()  # type: ignore[attr-defined]
        await until(pilot, is_shown(pilot, FailureScreen))
        await end(pilot, case)
        assert sum(isinstance(each, FailureScreen) for each in pilot.app.screen_stack) == 1
        await pilot.press("l")
        await until(pilot, is_shown(pilot, RunScreen))


async def test_the_question_of_someone_who_leaves_becomes_a_notice_whose_keys_do_no_harm() -> None:
    case = held(Case(recorded.finished))
    async with case.app().run_test() as pilot:
        await until(pilot, case.heard)
        await pilot.press("escape", "j")
        assert "Continue" in drawn(pilot.app)
        await end(pilot, case)
        assert isinstance(pilot.app.screen, Choose)
        assert "lab is ready: the run ended while you were asked." in drawn(pilot.app)
        assert "Stop" not in drawn(pilot.app)
        await pilot.press("enter")
        await until(pilot, is_shown(pilot, ClusterScreen))


async def test_that_notice_leads_to_the_start_screen_too() -> None:
    case = held(Case(recorded.finished))
    async with case.app().run_test() as pilot:
        await until(pilot, case.heard)
        await pilot.press("escape")
        await until(pilot, is_shown(pilot, Choose))
        await end(pilot, case)
        await pilot.press("j", "enter")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1)


async def test_someone_who_chose_to_leave_keeps_the_page_they_opened_meanwhile(told: list[str]) -> None:
    case = Case(running)
    async with case.app().run_test() as pilot:
        await until(pilot, case.heard)
        under = pilot.app.screen
        assert isinstance(under, RunScreen)
        await pilot.press("t")
        await until(pilot, is_shown(pilot, TimesScreen))
        under._answered("stop")
        await until(pilot, lambda: under._told)
        assert isinstance(pilot.app.screen, TimesScreen)
        assert told == ["lab has stopped"]
        await pilot.press("escape")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1)


async def test_a_machine_that_fails_among_others_ends_nothing(told: list[str]) -> None:
    case = Case(failing_beside)
    async with case.app().run_test() as pilot:
        await until(pilot, lambda: case.sessions and case.sessions[0].progress.failures)
        assert told == []


async def test_a_run_that_has_ended_names_the_way_to_the_cluster_and_esc_takes_it(told: list[str]) -> None:
    case = held(Case(recorded.finished))
    async with case.app().run_test(size=SIZE) as pilot:
        await until(pilot, case.heard)
        assert "esc" not in footer(pilot)
        await pilot.press("p", "tab", "enter")
        await until(pilot, is_shown(pilot, StepPage))
        await end(pilot, case)
        await pilot.press("escape")
        await until(pilot, is_shown(pilot, RunScreen))
        assert told == ["lab is ready"]
        assert list(footer(pilot).items())[:3] == [("↑↓", "Step"), ("esc", "Open the cluster"), ("tab", "Pane")]
        await pilot.press("slash", *"etcd", "enter", "escape")
        await until(pilot, lambda: True)
        assert isinstance(pilot.app.screen, RunScreen)
        await pilot.press("escape")
        await until(pilot, is_shown(pilot, ClusterScreen))


async def test_what_is_typed_into_the_logs_prompt_is_no_key_of_a_failure(told: list[str]) -> None:
    case = held(Case(failed))
    async with case.app().run_test() as pilot:
        await until(pilot, case.heard)
        await pilot.press("slash", "e", "r")
        await end(pilot, case)
        await pilot.press("r", "o", "r")
        assert isinstance(pilot.app.screen, RunScreen)
        assert told == ["lab failed"]
        assert len(case.sessions) == 1
        await pilot.press("enter")
        await until(pilot, is_shown(pilot, FailureScreen))
