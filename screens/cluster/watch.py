"""Watches a cluster from its own thread; the screen reads the latest result."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from typing import Protocol

from kubetui.base.errors import KubetuiError
from kubetui.base.text import harmless
from kubetui.cluster.tables import Table
from screens.threads import EngineThread

PAUSE = 3.0
"""Seconds between two looks. It grows with every failure, up to LONGEST."""
LONGEST = 15.0
SHORT = 220
"""Characters of an error to show; Vagrant's are long."""


class Looks(Protocol):
    """What a watch asks a cluster; `kubetui.operations.observe.Observer` implements it."""

    async def nodes(self) -> Table:
        """Return the nodes."""

    async def pods(self) -> Table:
        """Return the pods."""

    async def containers(self, node: str) -> Table:
        """Return a node's containers."""


Opens = Callable[[str], AbstractAsyncContextManager[Looks]]


def observer(name: str) -> AbstractAsyncContextManager[Looks]:
    """Open `kubetui.operations.observe.Observer`, imported in the watching thread."""
    from kubetui.operations.observe import Observer  # noqa: PLC0415 - loads asyncssh, in the watching thread

    return Observer(name)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the last look found, and the error that kept a later one from finding more."""

    nodes: Table | None = None
    pods: Table | None = None
    containers: Table | None = None
    node: str = ""
    """The node that runs the containers."""
    trouble: str = ""


def _in_short(error: Exception) -> str:
    text = harmless(" ".join(str(error).split()))
    return text if len(text) <= SHORT else text[:SHORT].rsplit(" ", 1)[0] + " ..."


class Watch:
    """Looks at a cluster every few seconds until it is closed."""

    def __init__(self, name: str, opens: Opens = observer) -> None:
        self._name = name
        self._opens = opens
        self._poke: asyncio.Event | None = None
        self._thread = EngineThread(f"watch {name}", self._main, daemon=True)
        self.seen = Seen()
        self.node = ""
        """The node to show the containers of; `choose` sets it."""

    def start(self) -> None:
        """Start watching."""
        self._thread.start()

    def choose(self, node: str) -> None:
        """Look at the containers of a node at once."""
        if node != self.node:
            self.node = node
            self._thread.call(lambda: self._poke.set() if self._poke else None)

    def close(self) -> None:
        """Stop watching; the thread closes its connection."""
        self._thread.stop_now()

    async def _main(self) -> None:
        self._poke = asyncio.Event()
        pause = PAUSE
        async with self._opens(self._name) as looks:
            while True:
                # a node chosen during the look wants another one
                self._poke.clear()
                pause = await self._look(looks, pause)
                try:
                    await asyncio.wait_for(self._poke.wait(), pause)
                except TimeoutError:
                    continue

    async def _look(self, looks: Looks, pause: float) -> float:
        """Look once, and return the seconds to wait until the next look."""
        try:
            nodes = await looks.nodes()
            pods = await looks.pods()
            node = self.node or next(iter(nodes.column("NAME")), "")
            containers = await looks.containers(node) if node else None
        except (KubetuiError, OSError) as error:
            self.seen = replace(self.seen, trouble=_in_short(error))
            return min(pause * 1.5, LONGEST)
        self.seen = Seen(nodes, pods, containers, node)
        return PAUSE
