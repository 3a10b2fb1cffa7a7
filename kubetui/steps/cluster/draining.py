"""A node's pods go elsewhere, and what the first control plane is asked about another machine meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kubetui.base.errors import RunError
from kubetui.base.scripts import script, typed
from kubetui.cluster.tables import ADMIN
from kubetui.engine.recipe import unit_name
from kubetui.engine.step import Task
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.remote.node import Result

DRAIN: Final = ADMIN + script(__package__, "drain.sh")


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a machine is not where it has to be: its error id, what helps, and what that means for the machine."""

    id: str
    fix: str
    means: str = "stays in the cluster"


def drain(task: Task, *, answers: bool) -> Command:
    """Return the command that drains a task's machine, which may be one that no longer `answers`."""
    leaving = task.plan.leaving
    values = {
        "NAME": task.machine.name,
        "ANSWERS": "1" if answers else "",
        "FORCED": "1" if leaving.forced else "",
        "PATIENCE": str(leaving.patience),
    }
    return Command(DRAIN, values, timeout=2 * leaving.patience + 120)


def drain_typed(plan: Plan, machine: Machine) -> str:
    """Return the same command as a person types it."""
    options = ("--ignore-daemonsets", "--delete-emptydir-data", "--force", f"--timeout={plan.leaving.patience}s")
    return there(plan, typed("kubectl", "drain", machine.name, *options))


def there(plan: Plan, command: str) -> str:
    """Return a command with the note that it is typed on the first control plane."""
    return f"{command} # on {plan.control_plane.name}"


async def on_first(task: Task, command: Command, obstacle: Obstacle) -> None:
    """Carry out a command about a task's machine on the first control plane. Raises RunError when it fails."""
    done = await task.first_node.carry_out(unit_name(task, command), command, task.log)
    heard(done, task.machine, obstacle)


def heard(done: Result, machine: Machine, obstacle: Obstacle) -> Result:
    """Return what a command about a machine said. Raises RunError when it failed."""
    if not done.ok:
        said = done.last.removeprefix("error: ") or f"the command ended with {done.exit_status}"
        raise RunError(f"{machine.name} {obstacle.means}: {said}.", fix=obstacle.fix, id=obstacle.id)
    return done
