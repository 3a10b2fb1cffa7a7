"""What a step sees while it runs on a machine, and the usual way of running one."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from kubetui.base.errors import ForeignError, RunError
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import Outcome, TaskId
from kubetui.engine.failures.command import failed_command
from kubetui.engine.failures.diagnosis import explain
from kubetui.engine.provider import Endpoint, LineSink, MachineState, Provider
from kubetui.engine.step import Recipe, State, Step
from kubetui.profile.plan import Machine, Plan
from kubetui.remote.command import Command
from kubetui.remote.node import LostTrackError, Node, Result


class StepFailedError(RunError):
    """A step's command ended with an error; `tail` holds its last lines, `command` what failed of its script."""

    def __init__(
        self,
        message: str,
        *,
        fix: str = "",
        id: str = "",  # noqa: A002
        tail: tuple[str, ...] = (),
        command: str = "",
    ) -> None:
        super().__init__(message, fix=fix, id=id)
        self.tail = tail
        self.command = command


Connect = Callable[[Machine, Endpoint, LineSink], Awaitable[Node]]
"""Opens a connection to a machine that a provider started."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a probe found, and its one line on it."""

    state: State
    detail: str


@dataclass
class Run:
    """What the tasks of one run share: the plan, the machines' connections, and what was found on them."""

    plan: Plan
    cluster: Cluster
    provider: Provider
    steps: tuple[Step, ...]
    connect: Connect
    nodes: dict[str, Node] = field(default_factory=dict)
    findings: dict[tuple[str, str], Finding] = field(default_factory=dict)
    """By machine and step: what the survey at the beginning found."""
    nodes_table: str = ""
    """What the last step read with `kubectl get nodes -o wide`."""
    ready: frozenset[str] | None = None
    """The machines whose nodes the last step saw Ready; None where it saw none."""
    outcomes: dict[TaskId, Outcome] = field(default_factory=dict)
    """How the tasks ended that have."""
    said: set[str] = field(default_factory=set)
    """What one of its tasks has said for all of them."""
    _states: asyncio.Future[Mapping[str, MachineState]] | None = None

    async def states(self, log: LineSink) -> Mapping[str, MachineState]:
        """Return what the provider knew of the machines when this was first asked; it asks once a run."""
        if self._states is None:
            self._states = asyncio.ensure_future(self.provider.states(log))
        return await self._states


@dataclass(frozen=True)
class Task:
    """A step on a machine, with what it needs to run. `log` takes lines for the machine's log."""

    run: Run
    step: Step
    machine: Machine
    log: Callable[[str], None]

    @property
    def plan(self) -> Plan:
        """The plan of the run."""
        return self.run.plan

    @property
    def node(self) -> Node:
        """This machine's connection."""
        return self.run.nodes[self.machine.name]

    @property
    def first_node(self) -> Node:
        """The connection of the control plane that runs `kubeadm init`."""
        return self.run.nodes[self.plan.control_plane.name]

    def recipe(self) -> Recipe:
        """Return this step's commands for this machine."""
        return self.step.recipe(self.plan, self.machine)

    def found(self) -> Finding | None:
        """Return what the survey at the beginning found for this task."""
        return self.run.findings.get((self.machine.name, self.step.name))

    def say_once(self, text: str) -> None:
        """Log what holds for the whole run, and not again where another machine's task has."""
        if text not in self.run.said:
            self.run.said.add(text)
            self.log(text)

    def refuse_foreign(self, found: Finding) -> None:
        """Raise ForeignError where something stands that kubetui did not make."""
        if found.state is State.FOREIGN:
            raise ForeignError(
                f"{self.machine.name}: {found.detail}.",
                fix="kubetui changes nothing that it did not make. Remove it, or choose another machine.",
            )


async def probe(task: Task, command: Command) -> Finding:
    """Run a probe. Raises RunError when its answer is none that a probe gives."""
    result = await task.node.run(command)
    return finding(result.exit_status, result.last)


def finding(code: int, detail: str) -> Finding:
    """Turn a probe's exit code into what it means; a probe that fails counts as work to be done."""
    try:
        return Finding(State(code), detail)
    except ValueError:
        return Finding(State.PARTIAL, detail or f"the probe ended with {code}")


async def follow_recipe(task: Task) -> Outcome:
    """Skip what is done, do what is not, and look whether it worked.

    Raises ForeignError where something stands that kubetui did not make, StepFailedError when the
    command fails or its work cannot be seen afterwards.
    """
    recipe = task.recipe()
    if recipe.probe is not None:
        found = task.found() or await probe(task, recipe.probe)
        if found.state is State.DONE:
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
            if found.state is State.DONE:
                return
            task.refuse_foreign(found)
        result = await task.node.carry_out(unit_name(task, command), command, task.log)
    if not result.ok:
        raise failure(task, result, command)
    if check is not None:
        found = await probe(task, check)
        if found.state is not State.DONE:
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
    cause = explain(result.lines)
    return StepFailedError(
        f'"{task.step.title}" failed on {task.machine.name}: {cause.message or result.last or "no output"}',
        fix=cause.fix,
        id=cause.id,
        tail=result.lines,
        command=failed_command(command, result.failed_at),
    )
