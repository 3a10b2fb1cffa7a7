"""A run on a cluster that exists, shown as `kubetui up` shows its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from kubetui.base.errors import ExitCode
from kubetui.cli import output as outputs
from kubetui.cli.audience import followed
from kubetui.cli.clusters import exit_code
from kubetui.cli.options import UpOptions
from kubetui.engine.events import RunFinished, Sink
from kubetui.engine.stop import Stop


def watched(options: UpOptions, run: Callable[[Sink, Stop], Awaitable[RunFinished]]) -> ExitCode:
    """Carry out a run while showing its events; return the exit code for how it ended."""
    output = outputs.output(options)

    async def running() -> RunFinished:
        with followed(output) as (attended, stop):
            return await run(attended, stop)

    return exit_code(asyncio.run(running()))
