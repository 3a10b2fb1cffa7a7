"""The machine, shut down by its provider: workers first, the control plane that was made first at last."""

from __future__ import annotations

from functools import partial
from typing import Final

from kubetui.base.errors import RunError
from kubetui.base.scripts import typed
from kubetui.engine.events import Outcome
from kubetui.engine.provider import MachineState
from kubetui.engine.step import Step, Task, Teaching, Where, no_recipe
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan

_OFF: Final = (MachineState.STOPPED, MachineState.ABSENT)


async def _halt(task: Task) -> Outcome:
    states, name = await task.run.states(task.log), task.machine.name
    if states.get(name) in _OFF:
        return Outcome.UNCHANGED
    await task.run.provider.halt(task.machine, task.log)
    now = (await task.run.provider.states()).get(name)
    if now not in _OFF:
        raise RunError(
            f"{name} was shut down, and its provider says that it is {now}.",
            fix="Run the same command again.",
            id="HALT",
        )
    return Outcome.DONE


def _halting(plan: Plan, machine: Machine) -> tuple[str, ...]:
    return () if plan.provider.rehearsal else (typed("vagrant", "halt", machine.name, "--no-tty"),)


TEACHES: Final = Teaching(
    commands=_halting, concepts=("node", "etcd"), none="Nothing is shut down here: a rehearsal plays the machine."
)
_step = partial(Step, source="developer.hashicorp.com/vagrant, halt", recipe=no_recipe, run=_halt, teaches=TEACHES)

HALT_WORKER = _step(
    name="halt-worker",
    title="Shut the worker down",
    why="Workers go first, so that no pod loses the control plane while it still runs.",
    where=Where.WORKERS,
    needs=(),
)
HALT_CONTROL_PLANE = _step(
    name="halt-control-plane",
    title="Shut the control plane down",
    why="One etcd member leaves after the other; those that stay keep the quorum for as long as they can.",
    where=Where.OTHERS,
    needs=(HALT_WORKER,),
    in_turn=True,
)
HALT_FIRST = _step(
    name="halt-first-control-plane",
    title="Shut the first control plane down",
    why="It goes last: until then it answers for the cluster.",
    where=Where.FIRST,
    needs=(HALT_WORKER, HALT_CONTROL_PLANE),
)
HALTING: Final = (HALT_WORKER, HALT_CONTROL_PLANE, HALT_FIRST)
"""What shuts a cluster down, in this order."""
