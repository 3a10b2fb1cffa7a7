"""The screen of a run: leaving, retrying, failing, and how it looks."""

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from kubetui.base.errors import BusyError
from screens.cluster.screen import ClusterScreen
from screens.run.failure import FailureScreen
from screens.run.panes.machinelist import MachineList
from screens.run.screen import RunScreen
from screens.widgets.choose import Choose
from tests.screens import recorded
from tests.screens.apps import LARGER, LARGEST, SIZE, until
from tests.screens.recorded import Recording
from tests.screens.run.cases import Case, failed, running, shown

Snap = Callable[..., bool]


@pytest.mark.parametrize(
    ("keys", "size"),
    [((), SIZE), ((), LARGER), ((), LARGEST), (("a", "T"), SIZE), (("z",), SIZE), (("escape",), SIZE)],
    ids=["one", "larger", "largest", "all", "full", "leaving"],
)
def test_running(snap_compare: Snap, keys: tuple[str, ...], size: tuple[int, int]) -> None:
    case = Case(running)

    async def before(pilot: Pilot[None]) -> None:
        await until(pilot, case.heard)
        await pilot.press(*keys)
        await until(pilot, lambda: True)

    assert snap_compare(case.app(), terminal_size=size, run_before=before)


@pytest.mark.parametrize("keys", [(), ("l", "j", "j")], ids=["view", "log"])
def test_failed(snap_compare: Snap, keys: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/home/someone/.local/state")
    case = Case(failed)

    async def before(pilot: Pilot[None]) -> None:
        await until(pilot, shown(pilot, FailureScreen))
        await pilot.press(*keys)
        await until(pilot, lambda: True)

    assert snap_compare(case.app(), terminal_size=SIZE, run_before=before)


def test_a_finished_run_stays_open_for_a_reader(snap_compare: Snap) -> None:
    case = Case(recorded.finished)

    case.recordings[0].may_end.clear()

    async def before(pilot: Pilot[None]) -> None:
        await until(pilot, case.heard)
        await pilot.press("p")
        case.recordings[0].may_end.set()
        await until(pilot, lambda: not case.sessions[0].running)

    assert snap_compare(case.app(), terminal_size=SIZE, run_before=before)


async def test_a_ready_cluster_opens_by_itself() -> None:
    case = Case(recorded.finished)
    async with case.app().run_test() as pilot:
        await until(pilot, shown(pilot, ClusterScreen))
        assert len(pilot.app.screen_stack) == 2


async def test_leaving_asks_and_a_stop_finishes_running_steps() -> None:
    case = Case(running)
    async with case.app().run_test() as pilot:
        await until(pilot, case.heard)
        await pilot.press("escape")
        await until(pilot, shown(pilot, Choose))
        await pilot.press("escape")
        await until(pilot, shown(pilot, RunScreen))
        assert case.sessions[0].running
        await pilot.press("q", "j", "enter")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
        assert case.recordings[0].finished


async def test_a_run_in_the_background_is_shown_again() -> None:
    case = Case(running)
    async with case.app().run_test() as pilot:
        await until(pilot, case.heard)
        await pilot.press("escape", "j", "j", "enter")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
        assert case.sessions[0].running
        again = case.screen()
        assert again.session is case.sessions[0]
        pilot.app.push_screen(again)
        await until(pilot, lambda: again.is_current)
        assert len(case.sessions) == 1


async def test_retry_runs_the_same_profile_again() -> None:
    case = Case(failed)
    case.recordings.append(Recording(recorded.finished(case.profile)))
    async with case.app().run_test() as pilot:
        await until(pilot, shown(pilot, FailureScreen))
        await pilot.press("r")
        await until(pilot, shown(pilot, ClusterScreen))
    assert len(case.sessions) == 2
    assert case.sessions[0].profile is case.sessions[1].profile


async def test_copy_takes_the_whole_failure() -> None:
    case = Case(failed)
    async with case.app().run_test() as pilot:
        await until(pilot, shown(pilot, FailureScreen))
        await pilot.press("y")
        copied = pilot.app.clipboard
    assert copied.startswith('kubnode2 failed at "Install kubelet, kubeadm and kubectl"')
    assert "error APT-LOCK: kubetui explain APT-LOCK" in copied
    # the cause, what to do, the command, its last lines
    parts = ("held it for 5 minutes", "try again in", f"$ {recorded.COMMAND}", "Reading package lists...", "error APT")
    places = [copied.index(part) for part in parts]
    assert places == sorted(places)


async def test_a_run_that_cannot_start_says_why() -> None:
    case = Case(lambda chosen: recorded.everything(chosen)[:1], BusyError("Another kubetui works on lab.", fix="Wait."))
    async with case.app().run_test() as pilot:
        await until(pilot, shown(pilot, FailureScreen))
        screen = pilot.app.screen
        assert isinstance(screen, FailureScreen)
        assert screen.headline() == "lab was not built"
        await pilot.press("escape")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1)


async def test_a_list_of_a_hundred_machines_scrolls() -> None:
    case = Case(running)
    case.profile = recorded.profile(workers=99)
    case.recordings = [Recording(recorded.everything(case.profile)[:500])]
    async with case.app().run_test(size=SIZE) as pilot:
        await until(pilot, lambda: case.sessions and case.sessions[0].progress.tasks)
        await pilot.press(*"j" * 60)
        screen = pilot.app.screen
        assert isinstance(screen, RunScreen)
        assert screen.machine == "kubnode60"


async def test_a_larger_window_shows_the_steps_done() -> None:
    case = Case(running)
    async with case.app().run_test(size=LARGER) as pilot:
        await until(pilot, case.heard)
        row = pilot.app.screen.query_one(MachineList).render_line(0).text
        assert "kubmaster" in row
        assert "/" in row
