"""Helpers for tests of screens: an app of one screen, and ways to wait, type and read."""

import asyncio
from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Static

from screens.app import KubetuiApp
from screens.host import Host
from screens.widgets.lists import RowList
from screens.wizard.fields import Field

SIZE, LARGER, LARGEST = (80, 24), (120, 40), (200, 50)


class OneScreen(KubetuiApp):
    """The app with one screen over an empty one."""

    def __init__(self, make: Callable[[], Screen[None]], host: Host | None = None) -> None:
        super().__init__(host)
        self.make = make

    def get_default_screen(self) -> Screen[None]:
        return Screen()

    def on_mount(self) -> None:
        self.push_screen(self.make())


async def until(pilot: Pilot[Any], condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait for what another thread causes, and then for the screen to show it."""
    for _ in range(int(seconds / 0.05)):
        if condition():
            break
        await asyncio.sleep(0.05)
    assert condition(), "the condition never became true"
    await asyncio.sleep(0.3)
    await pilot.pause()


async def listed(pilot: Pilot[Any]) -> None:
    """Wait until the start screen shows its lists."""
    lists = pilot.app.screen.query(RowList)
    while any(option.id == "-reading" for rows in lists for option in rows.options):
        await pilot.pause(0.01)
    await pilot.pause()


async def open_wizard(pilot: Pilot[Any], page: int = 0) -> None:
    """Open the wizard with a new cluster, at a page."""
    await pilot.pause()
    await pilot.press("n")
    await pilot.pause()
    for _ in range(page):
        await pilot.press("enter")
        await pilot.pause()


def field(pilot: Pilot[Any], title: str) -> Field:
    """Return a field of the current page."""
    return next(each for each in pilot.app.screen.query(Field) if each.question.title == title)


async def fill(pilot: Pilot[Any], title: str, text: str) -> None:
    """Type a text into a field."""
    field(pilot, title).control.focus()
    await pilot.pause()
    await pilot.press("ctrl+u", *text)
    await pilot.pause()


async def put(pilot: Pilot[Any], title: str, text: str) -> None:
    """Set a field's value at once, as a paste or a choice does."""
    field(pilot, title).control.focus()
    await pilot.pause()
    field(pilot, title).control.value = text
    await pilot.pause()


def shown(pilot: Pilot[Any], place: str) -> str:
    """Return the text of a Static on the current screen, such as `#problems`."""
    return str(pilot.app.screen.query_one(place, Static).render())


def drawn(app: App[Any]) -> str:
    """Return everything that the terminal shows, line by line."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())
