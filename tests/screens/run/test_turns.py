"""Your turn on the run screen: the list of steps, and the dialog of one that waits."""

from collections.abc import Callable
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot

from kubetui.profile.schema.profile import Profile
from screens.run import turn
from screens.run.failure import FailureScreen
from screens.run.panes.steplist import StepList
from screens.run.screen import RunScreen
from screens.run.session import Session
from screens.run.turn import TurnScreen
from screens.run.turnlist import TurnList
from tests.screens import recorded
from tests.screens.apps import LARGER, SIZE, drawn, until
from tests.screens.apps import shown as text_of
from tests.screens.recorded import Recording
from tests.screens.run.byhand import INIT, MISSING, OTHER, SWAP, Played, Turning, failing
from tests.screens.run.cases import Case, running, shown

Snap = Callable[..., bool]


def told(app: App[Any]) -> list[str]:
    return [note.message for note in app._notifications]


async def asked(pilot: Pilot[Any]) -> None:
    """Wait for the dialog."""
    await until(pilot, shown(pilot, TurnScreen))


async def asked_later(pilot: Pilot[Any], case: Turning) -> None:
    """Let the run begin once its screen is drawn, so that a picture has all of it; wait for the dialog."""
    await until(pilot, lambda: case.session.progress.tasks)
    case.runs[0].may_begin.set()
    await asked(pilot)


async def test_a_step_is_taken_and_left_again_in_the_list() -> None:
    case = Turning(Played())
    async with case.app().run_test(size=SIZE) as pilot:
        await until(pilot, lambda: case.session.progress.tasks)
        await pilot.press("Y")
        await until(pilot, shown(pilot, TurnList))
        assert "Turn swap off                         kubetui" in drawn(pilot.app)
        await pilot.press("enter")
        await pilot.pause()
        assert case.session.turns.wants(SWAP)
        assert "◆ Turn swap off                         yours" in drawn(pilot.app)
        await pilot.press("j", "space")
        await pilot.press("k", "enter", "escape")
        await until(pilot, shown(pilot, RunScreen))
        assert not case.session.turns.wants(SWAP)
        assert {task.step for task in case.session.wanted} == {"kernel"}
        rows = pilot.app.screen.query_one(StepList).items
        assert ("kernel", "waiting", "Prepare the kernel", "yours") in rows


async def test_the_list_begins_with_the_chosen_machine() -> None:
    case = Turning(Played())
    async with case.app().run_test(size=LARGER) as pilot:
        await until(pilot, lambda: case.session.progress.tasks)
        await pilot.press("j", "Y")
        await until(pilot, shown(pilot, TurnList))
        await pilot.press("enter")
        await pilot.pause()
        assert case.session.wanted == {OTHER}


async def test_steps_that_have_begun_stay_as_they_are() -> None:
    case = Case(running)
    async with case.app().run_test(size=LARGER) as pilot:
        await until(pilot, case.heard)
        await pilot.press("Y")
        await until(pilot, shown(pilot, TurnList))
        rows = [" ".join(line.split()) for line in drawn(pilot.app).splitlines()]
        assert any("● Turn swap off done" in row for row in rows)
        assert any("◐ kubeadm init running" in row for row in rows)
        await pilot.press("enter")
        await pilot.pause()
        assert told(pilot.app) == ["This step has begun already. It stays as it is."]
        assert not case.sessions[0].wanted
        assert not case.sessions[0].turns.wants(SWAP)


async def test_a_rehearsal_says_why_no_step_can_be_yours() -> None:
    case = Case(running)
    case.profile = Profile(name="lab", provider="rehearsal")
    async with case.app().run_test(size=SIZE) as pilot:
        await until(pilot, case.heard)
        await pilot.press("Y")
        await pilot.pause()
        assert shown(pilot, RunScreen)()
        assert told(pilot.app) == ["In a rehearsal no step can be yours: its machines replay a recording."]


async def test_a_step_waits_misses_something_and_is_done() -> None:
    run = Played(SWAP, missing={SWAP: [MISSING]})
    case = Turning(run, yours=[SWAP])
    async with case.app().run_test(size=SIZE) as pilot:
        await asked(pilot)
        words = drawn(pilot.app)
        assert "Your turn: Turn swap off on kubmaster" in words
        assert "Goal: no swap is on, and none comes back at the next boot." in words
        assert "sudo -i" in words
        run.may_find.clear()
        await pilot.press("c")
        await pilot.pause()
        assert "Looking ..." in text_of(pilot, "#found")
        run.may_find.set()
        await until(pilot, lambda: f"Not yet: {MISSING}" in text_of(pilot, "#found"))
        await pilot.press("c")
        await until(pilot, shown(pilot, RunScreen))
        assert told(pilot.app) == ["It is done."]
        assert run.outcomes == {SWAP: "by hand"}


async def test_a_hint_is_a_word_and_then_the_commands() -> None:
    case = Turning(Played(SWAP), yours=[SWAP])
    async with case.app().run_test(size=SIZE) as pilot:
        await asked(pilot)
        assert not text_of(pilot, "#hint")
        await pilot.press("h")
        await pilot.pause()
        assert text_of(pilot, "#hint").startswith("Hint: swapoff, and /etc/fstab.")
        assert "swapoff -a" not in text_of(pilot, "#hint")
        await pilot.press("h")
        await pilot.pause()
        assert text_of(pilot, "#hint").splitlines()[:2] == ["As root, for example:", "# swapoff -a"]


async def test_kubetui_does_it_if_asked_to() -> None:
    run = Played(SWAP)
    case = Turning(run, yours=[SWAP])
    async with case.app().run_test(size=SIZE) as pilot:
        await asked(pilot)
        await pilot.press("d")
        await until(pilot, shown(pilot, RunScreen))
        assert run.outcomes == {SWAP: "left"}
        assert told(pilot.app) == []


async def test_kubetui_does_it_if_asked_to_while_it_looks() -> None:
    run = Played(SWAP, missing={SWAP: [MISSING]})
    run.may_find.clear()
    case = Turning(run, yours=[SWAP])
    async with case.app().run_test(size=SIZE) as pilot:
        await asked(pilot)
        await pilot.press("c", "d")
        run.may_find.set()
        await until(pilot, shown(pilot, RunScreen))
        assert run.outcomes == {SWAP: "left"}


@pytest.mark.parametrize("keys", [("enter",), ("Y", "enter")], ids=["step", "list"])
async def test_a_step_put_off_goes_on_waiting_and_opens_again(keys: tuple[str, ...]) -> None:
    case = Turning(Played(SWAP), yours=[SWAP])
    async with case.app().run_test(size=SIZE) as pilot:
        await asked(pilot)
        await pilot.press("escape")
        await until(pilot, shown(pilot, RunScreen))
        assert case.waiting == (SWAP,)
        words = " ".join(drawn(pilot.app).split())
        assert "◆ kubmaster your turn:" in words
        assert "◆ waits for you" in words
        assert "left" not in words
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
        await asked(pilot)


async def test_the_next_step_is_asked_for_after_the_first() -> None:
    case = Turning(Played(SWAP, OTHER), yours=[SWAP, OTHER])
    async with case.app().run_test(size=SIZE) as pilot:
        await asked(pilot)
        assert "Turn swap off on kubmaster" in drawn(pilot.app)
        await pilot.press("c")
        await until(pilot, lambda: "Turn swap off on kubnode1" in drawn(pilot.app))
        assert case.waiting == (OTHER,)
        await pilot.press("escape")
        await until(pilot, shown(pilot, RunScreen))


async def test_nothing_pops_up_while_the_person_types_into_the_log() -> None:
    run = Played(SWAP)
    run.may_begin.clear()
    case = Turning(run, yours=[SWAP])
    async with case.app().run_test(size=SIZE) as pilot:
        await until(pilot, lambda: case.session.progress.tasks)
        await pilot.press("slash", "s")
        run.may_begin.set()
        await until(pilot, lambda: case.waiting)
        assert shown(pilot, RunScreen)()
        assert told(pilot.app) == ["It waits for you."]
        await pilot.press("escape")
        await asked(pilot)


async def test_leaving_the_shell_makes_kubetui_look(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[tuple[str, str]] = []
    there: list[bool] = [False, True]

    def shell(_app: object, cluster: str, machine: str) -> bool:
        opened.append((cluster, machine))
        return there.pop(0)

    monkeypatch.setattr(turn, "open_shell", shell)
    run = Played(SWAP)
    case = Turning(run, yours=[SWAP])
    async with case.app().run_test(size=SIZE) as pilot:
        await asked(pilot)
        await pilot.press("s")
        await until(pilot, lambda: opened)
        assert case.waiting == (SWAP,)
        await pilot.press("enter")
        await until(pilot, shown(pilot, RunScreen))
        assert opened == [("lab", "kubmaster")] * 2
        assert run.outcomes == {SWAP: "by hand"}


async def test_a_stop_closes_the_dialog() -> None:
    case = Turning(Played(SWAP), yours=[SWAP])
    async with case.app().run_test(size=SIZE) as pilot:
        await asked(pilot)
        case.session.wind_down()
        await until(pilot, shown(pilot, RunScreen))


async def test_a_retry_keeps_what_is_not_done_yet() -> None:
    case = Case(failing)
    case.recordings.append(Recording(recorded.everything(case.profile)[:1]))
    async with case.app().run_test(size=SIZE) as pilot:
        await until(pilot, shown(pilot, FailureScreen))
        first = case.sessions[0]
        done = next(iter(first.progress.ended))
        for task in (SWAP, INIT, done):
            first.turns.want(task)
        await pilot.press("r")
        await until(pilot, lambda: len(case.sessions) == 2)
        assert case.sessions[1].wanted == {SWAP, INIT}


def test_what_is_done_is_not_wanted_any_more() -> None:
    profile = recorded.profile()
    session = Session(profile, Recording(recorded.finished(profile)))
    session.turns.want(SWAP)
    assert session.wanted == {SWAP}
    session.start()
    session.join(60)
    session.drain()
    assert not session.wanted


@pytest.mark.parametrize("size", [SIZE, LARGER], ids=["small", "larger"])
@pytest.mark.parametrize("keys", [(), ("c", "h", "h")], ids=["begins", "hints"])
def test_the_dialog(snap_compare: Snap, keys: tuple[str, ...], size: tuple[int, int]) -> None:
    case = Turning(
        Played(INIT, missing={INIT: ["the API server does not answer at 192.168.56.101:6443."]}), yours=[INIT]
    )
    case.runs[0].may_begin.clear()

    async def before(pilot: Pilot[None]) -> None:
        await asked_later(pilot, case)
        await pilot.press(*keys)
        await until(pilot, lambda: not keys or "Not yet" in text_of(pilot, "#found"))

    assert snap_compare(case.app(), terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", [SIZE, LARGER], ids=["small", "larger"])
def test_the_list(snap_compare: Snap, size: tuple[int, int]) -> None:
    case = Turning(Played(SWAP), yours=[SWAP, INIT])
    case.runs[0].may_begin.clear()

    async def before(pilot: Pilot[None]) -> None:
        await asked_later(pilot, case)
        await pilot.press("escape", "Y")
        await until(pilot, shown(pilot, TurnList))

    assert snap_compare(case.app(), terminal_size=size, run_before=before)


def test_what_waits_is_marked(snap_compare: Snap) -> None:
    case = Turning(Played(SWAP), yours=[SWAP, INIT])
    case.runs[0].may_begin.clear()

    async def before(pilot: Pilot[None]) -> None:
        await asked_later(pilot, case)
        await pilot.press("escape")
        await until(pilot, shown(pilot, RunScreen))

    assert snap_compare(case.app(), terminal_size=SIZE, run_before=before)
