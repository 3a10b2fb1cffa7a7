"""The order in which machines of one cluster start."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from kubetui.profile.schema.kinds import Starts


class Turns:
    """Lets as many machines start concurrently as the provider allows."""

    def __init__(self, starts: Starts) -> None:
        self._lock = asyncio.Lock()
        self._alone = True
        self._always_alone = starts is Starts.ONE_BY_ONE

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Callable[[], None]]:
        """Wait for a turn to start: one at a time until one succeeds, or always if the provider starts one by one.

        Until then, what the machines share (bridge, network, box) may be missing. The caller calls the yielded
        function once that exists, which lets the others start before this start has ended.
        """
        await self._lock.acquire()
        if not self._alone:
            self._lock.release()
            yield _nothing
            return
        held = True

        def shared() -> None:
            nonlocal held
            if held and not self._always_alone:
                self._alone = held = False
                self._lock.release()

        try:
            yield shared
            shared()
        finally:
            if held:
                self._lock.release()


def _nothing() -> None:
    """Do nothing: no other start is waiting."""
