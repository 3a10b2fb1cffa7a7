"""What the tests of screens share: an app of one screen, and waiting for what another thread does."""

import asyncio
from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen

from screens.terminal.theme import TERMINAL

SIZES = [(80, 24), (120, 40)]


class OneScreen(App[None]):
    """Shows one screen over an empty one, in the wizard's theme."""

    def __init__(self, make: Callable[[], Screen[None]]) -> None:
        super().__init__()
        self.register_theme(TERMINAL)
        self.theme = TERMINAL.name
        self.make = make

    def on_mount(self) -> None:
        self.push_screen(self.make())


async def until(pilot: Pilot[Any], condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait for what another thread brings about, and then for the screen to show it."""
    for _ in range(int(seconds / 0.05)):
        if condition():
            break
        await asyncio.sleep(0.05)
    assert condition(), "it did not come about"
    await asyncio.sleep(0.3)
    await pilot.pause()
