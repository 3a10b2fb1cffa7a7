"""The start screen: its list, its keys, and how it looks."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input

from kubetui.cluster.folder import Cluster
from kubetui.profile.files import file as profilefile
from kubetui.profile.files import library
from kubetui.profile.schema.profile import Machines, Profile
from kubetui.record import overview
from screens.app import KubetuiApp
from screens.cluster import destroying, removal
from screens.start.screen import StartScreen
from screens.widgets.chrome import PlainScreen
from screens.widgets.dialogs import Confirm
from screens.widgets.keys import KeysScreen
from screens.widgets.lists import RowList
from screens.wizard.pages import PageScreen
from tests.screens.apps import LARGER, SIZE, listed, shown
from tests.screens.hosts import NOW, FakeHost

Snap = Any


def make(name: str, records: list[dict[str, Any]], age: float) -> None:
    """Create a cluster's folder as a run leaves it."""
    cluster = Cluster(name)
    cluster.create()
    cluster.profile.write_text(profilefile.dump(Profile(name=name)))
    start = {"event": "run", "machines": [], "tasks": 1}
    lines = [{"n": number, "at": NOW, **record} for number, record in enumerate([start, *records], 1)]
    cluster.journal.write_text("".join(json.dumps(line) + "\n" for line in lines))
    for path in (cluster.profile, cluster.journal):
        os.utime(path, (NOW - age, NOW - age))


def make_all() -> None:
    make("lab", [{"event": "finish", "ok": True, "stopped": False}], 2 * 86400)
    failed = {"event": "end", "task": "kubnode3/join", "outcome": "failed", "seconds": 1.0}
    make("exam", [failed, {"event": "finish", "ok": False, "stopped": False}], 3700)
    library.save_as(Profile(name="team", machines=Machines(workers=4, memory=4096)), "team")
    (library.saved_folder() / "broken.yaml").write_text("name: [\n")


def app(host: FakeHost) -> KubetuiApp:
    return KubetuiApp(host)


async def chosen(pilot: Pilot[Any], line: str) -> None:
    await listed(pilot)
    assert pilot.app.screen.query_one(RowList).choose(line)
    await pilot.pause()


def keys(pilot: Pilot[Any]) -> list[str]:
    return [found.binding.description for found in pilot.app.screen.active_bindings.values() if found.binding.show]


def test_the_states_of_clusters() -> None:
    make_all()
    found = {each.name: (each.state, each.words, each.nodes, each.address) for each in overview.clusters()}
    assert found == {
        "lab": ("built", "built", 3, "192.168.56.101"),
        "exam": ("stopped", 'stopped at "join" on kubnode3', 3, "192.168.56.101"),
    }


def test_a_locked_cluster_is_working() -> None:
    make_all()
    with Cluster("lab").lock():
        assert {each.name: each.state for each in overview.clusters()}["lab"] == "working"


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
        rows = pilot.app.screen.query_one(RowList)
        assert rows.chosen == "cluster exam"
        await pilot.press("j")
        await pilot.pause()
        assert rows.chosen == "cluster lab"
        await pilot.press("slash", *"tuto")
        await pilot.pause()
        assert rows.chosen == "starter tutorial"
        await pilot.press("enter", "enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, PageScreen)


async def test_escape_clears_the_search(host: FakeHost) -> None:
    async with app(host).run_test(size=SIZE) as pilot:
        await listed(pilot)
        await pilot.press("slash", *"nothing at all", "escape")
        await pilot.pause()
        assert isinstance(pilot.app.screen, StartScreen)
        assert pilot.app.screen.query_one(RowList).choose("starter tutorial")


async def test_a_click_chooses_and_a_second_opens(host: FakeHost) -> None:
    async with app(host).run_test(size=SIZE) as pilot:
        await listed(pilot)
        await pilot.click(RowList, offset=(10, 6))
        await pilot.pause()
        assert isinstance(pilot.app.screen, StartScreen)
        await pilot.click(RowList, offset=(10, 6), times=2)
        await pilot.pause()
        assert isinstance(pilot.app.screen, PageScreen)


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({}, "Deletes its machines with everything in them"),
        ({"provider": "rehearsal"}, "no machines"),
        (
            {"provider": "hosts", "hosts": [{"name": "a", "role": "control plane", "address": "192.168.1.5"}]},
            "Your machines stay.",
        ),
    ],
    ids=["vagrant", "rehearsal", "hosts"],
)
def test_destroy_says_what_it_deletes(chosen: dict[str, Any], said: str) -> None:
    cluster = Cluster("lab")
    cluster.create()
    cluster.profile.write_text(profilefile.dump(Profile.model_validate(chosen)))
    assert said in removal.words(removal.plan_of("lab"))


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
        assert not pilot.app.screen.query_one(RowList).choose("draft 0")


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
        await listed(pilot)
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()

    assert snap_compare(app(lacking), terminal_size=SIZE, run_before=before)


@pytest.mark.parametrize("case", ["cluster", "profile", "broken", "keys", "destroy", "search"])
def test_filled(snap_compare: Snap, case: str, host: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    make_all()

    async def before(pilot: Pilot[Any]) -> None:
        line = {"profile": "saved team", "broken": "saved broken"}.get(case, "cluster exam")
        monkeypatch.chdir(Path.home())
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

    def builds(self) -> bool:
        return self.answers.wait(60)


async def test_keys_pressed_before_the_list_appears_are_kept() -> None:
    slow = Slow()
    wizard = app(slow)
    async with wizard.run_test(size=SIZE) as pilot:
        await pilot.pause()
        for letter in "/tuto":
            wizard.post_message(Key("slash" if letter == "/" else letter, letter))
        await pilot.pause()
        assert wizard.screen.query_one(RowList).chosen is None
        slow.answers.set()
        await listed(pilot)
        await pilot.pause()
        assert wizard.screen.query_one(Input).value == "tuto"
        assert wizard.screen.query_one(RowList).chosen == "starter tutorial"


def test_the_first_frame_imports_no_large_module() -> None:
    code = (
        "import sys, screens.app, screens.start.screen\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'asyncssh', 'pydantic', 'yaml'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


async def test_a_host_that_cannot_create_machines_offers_a_rehearsal_first() -> None:
    app = KubetuiApp(FakeHost(builds=False))
    async with app.run_test() as pilot:
        await listed(pilot)
        ids = [option.id or "" for option in app.screen.query_one(RowList).options]
        profiles = [each for each in ids if not each.startswith("-")]
        assert profiles[0] == "starter rehearsal"
        await pilot.press("n")
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, PageScreen)
        assert screen.draft.look().profile.provider == "rehearsal"


async def test_a_larger_window_shows_the_address_of_a_cluster(host: FakeHost) -> None:
    make_all()
    async with app(host).run_test(size=LARGER) as pilot:
        await chosen(pilot, "cluster lab")
        rows = [str(option.prompt) for option in pilot.app.screen.query_one(RowList).options]
        assert any("lab" in row and "192.168.56.101" in row for row in rows)
