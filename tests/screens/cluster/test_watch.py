"""What a watch is asked in its own thread."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import CancelledError
from contextlib import AbstractAsyncContextManager, contextmanager

import pytest

from kubetui.base.errors import RunError
from kubetui.cluster.tables import Table
from kubetui.operations.state import State
from screens.cluster.watch import GLANCE, Looks, Watch
from tests.screens.cluster.home import Cluster, leave

SECONDS = 60


@contextmanager
def watching() -> Iterator[Watch]:
    """Watch the cluster lab, which has answered once."""
    leave()
    cluster = Cluster()
    watch = Watch("lab", cluster.open, cluster.judge)
    watch.start()
    end = time.monotonic() + SECONDS
    while watch.seen.nodes is None and time.monotonic() < end:
        time.sleep(0.01)
    try:
        yield watch
    finally:
        watch.close()
        watch._thread.join(SECONDS)


class Slow:
    """A read that takes an hour unless it is cancelled."""

    def __init__(self) -> None:
        self.began, self.cancelled = threading.Event(), threading.Event()

    def __call__(self, _looks: Looks) -> Coroutine[None, None, str]:
        return self._read()

    async def _read(self) -> str:
        self.began.set()
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            self.cancelled.set()
            raise
        return "read"


def test_an_answer_that_nobody_waits_for_any_more_is_not_read_on() -> None:
    slow = Slow()
    with watching() as watch:
        asked = watch.ask(slow)
        assert slow.began.wait(SECONDS)
        asked.cancel()
        assert slow.cancelled.wait(SECONDS)


def test_a_question_is_cancelled_when_the_watch_ends() -> None:
    slow = Slow()
    with watching() as watch:
        asked = watch.ask(slow)
        assert slow.began.wait(SECONDS)
        watch.close()
        with pytest.raises(CancelledError):
            asked.result(SECONDS)


def test_a_watch_that_has_ended_says_so_instead_of_answering_never() -> None:
    with watching() as watch:
        watch.close()
        watch._thread.join(SECONDS)
        with pytest.raises(RunError, match="lab is not connected"):
            watch.ask(lambda looks: looks.logs("default", "web"))


class Gone(Cluster):
    """A cluster whose connection answers nobody any more once its machines are halted."""

    def __init__(self) -> None:
        super().__init__()
        self.opened = 0
        self.halted = False

    def open(self, name: str) -> AbstractAsyncContextManager[Cluster]:
        self.opened += 1
        return super().open(name)

    async def nodes(self) -> Table:
        if self.halted and self.opened == 1:
            await asyncio.sleep(3600)
        if self.halted:
            raise RunError("kubmaster is stopped.")
        return await super().nodes()


def test_a_run_that_ended_is_seen_over_a_new_connection() -> None:
    lab, cluster = leave(), Gone()
    watch = Watch("lab", cluster.open, cluster.judge)
    watch.start()
    try:
        until(lambda: watch.seen.nodes is not None)
        with lab.lock("check"):
            time.sleep(3 * GLANCE)
            assert cluster.opened == 1
        cluster.halted = True
        with lab.lock("stop"):
            until(lambda: watch.seen.state is not None and watch.seen.state.state is State.BUSY)
        until(lambda: watch.seen.trouble == "kubmaster is stopped." and watch.seen.state is not None)
        until(lambda: watch.seen.state is not None and watch.seen.state.state is not State.BUSY)
    finally:
        watch.close()
        watch._thread.join(SECONDS)


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)
