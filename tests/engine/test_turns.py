"""Your turn: a step waits for the person, what they did is judged, and the run goes on from it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from kubetui.engine.events import Event, Outcome, TaskFinished, TaskId, TurnState, YourTurn
from kubetui.engine.step import Recipe, Step, Task, Turn
from kubetui.engine.turns import Answer, Turns
from kubetui.remote.command import Command
from kubetui.remote.node import Result
from tests.fakes import Bench, FakeNode, step
from tests.plans import plan

RECIPE = Recipe(apply=Command("apply"), probe=Command("probe"))
ABSENT = Result(10, ("not there",))
TASK = TaskId("one", "kubmaster")


def turn(judge: Callable[[Task], Awaitable[str]] | None = None) -> Turn:
    return Turn(
        goal=lambda _plan, machine: f"it is there on {machine.name}.",
        hint="a word",
        prepare=lambda _plan, _machine: Command("prepare"),
        judge=judge,
        adopt=lambda _plan, _machine: Command("adopt"),
    )


def own(judge: Callable[[Task], Awaitable[str]] | None = None) -> Step:
    return replace(step("one", recipe=RECIPE), turn=turn(judge))


def bench(
    node: FakeNode, *answers: Answer, made: Step | None = None, wanted: bool = True
) -> tuple[Bench, Callable[[Event], None]]:
    """Return a run, and a listener that gives these answers, each once kubetui waits for one."""
    table = Bench(plan(workers=0), (made or own(),), node)
    table.run.turns = Turns({TASK} if wanted else ())
    left = list(answers)

    def hear(event: Event) -> None:
        table.events.append(event)
        if isinstance(event, YourTurn) and event.state in {TurnState.WAITING, TurnState.MISSING} and left:
            asyncio.get_running_loop().call_soon(table.run.turns.answer, event.task, left.pop(0))

    return table, hear


async def played(node: FakeNode, *answers: Answer, made: Step | None = None, wanted: bool = True) -> Bench:
    table, hear = bench(node, *answers, made=made, wanted=wanted)
    await table.execute(hear)
    return table


def said(table: Bench) -> list[tuple[str, str]]:
    return [(event.state.value, event.text) for event in table.events if isinstance(event, YourTurn)]


GOAL = ("waiting", "it is there on kubmaster.")


async def test_what_a_person_did_is_adopted_and_counts() -> None:
    table = await played(node := FakeNode(probes=[ABSENT]), Answer.DONE)
    assert node.calls == ["run probe", "run prepare", "run adopt", "run probe"]
    assert table.finished() == {"kubmaster/one": Outcome.DONE}
    assert said(table) == [GOAL, ("done", "")]
    assert table.lines() == ["your turn: it is there on kubmaster.", "done by hand"]
    (ended,) = [event for event in table.events if isinstance(event, TaskFinished)]
    assert ended.by_hand


async def test_what_is_missing_is_said_until_nothing_is() -> None:
    judged = iter(["half of it", ""])

    async def judge(_task: Task) -> str:
        return next(judged)

    node = FakeNode(probes=[ABSENT])
    table = await played(node, Answer.DONE, Answer.DONE, made=own(judge))
    assert said(table) == [GOAL, ("missing", "half of it"), ("done", "")]
    assert node.calls.count("run adopt") == 1


async def test_the_probe_has_the_last_word() -> None:
    node = FakeNode(probes=[ABSENT, Result(0, ()), Result(0, ()), Result(11, ("a mark is missing",))])
    table = await played(node, Answer.DONE, Answer.LEAVE)
    assert said(table) == [GOAL, ("missing", "a mark is missing"), ("left", "")]
    assert node.calls[-2:] == ["carry out apply", "run probe"]


async def test_a_step_that_is_left_to_kubetui_is_done_by_it() -> None:
    table = await played(node := FakeNode(probes=[ABSENT]), Answer.LEAVE)
    assert node.calls == ["run probe", "run prepare", "carry out apply", "run probe"]
    assert table.finished() == {"kubmaster/one": Outcome.DONE}
    (ended,) = [event for event in table.events if isinstance(event, TaskFinished)]
    assert not ended.by_hand


async def test_nobody_is_asked_for_a_step_that_is_done_or_not_wanted() -> None:
    assert said(await played(FakeNode())) == []
    table = await played(FakeNode(probes=[ABSENT]), wanted=False)
    assert (said(table), table.finished()) == ([], {"kubmaster/one": Outcome.DONE})


async def test_a_stop_ends_the_wait_and_leaves_the_step_undone() -> None:
    waiting = asyncio.Event()
    table, hear = bench(FakeNode(probes=[ABSENT]))

    def heard(event: Event) -> None:
        hear(event)
        if isinstance(event, YourTurn):
            waiting.set()

    running = asyncio.create_task(table.execute(heard))
    await waiting.wait()
    table.stop.requested = True
    await running
    assert table.finished() == {"kubmaster/one": Outcome.BLOCKED}


async def test_answers_come_from_another_thread_and_a_stale_one_is_nobodys() -> None:
    turns = Turns([TASK])
    assert not turns.answer(TASK, Answer.DONE)
    waiting = asyncio.create_task(turns.wait(TASK))
    await asyncio.sleep(0)
    assert await asyncio.to_thread(turns.answer, TASK, Answer.DONE)
    assert await waiting is Answer.DONE
    turns.leave(TASK)
    assert not turns.wants(TASK)
    turns.want(TASK)
    assert turns.wants(TASK)


async def test_a_task_left_while_nobody_listens_is_not_waited_for() -> None:
    turns = Turns([TASK])
    turns.leave(TASK)
    assert await asyncio.wait_for(turns.wait(TASK), 5) is Answer.LEAVE
