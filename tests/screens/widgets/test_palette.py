"""The command palette: the screens' actions, themes, and the screenshot."""

from pathlib import Path
from typing import Any

import pytest
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.widgets._footer import FooterKey

from screens.app import KubetuiApp
from screens.widgets.palette import Actions
from screens.wizard.pages import PageScreen
from tests.screens.apps import SIZE, drawn, listed, until
from tests.screens.hosts import FakeHost


async def offered(pilot: Pilot[Any]) -> list[str]:
    return [str(hit.text) async for hit in Actions(pilot.app.screen).discover()]


async def choose(pilot: Pilot[Any], words: str) -> None:
    await pilot.press("ctrl+p")
    await until(pilot, lambda: isinstance(pilot.app.screen, CommandPalette))
    await pilot.press(*words)
    await until(pilot, lambda: words.lower() in drawn(pilot.app).lower())
    await pilot.pause(0.5)
    await pilot.press("enter")
    await pilot.pause(0.2)


@pytest.mark.parametrize("keys", [(), ("n",), ("n", "enter"), ("?",)], ids=["start", "machines", "network", "help"])
async def test_every_key_of_the_bar_is_in_the_palette(keys: tuple[str, ...], host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=(160, 40)) as pilot:
        await listed(pilot)
        for name in keys:
            await pilot.press(name)
            await pilot.pause()
        bar = {each.description for each in pilot.app.screen.query(FooterKey)} - {"All actions"}
        found = await offered(pilot)
        assert bar <= set(found)
        assert len(found) == len(set(found))
        assert found[-2:] == ["Theme", "Screenshot"]


async def test_an_action_is_done_on_the_screen_below(host: FakeHost) -> None:
    async with KubetuiApp(host).run_test(size=SIZE) as pilot:
        await listed(pilot)
        await choose(pilot, "New")
        await until(pilot, lambda: isinstance(pilot.app.screen, PageScreen))


@pytest.mark.parametrize("place", ["home/Downloads", "state/kubetui/screenshots"])
async def test_a_screenshot_says_where_it_is(
    place: str, host: FakeHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    folder = tmp_path / place
    if folder.parent == home:
        folder.mkdir()
    async with KubetuiApp(host).run_test(size=(160, 40)) as pilot:
        await listed(pilot)
        await choose(pilot, "Screenshot")
        await until(pilot, lambda: list(folder.glob("kubetui-*.svg")))
        (made,) = folder.glob("kubetui-*.svg")
        assert "Profiles" in made.read_text()
        assert any(str(made) == each.message for each in pilot.app._notifications)
