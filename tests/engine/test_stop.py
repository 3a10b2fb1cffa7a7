"""Stopping a run, gently or by force, and cancelling it: which tasks finish, are cancelled, or never start."""

import asyncio

import pytest

from kubetui.base.errors import StoppedError
from kubetui.engine.events import Outcome
from kubetui.engine.step import Task, Where
from kubetui.engine.stop import Stop
from tests.fakes import Bench, FakeNode, step
from tests.plans import plan


async def test_a_gentle_stop_lets_running_tasks_finish() -> None:
    bench: Bench

    async def stops(_task: Task) -> Outcome:
        bench.stop.request()
        await asyncio.sleep(0.01)
        return Outcome.DONE

    first = step("first", run=stops)
    bench = Bench(plan(workers=0), (first, step("second", first)))
    finished = await bench.execute()
    assert bench.finished() == {"kubmaster/first": Outcome.DONE, "kubmaster/second": Outcome.BLOCKED}
    assert (finished.ok, finished.stopped, finished.changed, finished.blocked) == (False, True, 1, 1)


async def test_a_forced_stop_cancels_running_tasks_and_every_task_still_ends() -> None:
    bench: Bench
    cleaned: list[str] = []

    async def hangs(task: Task) -> Outcome:
        bench.stop.request()
        bench.stop.request()
        bench.stop.request()
        try:
            await asyncio.Event().wait()
        finally:
            # a third request must not interrupt this
            bench.stop.request()
            await asyncio.sleep(0.01)
            cleaned.append(task.machine.name)
        return Outcome.DONE

    first = step("first", run=hangs, where=Where.FIRST)
    bench = Bench(plan(), (first, step("second", first)))
    finished = await bench.execute()
    assert set(bench.finished().values()) == {Outcome.BLOCKED}
    assert len(bench.finished()) == 4
    assert (finished.stopped, finished.ok, finished.blocked) == (True, False, 4)
    assert cleaned == ["kubmaster"]


async def test_a_forced_stop_cancels_a_coroutine_outside_the_tasks() -> None:
    stop, cleaned = Stop(), asyncio.Event()

    async def waits() -> None:
        with stop.cancels_this():
            try:
                await asyncio.Event().wait()
            finally:
                stop.request()
                await asyncio.sleep(0)
                cleaned.set()

    waiting = asyncio.create_task(waits())
    await asyncio.sleep(0)
    stop.request()
    await asyncio.sleep(0)
    assert not waiting.done()
    stop.request()
    with pytest.raises(StoppedError):
        await waiting
    assert cleaned.is_set()


async def test_a_cancellation_without_a_stop_stays_a_cancellation() -> None:
    async def waits() -> None:
        with Stop().cancels_this():
            await asyncio.Event().wait()

    waiting = asyncio.create_task(waits())
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_a_run_stopped_before_it_began_starts_nothing() -> None:
    bench = Bench(plan(), (step("first"),))
    bench.stop.request()
    bench.stop.request()
    assert not (await bench.execute()).ok
    assert bench.started() == []
    assert len(bench.finished()) == 3


async def test_cancelling_the_run_cancels_its_tasks_and_closes_nodes() -> None:
    node = FakeNode()

    async def hangs(_task: Task) -> Outcome:
        started.set()
        await asyncio.Event().wait()
        return Outcome.DONE

    started = asyncio.Event()
    bench = Bench(plan(), (step("first", run=hangs),), node)
    running = asyncio.create_task(bench.execute())
    await started.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert node.closed
    assert asyncio.all_tasks() == {asyncio.current_task()}
