"""Steps and how they depend on each other: data, known before any machine exists."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from kubetui.base.errors import ForeignError
from kubetui.base.text import LineSink
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import Outcome, TaskId
from kubetui.engine.provider import MachineState, Provider
from kubetui.profile.plan import Machine, Plan, Role
from kubetui.remote.command import Command
from kubetui.remote.endpoint import Endpoint
from kubetui.remote.node import Node

if TYPE_CHECKING:
    pass


class Where(Enum):
    """Which machines a step runs on."""

    EVERY = "on every machine"
    EXISTING = "on every machine that existed before"
    FIRST = "on the first control plane"
    OTHERS = "on every other control plane"
    WORKERS = "on every worker"

    def holds(self, machine: Machine) -> bool:
        """Tell whether a machine is among them."""
        match self:
            case Where.EVERY:
                return True
            case Where.EXISTING:
                return machine.host is not None
            case Where.FIRST:
                return machine.first
            case Where.OTHERS:
                return machine.role is Role.CONTROL_PLANE and not machine.first
            case Where.WORKERS:
                return machine.role is Role.WORKER


class WorkState(Enum):
    """What a probe finds. The values are the exit codes of probe scripts (see `command.PRELUDE`)."""

    DONE = 0
    ABSENT = 10
    PARTIAL = 11
    FOREIGN = 12


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a step does on one machine.

    `probe` looks whether the work is done and changes nothing; `apply` does it, and may be run again
    after it was cut short. The probe is run after `apply` too, to see that it worked.
    """

    apply: Command | None = None
    probe: Command | None = None


@dataclass(frozen=True)
class Step:
    """One thing that is done, on every machine where it belongs.

    `why` is the sentence that a learner reads, `source` the page that the rule comes from. `recipe`
    renders the commands from the plan alone; `run` carries them out, which most steps leave to
    `task.follow_recipe`. With `in_turn`, one machine begins when the one before it in the plan is done.
    `instead` only looks: it runs where the step itself cannot because other machines failed. As long as no step
    that `installs` has begun, a machine is as its box made it, or as its owner has it.
    """

    name: str
    title: str
    why: str
    source: str
    where: Where
    needs: tuple[Step, ...]
    recipe: Callable[[Plan, Machine], Recipe] = field(compare=False)
    run: Callable[[Task], Awaitable[Outcome]] = field(compare=False)
    in_turn: bool = False
    installs: bool = True
    instead: Callable[[Task], Awaitable[None]] | None = field(default=None, compare=False)


Connect = Callable[[Machine, Endpoint, LineSink], Awaitable[Node]]
"""Opens a connection to a machine that a provider started."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a probe found, and its one line on it."""

    state: WorkState
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
        if found.state is WorkState.FOREIGN:
            raise ForeignError(
                f"{self.machine.name}: {found.detail}.",
                fix="kubetui changes nothing that it did not make. Remove it, or choose another machine.",
            )
