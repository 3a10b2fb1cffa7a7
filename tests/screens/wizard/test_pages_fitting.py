"""The questions that only some providers and pod networks need: shown there, and nowhere else."""

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from kubetui.operations.plan import plan_text
from kubetui.profile.files import file as profilefile
from kubetui.profile.plan import Plan
from kubetui.profile.questions.pages import FieldPath, pages
from kubetui.profile.schema.profile import Profile
from screens.app import KubetuiApp
from screens.wizard.draft import Draft
from screens.wizard.fields import Field
from screens.wizard.pages import PageScreen
from screens.wizard.review import ReviewScreen
from tests.screens.apps import SIZES
from tests.screens.conftest import FakeHost

Snap = Any
LIST = """m1 control-plane 10.0.0.1 user=me key=~/.ssh/lab
m2 control-plane ssh=second node_address=10.0.0.2
w1 worker 10.0.0.3 user=me port=2222 jump=me@gate"""
SHA = "0123456789abcdef" * 4
HOSTS = Profile.model_validate(
    {
        "provider": "hosts",
        "hosts": [
            {"name": "m1", "role": "control plane", "address": "10.0.0.1", "user": "me", "key": "~/.ssh/lab"},
            {"name": "m2", "role": "control plane", "ssh": "second", "node_address": "10.0.0.2"},
            {"name": "w1", "address": "10.0.0.3", "user": "me", "port": 2222, "jump": "me@gate"},
        ],
        "network": {
            "control_plane_endpoint": "10.0.0.9",
            "pod_network": "manifest",
            "manifest": {"path": "net.yaml"},
        },
    }
)


@pytest.fixture(autouse=True)
def manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lie in the folder where a test works."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "net.yaml"
    write(path)
    return path


def write(path: Path) -> None:
    path.write_text("apiVersion: v1\nkind: Namespace\nmetadata: {name: net}\n")


def shown(pilot: Pilot[Any]) -> list[str]:
    return [each.question.title for each in pilot.app.screen.query(Field) if each.display]


def field(pilot: Pilot[Any], title: str) -> Field:
    return next(each for each in pilot.app.screen.query(Field) if each.question.title == title)


def said(pilot: Pilot[Any]) -> str:
    return str(pilot.app.screen.query_one("#problems", Static).render())


async def put(pilot: Pilot[Any], title: str, text: str) -> None:
    """Choose or paste a value, as a terminal that is quicker than keys."""
    field(pilot, title).control.focus()
    await pilot.pause()
    field(pilot, title).control.value = text
    await pilot.pause()


async def existing(pilot: Pilot[Any], text: str = LIST) -> None:
    await pilot.pause()
    await pilot.press("n")
    await pilot.pause()
    await put(pilot, "Provider", "hosts")
    if text:
        await put(pilot, "Hosts", text)


async def test_existing_machines_have_a_list_and_no_size(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("n")
        await pilot.pause()
        makes = shown(pilot)
        assert "Hosts" not in makes
        await put(pilot, "Provider", "hosts")
        assert shown(pilot) == ["Name", "Provider", "Hosts"]
        await put(pilot, "Provider", "libvirt")
        assert shown(pilot) == makes


async def test_lines_by_keys_alone(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=(80, 24)) as pilot:
        await existing(pilot, "")
        await pilot.press("tab")
        for line in ("m1 control-plane 10.0.0.1", "w1 worker 10.0.0.2"):
            await pilot.press(*(letter if letter.isalnum() else {" ": "space", "-": "minus", ".": "full_stop"}[letter]
                                for letter in line), "enter")  # fmt: skip
        await pilot.press("up", "up", "up")
        await pilot.pause()
        assert field(pilot, "Provider").has_focus_within
        await pilot.press("tab", "down", "down", "enter")
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, PageScreen)
        assert screen.page.name == "network"
        assert [machine.name for machine in screen.draft.profile().hosts] == ["m1", "w1"]
        assert shown(pilot)[0] == "Pod CIDR"
        assert screen.question == field(pilot, "Pod CIDR").question


async def test_a_wrong_line_is_called_once_it_is_left(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=(80, 24)) as pilot:
        await existing(pilot, "m1 control-plane 10.0.0.1\nw1 worker 10.0.0.2 prot=22")
        assert said(pilot) == ""
        await pilot.press("tab")
        await pilot.pause()
        assert "Hosts: Line 2: prot= is nothing that a host has. Did you mean port=?" in said(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert field(pilot, "Hosts").has_focus_within


async def test_several_control_planes_are_asked_for_an_address(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=(80, 24)) as pilot:
        await existing(pilot)
        await put(pilot, "Name", "team")
        await pilot.press("enter")
        await pilot.pause()
        assert "API endpoint" in shown(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert field(pilot, "API endpoint").has_focus_within
        assert "2 control planes need one address that reaches them all" in said(pilot)
        await put(pilot, "API endpoint", "10.0.0.9:6443")
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, PageScreen)
        assert pilot.app.screen.page.name == "kubernetes"


async def test_a_network_of_ones_own_is_asked_for_its_manifest(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("n", "enter")
        await pilot.pause()
        assert not [title for title in shown(pilot) if "Manifest" in title]
        await put(pilot, "Pod network", "manifest")
        assert shown(pilot)[-3:] == ["Manifest path", "Manifest URL", "Manifest SHA-256"]
        await pilot.press("enter")
        await pilot.pause()
        assert field(pilot, "Manifest path").has_focus_within
        await put(pilot, "Manifest URL", "https://example.org/net.yaml")
        await pilot.press("enter")
        await pilot.pause()
        assert field(pilot, "Manifest SHA-256").has_focus_within
        await put(pilot, "Manifest SHA-256", SHA)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, PageScreen)
        assert pilot.app.screen.page.name == "kubernetes"


def enter(draft: Draft, **texts: str) -> None:
    for path, text in texts.items():
        wanted: FieldPath = tuple(path.split("__"))
        draft.enter(next(each for page in pages() for each in page.questions if each.path == wanted), text)


def test_what_means_nothing_is_not_saved_and_comes_back() -> None:
    draft = Draft()
    enter(draft, machines__workers="7", provider="hosts", hosts=LIST, network__control_plane_endpoint="10.0.0.9")
    assert (draft.profile().machines.workers, len(draft.profile().hosts)) == (2, 3)
    assert draft.problems() == {}
    enter(draft, provider="virtualbox", network__control_plane_endpoint="")
    assert (draft.profile().machines.workers, draft.profile().hosts) == (7, ())
    assert draft.problems() == {}
    enter(draft, machines__workers="2", network__pod_network="manifest", network__manifest__path="a.yaml")
    assert draft.profile().network.manifest is not None
    enter(draft, network__pod_network="flannel")
    assert draft.profile() == Profile()
    assert not draft.changed


def test_what_is_wrong_where_nothing_is_asked_is_in_nobodys_way() -> None:
    draft = Draft()
    enter(draft, machines__workers="many")
    assert list(draft.problems()) == [("machines", "workers")]
    enter(draft, provider="hosts", hosts="m1 control-plane 10.0.0.1")
    assert draft.problems() == {}


def test_what_is_typed_is_what_a_file_says() -> None:
    draft = Draft()
    enter(
        draft, provider="hosts", hosts=LIST, network__control_plane_endpoint="10.0.0.9",
        network__pod_network="manifest", network__manifest__path="net.yaml",
    )  # fmt: skip
    assert draft.profile() == HOSTS
    saved = profilefile.parse(profilefile.dump(draft.profile()), "lab.yaml")
    assert plan_text(Plan(saved)) == plan_text(Plan(HOSTS))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("case", ["empty", "filled", "wrong", "network"])
def test_existing(snap_compare: Snap, size: tuple[int, int], case: str, host: FakeHost) -> None:
    async def before(pilot: Pilot[Any]) -> None:
        await existing(pilot, "" if case == "empty" else f"{LIST} prot=1" if case == "wrong" else LIST)
        if case == "empty":
            await pilot.press("tab")
        if case == "wrong":
            await pilot.press("tab", "up")
        if case == "network":
            await pilot.press("tab", "enter")
            await pilot.pause()
            await put(pilot, "Pod network", "manifest")
        await pilot.pause()

    assert snap_compare(KubetuiApp(host), terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", SIZES)
def test_review(snap_compare: Snap, size: tuple[int, int], host: FakeHost) -> None:
    async def before(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        await pilot.app.push_screen(ReviewScreen(Draft(HOSTS, "team")))
        await pilot.pause()

    assert snap_compare(KubetuiApp(host), terminal_size=size, run_before=before)
