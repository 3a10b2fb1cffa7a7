"""Keys and clicks that come before the first screen has its list: kept in their order, and handed on one by one."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.events import Event, InputEvent


class HeldKeys:
    """What waits. A key that opens something is carried out before the next is handed on, as for slow fingers."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._waiting: deque[InputEvent] = deque()
        self._holding = False
        self._let: InputEvent | None = None

    def hold(self) -> None:
        """Keep back what comes from now on."""
        self._holding = True

    def keeps(self, event: Event) -> bool:
        """Tell whether an event has to wait; it is kept then."""
        if not self._holding or not isinstance(event, InputEvent) or event.is_forwarded or event is self._let:
            return False
        self._waiting.append(event)
        return True

    async def release(self) -> None:
        """Hand on what waited, and then everything at once."""
        while self._waiting:
            self._let = self._waiting.popleft()
            self._app.post_message(self._let)
            await self._handled()
        self._let, self._holding = None, False

    async def _handled(self) -> None:
        """Wait until a key has gone its way: to the widget that has the focus, up through those around it, and back."""
        app = self._app
        await _done(app.call_later)
        focused = app.focused or app.screen
        for node in focused.ancestors_with_self:
            await _done(node.call_later)
        # it may have opened a screen, whose first field takes the next key
        await _done(app.screen.call_after_refresh)


async def _done(call: Callable[[Callable[[], None]], bool]) -> None:
    done = asyncio.Event()
    if call(done.set):
        await done.wait()
