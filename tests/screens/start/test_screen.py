"""The start screen: its list, its keys, and how it looks."""

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input

from kubetui.base.check import Check
from kubetui.base.files import write_private
from kubetui.cluster import kubeconfig
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import RunFinished, Sink
from kubetui.engine.stop import Stop
from kubetui.engine.turns import Turns
from kubetui.profile.files import file as profilefile
from kubetui.profile.schema.kinds import ProviderKind
from kubetui.profile.schema.profile import Profile
from kubetui.record.overview import recorded
from kubetui.record.state import ClusterState, Facts, state_of
from screens.app import KubetuiApp
from screens.cluster.doing import destroying, removal
from screens.run.screen import RunScreen
from screens.run.session import Session
from screens.start.panelist import PaneList
from screens.start.screen import StartScreen
from screens.widgets.chrome import PlainScreen
from screens.widgets.dialogs import Confirm
from screens.widgets.keys import KeysScreen
from screens.widgets.lists import SearchLine
from screens.wizard.pages import PageScreen
from tests.cluster.test_kubeconfig import kubeadms
from tests.screens.apps import LARGER, SIZE, drawn, field, fill, listed, shown, until
from tests.screens.hosts import NOW, FakeHost
from tests.screens.start.cases import app, asked, chosen, here, ids, keys, looked, make, make_all, marks, row

Snap = Any


async def test_a_row_says_what_its_cluster_is(host: FakeHost) -> None:
    make_all()
    async with app(host).run_test(size=LARGER) as pilot:
        await listed(pilot)
        assert "failed: kubnode3: join" in row(pilot, "cluster exam")
        # a glance cannot know that it is ready; its answer comes later
        await until(pilot, lambda: " ready " in row(pilot, "cluster lab"))
        with Cluster("lab").lock():
            await until(pilot, lambda: " building " in row(pilot, "cluster lab"))
        await until(pilot, lambda: " ready " in row(pilot, "cluster lab"))


async def test_a_rehearsed_cluster_is_marked_in_its_row(host: FakeHost) -> None:
    make("play", [{"event": "finish", "ok": True}], 60, provider="rehearsal")
    async with app(host).run_test(size=LARGER) as pilot:
        await listed(pilot)
        await until(pilot, lambda: "rehearsal, ready" in row(pilot, "cluster play"))


class Silent(FakeHost):
    """A host whose clusters do not answer."""

    async def look(self, name: str) -> ClusterState:
        return state_of(Facts(recorded(Cluster(name)), silence="kubmaster does not answer."))


async def test_a_cluster_that_does_not_answer_is_not_ready() -> None:
    make_all()
    async with app(Silent()).run_test(size=LARGER) as pilot:
        await listed(pilot)
        await until(pilot, lambda: "unreachable: kubmaster does not" in row(pilot, "cluster lab"))


class Slower(FakeHost):
    """A host whose clusters answer some times, and then take their time."""

    def __init__(self, answers: int) -> None:
        super().__init__()
        self.asked, self.answers = 0, answers

    async def look(self, name: str) -> ClusterState:
        self.asked += 1
        if self.asked > self.answers:
            await asyncio.Event().wait()
        return await super().look(name)


async def test_a_row_keeps_its_last_state_until_there_is_another() -> None:
    make("lab", [{"event": "finish", "ok": True, "stopped": False}], 2 * 86400)
    async with app(Slower(0)).run_test(size=SIZE) as pilot:
        await listed(pilot)
        assert "asking  3 nodes  1.37" in row(pilot, "cluster lab")
    slower = Slower(1)
    async with app(slower).run_test(size=SIZE) as pilot:
        await listed(pilot)
        await until(pilot, lambda: " ready " in row(pilot, "cluster lab"))
        await pilot.press("n")
        await pilot.pause()
        await pilot.press("escape")
        await until(pilot, lambda: slower.asked > 1)
        assert " ready " in row(pilot, "cluster lab")


async def test_open_shows_the_run_that_works_on_a_cluster(host: FakeHost) -> None:
    make_all()
    done = asyncio.Event()

    async def run(profile: Profile, _sink: Sink, _stop: Stop, _turns: Turns) -> RunFinished:
        await done.wait()
        return RunFinished(NOW, profile.name, 1.0, ok=True, changed=0, failed=0, blocked=0)

    wizard = app(host)
    session = Session(Profile(name="lab"), run)
    try:
        async with wizard.run_test(size=SIZE) as pilot:
            wizard.threads.start(session)
            await chosen(pilot, "cluster lab")
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(wizard.screen, RunScreen))
            assert isinstance(wizard.screen, RunScreen)
            assert wizard.screen.session is session
    finally:
        session._thread.stop_now()
        session.join()


async def test_keys_depend_on_the_chosen_row(host: FakeHost) -> None:
    make_all()
    async with app(host).run_test(size=SIZE) as pilot:
        await chosen(pilot, "cluster exam")
        assert {"Resume", "Destroy", "Open"} <= set(keys(pilot))
        await chosen(pilot, "cluster lab")
        assert "Resume" not in keys(pilot)
        await chosen(pilot, "starter tutorial")
        assert "Destroy" not in keys(pilot)


async def test_j_moves_and_search_filters(host: FakeHost) -> None:
    make_all()
    async with app(host).run_test(size=SIZE) as pilot:
        await listed(pilot)
        assert here(pilot) == "cluster exam"
        await pilot.press("j")
        await pilot.pause()
        assert here(pilot) == "cluster lab"
        await pilot.press("slash", *"tuto")
        await pilot.pause()
        assert ids(pilot, "#profiles") == ["starter tutorial"]
        await pilot.press("enter", "enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, PageScreen)


async def test_escape_clears_the_search(host: FakeHost) -> None:
    async with app(host).run_test(size=SIZE) as pilot:
        await listed(pilot)
        await pilot.press("slash", *"nothing at all", "escape")
        await pilot.pause()
        assert isinstance(pilot.app.screen, StartScreen)
        assert "starter tutorial" in ids(pilot, "#profiles")


async def test_escape_clears_a_search_that_enter_kept(host: FakeHost) -> None:
    make_all()
    async with app(host).run_test(size=SIZE) as pilot:
        await listed(pilot)
        assert "Clear search" not in keys(pilot)
        await pilot.press("slash", *"tuto", "enter")
        await pilot.pause()
        text = drawn(pilot.app)
        assert "Only what contains tuto: esc clears the search" in text
        assert "esc Clear search" in text
        assert "none match" in row(pilot, "-none")
        await pilot.press("escape")
        await pilot.pause()
        assert "cluster lab" in ids(pilot, "#clusters")
        assert "Clear search" not in keys(pilot)
        assert not pilot.app.screen.query_one(SearchLine).display


async def test_a_click_chooses_and_a_second_opens(host: FakeHost) -> None:
    async with app(host).run_test(size=SIZE) as pilot:
        await listed(pilot)
        await pilot.click("#profiles", offset=(10, 1))
        await pilot.pause()
        assert isinstance(pilot.app.screen, StartScreen)
        await pilot.click("#profiles", offset=(10, 1), times=2)
        await pilot.pause()
        assert isinstance(pilot.app.screen, PageScreen)


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({}, "kubmaster, kubnode1, kubnode2, with everything in them"),
        ({"provider": "rehearsal"}, "none: it is a rehearsal"),
        (
            {"provider": "hosts", "hosts": [{"name": "a", "role": "control plane", "address": "192.168.1.5"}]},
            "Your machines stay.",
        ),
    ],
    ids=["vagrant", "rehearsal", "hosts"],
)
def test_destroy_says_what_it_deletes(chosen: dict[str, Any], said: str, tmp_path: Path) -> None:
    cluster = Cluster("lab")
    cluster.create()
    cluster.profile.write_text(profilefile.dump(Profile.model_validate(chosen)))
    text = removal.words(cluster, removal.plan_of("lab"))
    assert said in text
    assert str(cluster.folder) in text
    assert "context" not in text
    elsewhere = tmp_path / "config"
    write_private(cluster.merged, json.dumps([str(elsewhere)]))
    assert "context" not in removal.words(cluster, removal.plan_of("lab"))
    kubeadms(cluster.folder)
    kubeconfig.merge(cluster.kubeconfig, "lab", elsewhere)
    assert f"lab in {elsewhere}" in removal.words(cluster, removal.plan_of("lab"))


async def test_destroy_asks_for_the_name(host: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    make_all()
    asked: list[str] = []

    class Fake(PlainScreen):
        def __init__(self, name: str, *_given: object) -> None:
            super().__init__()
            asked.append(name)

    monkeypatch.setattr(destroying, "DestroyScreen", Fake)
    async with app(host).run_test(size=SIZE) as pilot:
        await chosen(pilot, "cluster lab")
        await pilot.press("d")
        await pilot.pause()
        assert isinstance(pilot.app.screen, Confirm)
        await pilot.press(*"exam", "enter")
        await pilot.pause()
        assert asked == []
        pilot.app.screen.query_one(Input).value = "lab"
        await pilot.press("enter")
        await pilot.pause()
        assert asked == ["lab"]


async def test_unsaved_answers_are_kept_until_undone(host: FakeHost) -> None:
    async with app(host).run_test(size=SIZE) as pilot:
        await listed(pilot)
        await pilot.press("n")
        await pilot.pause()
        await pilot.press("2", "escape")
        await pilot.pause()
        await chosen(pilot, "draft 0")
        assert "Changed, not saved." in shown(pilot, "#what")
        await pilot.press("u")
        await pilot.pause()
        assert "draft 0" not in ids(pilot, "#profiles")


async def test_answers_that_cannot_be_are_kept_and_marked(host: FakeHost) -> None:
    async with app(host).run_test(size=LARGER) as pilot:
        await looked(pilot)
        await pilot.press("n")
        await pilot.pause()
        await fill(pilot, "Memory each", "40963e")
        await pilot.press("escape")
        await pilot.pause()
        assert "wrong: Memory each: 40963e is not an amount" in row(pilot, "draft 0")
        await chosen(pilot, "draft 0")
        assert "What was typed is kept" in shown(pilot, "#what")
        assert "in all" not in shown(pilot, "#what")
        await pilot.press("enter")
        await pilot.pause()
        assert field(pilot, "Memory each").text == "40963e"
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert "Fix this first: Memory each: 40963e" in [each.message for each in pilot.app._notifications][-1]


async def test_new_opens_the_first_page(host: FakeHost) -> None:
    async with KubetuiApp(host, new=True).run_test(size=SIZE) as pilot:
        await listed(pilot)
        assert isinstance(pilot.app.screen, PageScreen)


async def test_q_leaves_with_exit_code_0(host: FakeHost) -> None:
    wizard = app(host)
    async with wizard.run_test(size=SIZE) as pilot:
        await listed(pilot)
        await pilot.press("q")
        await pilot.pause()
    assert wizard.return_value == 0


def test_empty(snap_compare: Snap, lacking: FakeHost) -> None:
    async def before(pilot: Pilot[Any]) -> None:
        await looked(pilot)

    assert snap_compare(app(lacking), terminal_size=SIZE, run_before=before)


@pytest.mark.parametrize("case", ["cluster", "profile", "broken", "keys", "destroy", "search"])
def test_filled(snap_compare: Snap, case: str, host: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    # the folder of a test has another name each time
    monkeypatch.setattr(removal, "tilde", lambda path: f"~/.local/state/kubetui/clusters/{path.name}")
    make_all()

    async def before(pilot: Pilot[Any]) -> None:
        line = {"profile": "saved team", "broken": "saved broken"}.get(case, "cluster exam")
        monkeypatch.chdir(Path.home())
        await asked(pilot)
        await chosen(pilot, line)
        await pilot.press(*{"keys": "?", "destroy": "d", "search": "/te"}.get(case, ""))
        await pilot.pause()
        assert case != "keys" or isinstance(pilot.app.screen, KeysScreen)

    assert snap_compare(app(host), terminal_size=SIZE, run_before=before)


class Slow(FakeHost):
    """A host that is slow to answer."""

    def __init__(self) -> None:
        super().__init__()
        self.answers = threading.Event()

    def makers(self, checks: Sequence[Check] = ()) -> tuple[ProviderKind, ...]:
        self.answers.wait(60)
        return super().makers(checks)


async def test_keys_pressed_before_the_list_appears_are_kept() -> None:
    slow = Slow()
    wizard = app(slow)
    async with wizard.run_test(size=SIZE) as pilot:
        await pilot.pause()
        for letter in "/tuto":
            wizard.post_message(Key("slash" if letter == "/" else letter, letter))
        await pilot.pause()
        assert wizard.screen.query_one("#profiles", PaneList).chosen is None
        slow.answers.set()
        await listed(pilot)
        await until(pilot, lambda: wizard.screen.query_one(Input).value == "tuto")
        await until(pilot, lambda: wizard.screen.query_one("#profiles", PaneList).chosen == "starter tutorial")


def test_the_first_frame_imports_no_large_module() -> None:
    code = (
        "import sys, screens.app, screens.start.screen\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'asyncssh', 'pydantic', 'yaml'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


async def test_the_cursor_goes_from_pane_to_pane(host: FakeHost) -> None:
    make_all()
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await chosen(pilot, "begin fix")
        await pilot.press("down")
        await pilot.pause()
        assert here(pilot) == "cluster exam"
        await pilot.press("down", "down")
        await pilot.pause()
        assert here(pilot) == ids(pilot, "#profiles")[0]
        await pilot.press("up")
        await pilot.pause()
        assert here(pilot) == "cluster lab"
        (marked,) = marks(pilot)
        assert "lab" in marked


async def test_a_rehearsed_cluster_does_not_look_real(host: FakeHost) -> None:
    make("fake", [{"event": "finish", "ok": True, "stopped": False}], 60)
    Cluster("fake").profile.write_text(profilefile.dump(Profile(name="fake", provider="rehearsal")))
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await listed(pilot)
        assert "rehearsal" in row(pilot, "cluster fake")


async def test_a_wide_terminal_shows_long_names_whole(host: FakeHost) -> None:
    name = "a-cluster-with-a-name-of-forty-characters"[:40].rstrip("-")
    make(name, [{"event": "finish", "ok": True, "stopped": False}], 60)
    async with KubetuiApp(host).run_test(size=(200, 50)) as pilot:
        await listed(pilot)
        assert name in row(pilot, f"cluster {name}")


@pytest.mark.parametrize("size", [(70, 20), SIZE, LARGER, (200, 50)], ids=str)
async def test_everything_is_in_sight_or_one_key_away(size: tuple[int, int], host: FakeHost) -> None:
    make_all()
    async with KubetuiApp(host).run_test(size=size) as pilot:
        await looked(pilot)
        seen = set()
        for _ in range(20):
            await pilot.press("down")
            await pilot.pause()
            seen.add(here(pilot))
            marks = [
                line for line in drawn(pilot.app).splitlines() if line.lstrip(" │").startswith("›") or "│ › " in line
            ]
            assert len(marks) == 1, here(pilot)
        assert {*ids(pilot, "#begin"), *ids(pilot, "#clusters"), *ids(pilot, "#profiles")} == seen


def test_the_checks_of_this_host(snap_compare: Snap, lacking: FakeHost) -> None:
    async def before(pilot: Pilot[Any]) -> None:
        await looked(pilot)
        await chosen(pilot, "begin fix")
        await pilot.press("enter")
        await pilot.pause()

    assert snap_compare(app(lacking), terminal_size=LARGER, run_before=before)


def test_filled_and_large(snap_compare: Snap, host: FakeHost) -> None:
    make_all()

    async def before(pilot: Pilot[Any]) -> None:
        await looked(pilot)
        await asked(pilot)

    assert snap_compare(app(host), terminal_size=LARGER, run_before=before)


async def test_a_larger_window_shows_the_address_of_a_cluster(host: FakeHost) -> None:
    make_all()
    async with app(host).run_test(size=(200, 50)) as pilot:
        await chosen(pilot, "cluster lab")
        assert "192.168.56.101" in row(pilot, "cluster lab")
