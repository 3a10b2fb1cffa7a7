"""Helpers for connection tests: waiting for a condition, and a log sink that ignores everything."""

import asyncio
import time
from collections.abc import Callable


def nobody(_line: str) -> None:
    pass


async def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        await asyncio.sleep(0.01)
