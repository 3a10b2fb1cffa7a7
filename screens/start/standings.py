"""What the clusters of the start list are: at a glance first, and then from asking those that were built."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Mapping
from typing import Final

from kubetui.operations.state import ClusterState, glances
from screens.host import Host

PAUSE: Final = 2.0
"""Seconds between two glances at all folders."""
FRESH: Final = 15.0
"""Seconds that a cluster's answer counts; one that was silent is asked more rarely, since that runs Vagrant."""
SILENT: Final = 60.0


class Standings:
    """Knows every cluster by name, the most recently changed first.

    The screen reads `all`, which is replaced as a whole; `follow` runs in a thread of its own.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._asked: dict[str, tuple[float, ClusterState]] = {}
        self.all: Mapping[str, ClusterState] = {}
        self.paused = False
        """Whether nobody sees the list."""
        self.read()

    def read(self) -> None:
        """Read the folders; what a cluster answered stays until its folder says something else."""
        found = {each.name: self._latest(each) for each in glances()}
        if found != self.all or list(found) != list(self.all):
            self.all = found

    def forget(self) -> None:
        """Ask every cluster again: another screen may have changed something. The last answers stay until then."""
        self._asked = {name: (-math.inf, answer) for name, (_, answer) in self._asked.items()}

    async def ask(self) -> None:
        """Ask the clusters that a glance does not settle, all at once."""
        now = time.monotonic()
        names = [each.name for each in glances() if each.unasked and not self._holds(each, now)]
        await asyncio.gather(*map(self._ask, names))

    async def follow(self) -> None:
        """Read and ask from time to time, until it is cancelled."""
        while True:
            if not self.paused:
                await asyncio.to_thread(self.read)
                await self.ask()
            await asyncio.sleep(PAUSE)

    async def _ask(self, name: str) -> None:
        found = await self._host.look(name)
        self._asked[name] = (time.monotonic(), found)
        self.read()

    def _latest(self, seen: ClusterState) -> ClusterState:
        _, answer = self._asked.get(seen.name, (0.0, None))
        return answer if answer is not None and seen.unasked and answer.when == seen.when else seen

    def _holds(self, seen: ClusterState, now: float) -> bool:
        """Return whether a cluster's last answer still counts."""
        at, answer = self._asked.get(seen.name, (0.0, None))
        if answer is None or answer.when != seen.when:
            return False
        return now - at < (SILENT if answer.ready is None else FRESH)
