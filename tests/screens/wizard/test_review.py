"""The review: checks, saving, copying, exporting, starting, and how it looks."""

import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from kubetui.base.check import Check
from kubetui.engine.events import RunFinished, Sink, TaskId
from kubetui.engine.stop import Stop
from kubetui.engine.turns import Turns
from kubetui.operations.plan import StepText, plan_text, step_texts
from kubetui.operations.turns import offers
from kubetui.profile.files import file as profilefile
from kubetui.profile.files import library
from kubetui.profile.plan import Plan
from kubetui.profile.questions.pages import pages
from kubetui.profile.schema.profile import Machines, Profile
from screens.app import KubetuiApp
from screens.run import begin
from screens.run.turnlist import TurnList
from screens.widgets.chrome import PlainScreen
from screens.widgets.dialogs import Ask
from screens.widgets.lists import RowList
from screens.widgets.reader import Reader
from screens.wizard.draft import Draft
from screens.wizard.pages import PageScreen
from screens.wizard.review import ReviewScreen
from screens.wizard.reviewtext import headless, step_text, vagrant_files
from tests.screens.apps import LARGER, SIZE, drawn, shown, until
from tests.screens.hosts import FakeHost
from tests.screens.start.cases import make
from tests.screens.wizard.existing import HOSTS

Snap = Any


@asynccontextmanager
async def reviewed(host: FakeHost, draft: Draft | None = None) -> AsyncIterator[Pilot[Any]]:
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.app.push_screen(ReviewScreen(draft or Draft(), host, PageScreen))
        await pilot.pause()
        await pilot.pause()
        yield pilot


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Profile]:
    """Return the profiles that runs were started with, without running them."""
    found: list[Profile] = []

    class Fake(PlainScreen):
        def __init__(self, profile: Profile, *_given: object, **_how: object) -> None:
            super().__init__()
            found.append(profile)

    monkeypatch.setattr(begin, "RunScreen", Fake)
    return found


async def test_enter_starts_the_run(host: FakeHost, started: list[Profile]) -> None:
    async with reviewed(host) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert started == [Profile()]


async def test_the_steps_chosen_there_go_with_the_run(host: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted: list[frozenset[TaskId]] = []

    async def up(profile: Profile, _sink: Sink, _stop: Stop, *, turns: Turns, **_how: object) -> RunFinished:
        wanted.append(frozenset(offer.task for offer in offers(Plan(profile)) if turns.wants(offer.task)))
        return RunFinished(0.0, profile.name, 0.0, ok=False, changed=0, failed=0, blocked=0, stopped=True)

    monkeypatch.setattr("kubetui.operations.up.up", up)
    draft = Draft(profilefile.load(library.find("tutorial")), "tutorial")
    async with reviewed(host, draft) as pilot:
        await pilot.app.workers.wait_for_complete()
        await pilot.press("Y")
        await pilot.pause()
        assert isinstance(pilot.app.screen, TurnList)
        await pilot.press("enter", "j", "space", "space", "escape")
        await pilot.pause()
        assert "◆ yours: Turn swap off" in drawn(pilot.app)
        assert "yours: Prepare the kernel" not in drawn(pilot.app)
        await pilot.press("c")
        await pilot.pause()
        assert pilot.app.clipboard == "kubetui up tutorial --yes --your-turn kubmaster/swap"
        await pilot.press("enter")
        await until(pilot, lambda: wanted)
    assert wanted == [{TaskId("swap", "kubmaster")}]


async def test_a_rehearsal_has_no_steps_to_choose(host: FakeHost) -> None:
    async with reviewed(host, Draft(Profile(provider="rehearsal"))) as pilot:
        await pilot.press("Y")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ReviewScreen)
        (notification,) = pilot.app._notifications
        assert notification.message.startswith("In a rehearsal no step can be yours")


async def test_the_keys_of_a_rehearsal_have_no_steps_to_do_by_hand(host: FakeHost) -> None:
    async with reviewed(host, Draft(Profile(provider="rehearsal"))) as pilot:
        foot = drawn(pilot.app).splitlines()[-1]
        assert "esc Back" in foot
        assert "Your turn" not in foot
    async with reviewed(host) as pilot:
        assert "Y Your turn" in drawn(pilot.app).splitlines()[-1]


async def test_escape_clears_the_search_before_it_goes_back(host: FakeHost) -> None:
    async with reviewed(host) as pilot:
        await pilot.app.workers.wait_for_complete()
        await pilot.press("slash", *"swap", "enter")
        await pilot.pause()
        assert "esc Clear search" in drawn(pilot.app)
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ReviewScreen)
        assert len(pilot.app.screen.query_one(RowList).options) > 5
        await pilot.press("escape")
        await pilot.pause()
        assert "◐ Kubernetes" in drawn(pilot.app)


async def test_the_review_says_which_cluster_it_builds(host: FakeHost) -> None:
    async with reviewed(host) as pilot:
        assert shown(pilot, "#which") == "New cluster lab"
    make("lab", [{"event": "finish", "ok": True}], 60)
    async with reviewed(host, Draft(Profile(name="lab-2"))) as pilot:
        assert shown(pilot, "#which") == "New cluster lab-2: there is a cluster lab already"
    async with reviewed(host, Draft(Profile(name="lab"))) as pilot:
        said = "lab exists (built): the run goes on with it and repeats nothing that is done."
        assert shown(pilot, "#which") == said
    async with reviewed(host, Draft(Profile(name="lab", machines=Machines(workers=1)))) as pilot:
        said = "lab exists (built), with other answers: the run asks before that costs a machine."
        assert shown(pilot, "#which") == said


async def test_a_failed_check_prevents_the_start(lacking: FakeHost, started: list[Profile]) -> None:
    async with reviewed(lacking) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert started == []
        assert "VBoxManage is not on this host." in shown(pilot, "#found")


async def test_a_check_that_an_answer_mends_leads_to_the_answer(started: list[Profile]) -> None:
    check = Check("Box", "failed", "There is no default box.", "Write a box for lxc into machines.box: OWNER/NAME.")
    async with reviewed(FakeHost((check,))) as pilot:
        await pilot.app.workers.wait_for_complete()
        await pilot.press("enter")
        await pilot.pause()
        assert started == []
        (notification,) = pilot.app._notifications
        assert notification.title == "This needs another answer"
        assert notification.message == "There is no default box. Change Box on the page Machines: esc goes back."
        assert "Write a box for lxc into Box: OWNER/NAME. Box is on the page Machines." in shown(pilot, "#found")


async def test_it_shows_what_single_machines_have(host: FakeHost) -> None:
    own = {"memory": 4096, "box": "mine/box", "labels": {"disk": "tape", "gpu": ""}, "taints": ["d=x:NoExecute"]}
    chosen = Profile.model_validate({"machines": {"worker": {"labels": {"disk": "ssd"}}, "by_name": {"kubnode2": own}}})
    async with reviewed(host, Draft(chosen)) as pilot:
        rows = [" ".join(row.split()) for row in shown(pilot, "#machines > Static").splitlines()]
        assert "kubnode1 worker 192.168.56.102 2048 MiB 2 bento/ubuntu-24.04" in rows
        assert "kubnode2 worker 192.168.56.103 4096 MiB 2 mine/box" in rows
        assert rows[-3:] == [
            "kubnode1 has the label disk=ssd",
            "kubnode2 has the labels disk=tape, gpu=",
            "kubnode2 has the taint d=x:NoExecute",
        ]
        assert "labels" in pilot.app.screen._steps  # type: ignore[attr-defined]
    text = plan_text(Plan(chosen))
    assert "\nkubnode2   worker         192.168.56.103     4096 MiB     2  box mine/box\n" in text
    assert "\nkubnode2 has the labels disk=tape, gpu=\n" in text
    assert "Label and taint the nodes (labels), on the first control plane" in text
    assert "Label and taint" not in plan_text(Plan(Profile()))


async def test_exporting_reports_a_missing_pod_network(host: FakeHost) -> None:
    manifest = {"pod_network": "manifest", "manifest": {"path": "/nowhere/network.yaml"}}
    async with reviewed(host, Draft(Profile.model_validate({"network": manifest}))) as pilot:
        await pilot.press("x")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ReviewScreen)
        (notification,) = pilot.app._notifications
        assert "/nowhere/network.yaml: No such file or directory." in notification.message


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
        assert plan_text(Plan(saved)) == plan_text(Plan(draft.look().profile))
        assert "kubetui up mine --yes" in headless(draft, None).plain


async def test_saving_asks_before_it_overwrites(host: FakeHost) -> None:
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
        assert "cannot name a profile" in shown(pilot, "#answer")
        assert not library.saved_folder().exists()


async def test_copying_saves_the_profile_first(host: FakeHost) -> None:
    async with reviewed(host) as pilot:
        await pilot.press("c")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert pilot.app.clipboard == "kubetui up lab --yes"
        assert library.find("lab").is_file()


async def test_an_unchanged_starter_is_copied_at_once(host: FakeHost) -> None:
    profile = profilefile.load(library.find("tutorial"))
    async with reviewed(host, Draft(profile, "tutorial")) as pilot:
        await pilot.press("c")
        await pilot.pause()
        assert pilot.app.clipboard == "kubetui up tutorial --yes"


async def test_scripts_are_exported_for_the_owner_only(host: FakeHost, tmp_path: Path) -> None:
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


async def test_leaving_with_unsaved_answers_warns_once(host: FakeHost) -> None:
    draft = Draft()
    workers = next(question for page in pages() for question in page.questions if question.title == "Workers")
    draft.enter(workers, "1")
    async with reviewed(host, draft) as pilot:
        await pilot.press("q")
        await pilot.pause()
        assert pilot.app.is_running
        assert draft.warned


async def test_one_step_can_be_copied(host: FakeHost) -> None:
    async with reviewed(host) as pilot:
        await pilot.press("j", "j", "j", "j", "space")
        await pilot.pause()
        assert isinstance(pilot.app.screen, Reader)
        await pilot.press("y")
        await pilot.pause()
        assert pilot.app.clipboard.strip()


@pytest.mark.parametrize("case", ["ready", "lacking", "step", "checks", "save", "many"])
def test_review(snap_compare: Snap, case: str, host: FakeHost, lacking: FakeHost) -> None:
    chosen = lacking if case in {"lacking", "checks"} else host

    async def before(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        profile = Profile(machines=Machines(workers=20 if case == "many" else 2))
        await pilot.app.push_screen(ReviewScreen(Draft(profile), chosen, PageScreen))
        await pilot.pause()
        pressed = {"step": "jjjjj ", "checks": "h", "save": "s"}.get(case, "jjjj")
        await pilot.press(*pressed)
        await pilot.pause()

    assert snap_compare(KubetuiApp(chosen), terminal_size=SIZE, run_before=before)


async def test_a_larger_window_shows_every_check_in_full(lacking: FakeHost) -> None:
    async with KubetuiApp(lacking).run_test(size=LARGER) as pilot:
        await pilot.app.push_screen(ReviewScreen(Draft(), lacking, PageScreen))
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert "12000 MiB are free of 16000" in shown(pilot, "#found")
        assert "kubmaster" in str(pilot.app.screen.query("#machines Static").first(Static).render())


def step(name: str) -> StepText:
    return next(each for each in step_texts(Plan(Profile())) if each.name == name)


def test_a_step_shows_what_a_person_would_type_before_its_script() -> None:
    short, whole = (step_text(step("init"), whole=whole).plain for whole in (False, True))
    lines = short.splitlines()
    began = lines.index("Commands on kubmaster")
    assert lines[began + 1].startswith("$ ")
    assert any(line.startswith("$ kubeadm init ") for line in lines)
    assert lines.index("What it changes") > began
    assert lines[-1] == "space shows the whole script"
    assert step("init").commands not in short
    assert len(lines) < 30
    assert whole.index("$ kubeadm init") < whole.index("The whole script") < whole.index(step("init").commands)


def test_a_step_without_commands_says_why() -> None:
    assert step("connect").none
    assert f"Commands\n{step('connect').none}" in step_text(step("connect")).plain


async def test_the_vagrantfile_is_shown_where_machines_are_made(host: FakeHost) -> None:
    async with reviewed(host) as pilot:
        await pilot.app.workers.wait_for_complete()
        pilot.app.screen.query_one(RowList).choose("start")
        await pilot.press("space")
        await pilot.pause()
        text = str(pilot.app.screen.query_one("Static").render())
        assert '"address": "192.168.56.101"' in text
        assert 'Vagrant.configure("2") do |config|' in text
    assert vagrant_files(Plan(HOSTS)) == ""
    assert vagrant_files(Plan(Profile(provider="rehearsal"))) == ""
