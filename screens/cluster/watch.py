"""Watches a cluster from its own thread; the screen reads the latest result."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from kubetui.base.errors import KubetuiError, RunError
from kubetui.base.text import harmless
from kubetui.cluster.folder import Cluster, Holder
from kubetui.cluster.tables import Table
from screens.threads import EngineThread

if TYPE_CHECKING:
    from kubetui.operations.state import ClusterState
    from kubetui.remote.node import Result

T = TypeVar("T")

PAUSE = 3.0
"""Seconds between two looks. It grows with every failure, up to LONGEST."""
LONGEST = 15.0
GLANCE = 0.5
"""Seconds between two glances at who works on the cluster."""
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

    async def logs(self, namespace: str, pod: str) -> str:
        """Return the last lines that a pod wrote."""

    async def describe(self, namespace: str, pod: str) -> str:
        """Return what kubectl says about a pod."""

    async def attempt(self, script: str, values: Mapping[str, str]) -> Result:
        """Run a script that only reads on the control plane."""


Opens = Callable[[str], AbstractAsyncContextManager[Looks]]
Judges = Callable[[str, "Table | None", str], Awaitable["ClusterState"]]
"""Tells what a cluster is, from its nodes, or from why it did not answer."""


def observer(name: str) -> AbstractAsyncContextManager[Looks]:
    """Open `kubetui.operations.observe.Observer`, imported in the watching thread."""
    from kubetui.operations.observe import Observer  # noqa: PLC0415 - loads asyncssh, in the watching thread

    return Observer(name)


async def judge(name: str, nodes: Table | None, silence: str) -> ClusterState:
    """Ask `kubetui.operations.state`."""
    from kubetui.operations import state  # noqa: PLC0415 - loads the providers, in the watching thread

    cluster = Cluster(name)
    return state.heard(cluster, nodes) if nodes is not None else await state.unheard(cluster, silence)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the last look found, and the error that kept a later one from finding more."""

    nodes: Table | None = None
    pods: Table | None = None
    containers: Table | None = None
    node: str = ""
    """The node that runs the containers."""
    trouble: str = ""
    state: ClusterState | None = None
    """What the cluster is."""


def _in_short(error: Exception) -> str:
    text = harmless(" ".join(str(error).split()))
    return text if len(text) <= SHORT else text[:SHORT].rsplit(" ", 1)[0] + " ..."


class Watch:
    """Looks at a cluster every few seconds until it is closed."""

    def __init__(self, name: str, opens: Opens = observer, judges: Judges = judge) -> None:
        self._name = name
        self._cluster = Cluster(name)
        self._opens = opens
        self._judges = judges
        self._poke: asyncio.Event | None = None
        self._looks: Looks | None = None
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

    def ask(self, read: Callable[[Looks], Coroutine[Any, Any, T]]) -> Future[T]:
        """Read something once, over the same connection. Raises KubetuiError before there is one; its future, too."""
        asked = self._thread.ask(read(self._looks)) if self._looks is not None else None
        if asked is None:
            raise RunError(f"{self._name} is not connected yet.", fix="Try again in a moment.")
        return asked

    def close(self) -> None:
        """Stop watching; the thread closes its connection."""
        self._thread.stop_now()

    async def _main(self) -> None:
        self._poke = asyncio.Event()
        while True:
            worker = self._worker()
            async with self._opens(self._name) as looks:
                self._looks = looks
                await self._follow(looks, self._poke, worker)

    async def _follow(self, looks: Looks, poke: asyncio.Event, worker: Holder | None) -> None:
        """Look again and again until a run begins or ends: what the connection leads to may be gone then."""
        looking = asyncio.create_task(self._look_on(looks, poke))
        changing = asyncio.create_task(self._changed(worker))
        try:
            await asyncio.wait({looking, changing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended = changing.done()
            looking.cancel()
            changing.cancel()
            await asyncio.wait({looking, changing})
        if not ended:
            await looking

    def _worker(self) -> Holder | None:
        """Return who changes the cluster now; a check changes nothing."""
        holder = self._cluster.holder()
        return None if holder is None or holder.purpose == "check" else holder

    async def _changed(self, worker: Holder | None) -> None:
        """Return once somebody else than the `worker` changes the cluster, or nobody does."""
        while self._worker() == worker:  # noqa: ASYNC110 - nothing tells that a lock was released
            await asyncio.sleep(GLANCE)

    async def _look_on(self, looks: Looks, poke: asyncio.Event) -> None:
        pause = PAUSE
        while True:
            # a node chosen during the look wants another one
            poke.clear()
            pause = await self._look(looks, pause)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await poke.wait()

    async def _look(self, looks: Looks, pause: float) -> float:
        """Look once, and return the seconds to wait until the next look."""
        try:
            nodes = await looks.nodes()
            pods = await looks.pods()
            node = self.node or next(iter(nodes.column("NAME")), "")
            containers = await looks.containers(node) if node else None
        except (KubetuiError, OSError) as error:
            trouble = _in_short(error)
            state = await self._judges(self._name, None, trouble)
            self.seen = replace(self.seen, trouble=trouble, state=state)
            return min(pause * 1.5, LONGEST)
        self.seen = Seen(nodes, pods, containers, node, state=await self._judges(self._name, nodes, ""))
        return PAUSE
