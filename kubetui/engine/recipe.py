"""Runs a step's recipe on a machine: probe, apply, probe again; or lets a person do it."""

from __future__ import annotations

import hashlib

from kubetui.base.errors import LostTrackError, StepFailedError
from kubetui.engine.events import Outcome, TurnState
from kubetui.engine.failures.command import failed_command
from kubetui.engine.failures.diagnosis import diagnose
from kubetui.engine.step import Finding, Recipe, Task, Turn, WorkState
from kubetui.engine.turns import Answer
from kubetui.remote.command import Command
from kubetui.remote.node import Node, Result


async def probe(task: Task, command: Command) -> Finding:
    """Run a probe and return what it found."""
    result = await task.node.run(command)
    return finding(result.exit_status, result.last)


def finding(code: int, detail: str) -> Finding:
    """Turn a probe's exit code into a finding; a probe that fails counts as work to do."""
    try:
        return Finding(WorkState(code), detail)
    except ValueError:
        return Finding(WorkState.PARTIAL, detail or f"the probe ended with {code}")


async def follow_recipe(task: Task) -> Outcome:
    """Follow a step's own recipe; see `follow`."""
    return await follow(task, task.recipe())


async def follow(task: Task, recipe: Recipe) -> Outcome:
    """Skip completed work, do what is missing, and probe that it worked.

    Raises ForeignError when something that kubetui did not make is in the way, StepFailedError when the command
    fails or the probe does not see its work afterwards.
    """
    if recipe.probe is not None:
        found = task.found() or await probe(task, recipe.probe)
        if found.state is WorkState.DONE:
            return Outcome.UNCHANGED
        task.refuse_foreign(found)
    if recipe.apply is None:
        return Outcome.UNCHANGED
    if recipe.probe is not None and (outcome := await by_hand(task, recipe.probe)):
        return outcome
    await apply(task, recipe.apply, recipe.probe)
    return Outcome.DONE


async def by_hand(task: Task, look: Command) -> Outcome | None:
    """Let the person do a step, if they want to, and return how it ended: None where kubetui is to do it.

    A step that waits when the run is stopped is blocked. The run goes on from what the person did once nothing is
    missing for the step's judge and for its probe, `look`.
    """
    turn, turns = task.step.turn, task.run.turns
    if turn is None or not turns.wants(task.id):
        return None
    if turn.prepare is not None:
        await carried_out(task, turn.prepare(task.plan, task.machine))
    goal = turn.goal(task.plan, task.machine)
    task.log(f"your turn: {goal}")
    turns.tell(task.id, TurnState.WAITING, goal)
    while True:
        answer = await turns.wait(task.id)
        if answer is None:
            return Outcome.BLOCKED
        if answer is Answer.LEAVE:
            task.log("kubetui does it")
            turns.tell(task.id, TurnState.LEFT, "")
            return None
        missing = await _missing(task, turn, look)
        if not missing:
            task.log("done by hand")
            turns.done.add(task.id)
            turns.tell(task.id, TurnState.DONE, "")
            return Outcome.DONE
        task.log(f"not yet: {missing}")
        turns.tell(task.id, TurnState.MISSING, missing)


async def _missing(task: Task, turn: Turn, look: Command) -> str:
    """Return what is missing of a step that a person did, or nothing once kubetui has taken it over."""
    missing = await turn.judge(task) if turn.judge else ""
    if missing:
        return missing
    if turn.adopt is not None:
        await carried_out(task, turn.adopt(task.plan, task.machine))
    found = await probe(task, look)
    return "" if found.state is WorkState.DONE else found.detail


async def lacking(node: Node, command: Command) -> str:
    """Run a command that looks for what is missing; return what it says, or nothing if it is content."""
    result = await node.run(command)
    return "" if result.ok else result.last or f"the check ended with {result.exit_status}"


async def carried_out(task: Task, command: Command) -> None:
    """Run a short command of kubetui's own. Raises StepFailedError when it fails."""
    result = await task.node.run(command)
    if not result.ok:
        raise failure(task, result, command)


async def apply(task: Task, command: Command, check: Command | None) -> None:
    """Run a command, once more if a reboot interrupted it, and check with the probe that it worked."""
    try:
        result = await task.node.carry_out(unit_name(task, command), command, task.log)
    except LostTrackError as error:
        task.log(f"{error.message} Checking with the probe.")
        if check is not None:
            found = await probe(task, check)
            if found.state is WorkState.DONE:
                return
            task.refuse_foreign(found)
        result = await task.node.carry_out(unit_name(task, command), command, task.log)
    if not result.ok:
        raise failure(task, result, command)
    if check is not None:
        found = await probe(task, check)
        if found.state is not WorkState.DONE:
            raise StepFailedError(
                f'"{task.step.title}" succeeded on {task.machine.name}, but its probe disagrees: {found.detail}.',
                fix="Look at the log, then run the same command again.",
                id="VERIFY",
                tail=result.lines,
            )


def unit_name(task: Task, command: Command) -> str:
    """Return the systemd unit name of a task. It depends on script and values: an old run is never mistaken for it."""
    digest = hashlib.sha256((command.assignments(reveal=False) + command.script).encode()).hexdigest()[:8]
    return f"{task.step.name}-{digest}"


def failure(task: Task, result: Result, command: Command) -> StepFailedError:
    """Return the error for a failed command, with its cause diagnosed from the output."""
    cause = diagnose(result.lines)
    return StepFailedError(
        f'"{task.step.title}" failed on {task.machine.name}: {cause.message or result.last or "no output"}',
        fix=cause.fix,
        id=cause.id,
        tail=result.lines,
        command=result.command or failed_command(command, result.failed_at),
    )
