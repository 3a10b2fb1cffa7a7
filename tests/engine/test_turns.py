"""What a person says about their tasks, and when."""

import asyncio

from kubetui.engine.events import TaskId
from kubetui.engine.turns import Answer, Turns

SWAP = TaskId("swap", "kubmaster")


async def test_a_task_left_while_nobody_listens_is_not_waited_for() -> None:
    turns = Turns([SWAP])
    turns.leave(SWAP)
    assert await asyncio.wait_for(turns.wait(SWAP), 5) is Answer.LEAVE


async def test_a_task_that_waits_hears_an_answer() -> None:
    turns = Turns([SWAP])
    assert not turns.answer(SWAP, Answer.DONE)
    waiting = asyncio.ensure_future(turns.wait(SWAP))
    await asyncio.sleep(0)
    assert turns.answer(SWAP, Answer.DONE)
    assert await asyncio.wait_for(waiting, 5) is Answer.DONE


async def test_nobody_is_waited_for_once_the_run_is_to_stop() -> None:
    turns = Turns([SWAP])
    turns.begin(lambda _event: None, lambda: True)
    assert await asyncio.wait_for(turns.wait(SWAP), 5) is None
