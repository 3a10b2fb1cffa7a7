"""The questions that only some providers and pod networks need."""

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from screens.app import KubetuiApp
from screens.wizard.draft import Draft
from screens.wizard.fields import Field
from screens.wizard.pages import PageScreen
from screens.wizard.review import ReviewScreen
from tests.screens.apps import SIZE, field, open_wizard, put, shown
from tests.screens.hosts import FakeHost
from tests.screens.wizard.existing import HOSTS, LIST

Snap = Any


@pytest.fixture(autouse=True)
def manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a manifest into the test's working directory."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "net.yaml"
    write(path)
    return path


def write(path: Path) -> None:
    path.write_text("apiVersion: v1\nkind: Namespace\nmetadata: {name: net}\n")


def titles(pilot: Pilot[Any]) -> list[str]:
    """Return the titles of the fields on the current page."""
    return [each.question.title for each in pilot.app.screen.query(Field) if each.display]


async def existing(pilot: Pilot[Any], text: str = LIST) -> None:
    await open_wizard(pilot)
    await put(pilot, "Provider", "hosts")
    if text:
        await put(pilot, "Hosts", text)


async def test_existing_machines_have_a_list_of_hosts_and_no_size(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await open_wizard(pilot)
        makes = titles(pilot)
        assert "Hosts" not in makes
        await put(pilot, "Provider", "hosts")
        assert titles(pilot) == ["Name", "Provider", "Hosts", "Packages"]
        await put(pilot, "Provider", "libvirt")
        assert titles(pilot) == makes


async def test_hosts_can_be_typed_by_keys_only(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await existing(pilot, "")
        await pilot.press("tab")
        for line in ("m1 control-plane 10.0.0.1", "w1 worker 10.0.0.2"):
            await pilot.press(*(letter if letter.isalnum() else {" ": "space", "-": "minus", ".": "full_stop"}[letter]
                                for letter in line), "enter")  # fmt: skip
        await pilot.press("up", "up", "up")
        await pilot.pause()
        assert field(pilot, "Provider").has_focus_within
        await pilot.press("tab", "down", "down", "enter", "enter", "enter")
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, PageScreen)
        assert screen.page.name == "network"
        assert [machine.name for machine in screen.draft.look().profile.hosts] == ["m1", "w1"]
        assert titles(pilot)[0] == "Pod CIDR"
        assert screen.question == field(pilot, "Pod CIDR").question


async def test_a_wrong_line_is_called_wrong_once_the_field_is_left(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await existing(pilot, "m1 control-plane 10.0.0.1\nw1 worker 10.0.0.2 prot=22")
        assert shown(pilot, "#problems") == ""
        await pilot.press("tab")
        await pilot.pause()
        assert "Hosts: Line 2: prot= is not a key of a host. Did you mean port=?" in shown(pilot, "#problems")
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert field(pilot, "Hosts").has_focus_within


async def test_several_control_planes_need_an_endpoint(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await existing(pilot)
        await put(pilot, "Name", "team")
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert "API endpoint" in titles(pilot)
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert field(pilot, "API endpoint").has_focus_within
        assert "2 control planes need one address that reaches them all" in shown(pilot, "#problems")
        await put(pilot, "API endpoint", "10.0.0.9:6443")
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert isinstance(pilot.app.screen, PageScreen)
        assert pilot.app.screen.page.name == "kubernetes"


async def test_a_custom_pod_network_needs_its_manifest(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await open_wizard(pilot, page=1)
        assert not [title for title in titles(pilot) if "Manifest" in title]
        await put(pilot, "Pod network", "manifest")
        assert titles(pilot)[-3:] == ["Manifest path", "Manifest URL", "Manifest SHA-256"]
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert field(pilot, "Manifest path").has_focus_within
        await put(pilot, "Manifest URL", "https://example.org/net.yaml")
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert field(pilot, "Manifest SHA-256").has_focus_within
        await put(pilot, "Manifest SHA-256", "0123456789abcdef" * 4)
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert isinstance(pilot.app.screen, PageScreen)
        assert pilot.app.screen.page.name == "kubernetes"


@pytest.mark.parametrize("case", ["empty", "filled", "wrong", "network"])
def test_existing(snap_compare: Snap, case: str, host: FakeHost) -> None:
    async def before(pilot: Pilot[Any]) -> None:
        await existing(pilot, "" if case == "empty" else f"{LIST} prot=1" if case == "wrong" else LIST)
        if case == "empty":
            await pilot.press("tab")
        if case == "wrong":
            await pilot.press("tab", "up")
        if case == "network":
            await pilot.press("tab", "ctrl+n")
            await pilot.pause()
            await put(pilot, "Pod network", "manifest")
        await pilot.pause()

    assert snap_compare(KubetuiApp(host), terminal_size=SIZE, run_before=before)


def test_review(snap_compare: Snap, host: FakeHost) -> None:
    async def before(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        await pilot.app.push_screen(ReviewScreen(Draft(HOSTS, "team"), host, PageScreen))
        await pilot.pause()

    assert snap_compare(KubetuiApp(host), terminal_size=SIZE, run_before=before)
