"""Holds keys and clicks until the start screen has its list, then replays them one by one."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from textual.app import App
from textual.events import Event, InputEvent


class HeldKeys:
    """The held events. Each key takes full effect before the next is replayed, as with slow fingers."""

    def __init__(self, app: App[int]) -> None:
        self._app = app
        self._waiting: deque[InputEvent] = deque()
        self._holding = False
        self._let: InputEvent | None = None

    def hold(self) -> None:
        """Hold every key and click from now on."""
        self._holding = True

    def keeps(self, event: Event) -> bool:
        """Hold an event if it has to wait, and tell whether it does."""
        if not self._holding or not isinstance(event, InputEvent) or event.is_forwarded or event is self._let:
            return False
        self._waiting.append(event)
        return True

    async def release(self) -> None:
        """Replay the held events, then let all others through."""
        while self._waiting:
            self._let = self._waiting.popleft()
            self._app.post_message(self._let)
            await self._handled()
        self._let, self._holding = None, False

    async def _handled(self) -> None:
        """Wait until a key has been handled: by the focused widget, the widgets around it, and the app."""
        app = self._app
        await _done(app.call_later)
        focused = app.focused or app.screen
        for node in focused.ancestors_with_self:
            await _done(node.call_later)
        # the key may have sent the app a message that opens a screen, whose first field takes the next key
        await _done(app.call_later)
        await _done(app.screen.call_after_refresh)


async def _done(call: Callable[[Callable[[], None]], bool]) -> None:
    done = asyncio.Event()
    if call(done.set):
        await done.wait()
