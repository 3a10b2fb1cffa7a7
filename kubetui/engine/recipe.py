"""What a step sees while it runs on a machine, and the usual way of running one."""

from __future__ import annotations

import hashlib

from kubetui.base.errors import LostTrackError, StepFailedError
from kubetui.engine.events import Outcome
from kubetui.engine.failures.command import failed_command
from kubetui.engine.failures.diagnosis import diagnose
from kubetui.engine.step import Finding, Task, WorkState
from kubetui.remote.command import Command
from kubetui.remote.node import Result


async def probe(task: Task, command: Command) -> Finding:
    """Run a probe. Raises RunError when its answer is none that a probe gives."""
    result = await task.node.run(command)
    return finding(result.exit_status, result.last)


def finding(code: int, detail: str) -> Finding:
    """Turn a probe's exit code into what it means; a probe that fails counts as work to be done."""
    try:
        return Finding(WorkState(code), detail)
    except ValueError:
        return Finding(WorkState.PARTIAL, detail or f"the probe ended with {code}")


async def follow_recipe(task: Task) -> Outcome:
    """Skip what is done, do what is not, and look whether it worked.

    Raises ForeignError where something stands that kubetui did not make, StepFailedError when the
    command fails or its work cannot be seen afterwards.
    """
    recipe = task.recipe()
    if recipe.probe is not None:
        found = task.found() or await probe(task, recipe.probe)
        if found.state is WorkState.DONE:
            return Outcome.UNCHANGED
        task.refuse_foreign(found)
    if recipe.apply is None:
        return Outcome.UNCHANGED
    await apply(task, recipe.apply, recipe.probe)
    return Outcome.DONE


async def apply(task: Task, command: Command, check: Command | None) -> None:
    """Carry a command out, once more if a reboot cut it short, and look whether it worked."""
    try:
        result = await task.node.carry_out(unit_name(task, command), command, task.log)
    except LostTrackError as error:
        task.log(f"{error.message} Looking.")
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
                f'"{task.step.title}" ended well on {task.machine.name}, but its work is not there: {found.detail}.',
                fix="Look at the log; the same command tries again.",
                id="VERIFY",
                tail=result.lines,
            )


def unit_name(task: Task, command: Command) -> str:
    """Name a task in the guest; other work gets another name, so an old run is never taken for it."""
    digest = hashlib.sha256((command.assignments(reveal=False) + command.script).encode()).hexdigest()[:8]
    return f"{task.step.name}-{digest}"


def failure(task: Task, result: Result, command: Command) -> StepFailedError:
    """Explain why a command failed, from what it printed and where it ended."""
    cause = diagnose(result.lines)
    return StepFailedError(
        f'"{task.step.title}" failed on {task.machine.name}: {cause.message or result.last or "no output"}',
        fix=cause.fix,
        id=cause.id,
        tail=result.lines,
        command=failed_command(command, result.failed_at),
    )
