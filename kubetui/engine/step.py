"""Steps and their dependencies, which are data known before any machine exists, and what they see as they run."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from kubetui.base.check import Check
from kubetui.base.errors import ForeignError
from kubetui.base.text import LineSink, nowhere
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import Operation, Outcome, TaskId
from kubetui.engine.provider import MachineState, Provider
from kubetui.engine.turns import Turns
from kubetui.profile.machine import Machine, Role
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.remote.endpoint import Endpoint
from kubetui.remote.node import Node


class Where(Enum):
    """The machines that a step runs on."""

    EVERY = "on every machine"
    EXISTING = "on every existing machine"
    FIRST = "on the first control plane"
    OTHERS = "on every other control plane"
    CONTROL_PLANES = "on every control plane"
    WORKERS = "on every worker"
    LEAVING = "on every machine that leaves the cluster"

    def holds(self, machine: Machine) -> bool:
        """Whether a machine is one of them, among those that leave the cluster or among the others."""
        match self:
            case Where.EVERY | Where.LEAVING:
                return True
            case Where.EXISTING:
                return machine.host is not None
            case Where.FIRST:
                return machine.first
            case Where.OTHERS:
                return machine.role is Role.CONTROL_PLANE and not machine.first
            case Where.CONTROL_PLANES:
                return machine.role is Role.CONTROL_PLANE
            case Where.WORKERS:
                return machine.role is Role.WORKER


class WorkState(Enum):
    """What a probe finds of a step's work. The values are the exit codes of probe scripts (see `prelude.sh`)."""

    DONE = 0
    ABSENT = 10
    PARTIAL = 11
    FOREIGN = 12


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a step does on one machine.

    `probe` checks, read-only, whether the work is done. `apply` does the work, and can run again after it was
    interrupted. The probe also runs after `apply`, to check that it worked.
    """

    apply: Command | None = None
    probe: Command | None = None


Lines = Callable[[Plan, Machine], tuple[str, ...]]


def nothing(_plan: Plan, _machine: Machine) -> tuple[str, ...]:
    """Return no lines."""
    return ()


@dataclass(frozen=True, slots=True)
class Teaching:
    """What a step teaches: its commands, the names of the concepts behind it, and what it changes.

    `commands` are as a person would type them on a machine that was just made, and as the step calls them: a word in
    angle brackets stands for what is known later, an option in square brackets depends on the machine, and `# on NAME`
    after a command names another machine that it runs on.
    What has its result already is not called. `changes` are files, units and packages. Where there are no commands,
    `none` says why, in a sentence.
    """

    commands: Lines = nothing
    concepts: tuple[str, ...] = ()
    changes: Lines = nothing
    none: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a person needs to do a step by hand, and how kubetui takes it over from them.

    `goal` says what has to be true, `hint` is a word to begin with, and `commands` is one right way, where it is
    another than what the step teaches. `prepare` runs before the person begins. `judge` returns what is missing,
    whatever way the person went, or nothing; `adopt` then writes down what the step's own probe goes by, which has the
    last word.
    """

    goal: Callable[[Plan, Machine], str]
    hint: str
    commands: Lines | None = None
    prepare: Callable[[Plan, Machine], Command] | None = None
    judge: Callable[[Task], Awaitable[str]] | None = None
    adopt: Callable[[Plan, Machine], Command] | None = None


@dataclass(frozen=True)
class Step:
    """One piece of work, on every machine that needs it.

    `why` is the sentence for learners, `source` the page that the rule comes from. `recipe` renders the commands
    from the plan alone; `run` carries them out, for most steps with `recipe.follow_recipe`. With `in_turn`, each
    machine waits for the one before it in the plan; with `several`, the plan says how many have their turn at a time;
    with `gathers`, a machine waits for what the step needs on every machine, not only its own. `instead` leaves no
    change, and runs when the step cannot run because other machines failed. A step that only `looks` does not keep a
    later `instead` from running. Until a step with `installs` begins, a machine is as its box or its owner left it. A
    plan has the step only if it is `wanted`; `teaches` is what a learner can take from it, and with a `turn` they can
    do it themselves.
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
    gathers: bool = False
    installs: bool = True
    looks: bool = False
    instead: Callable[[Task], Awaitable[None]] | None = field(default=None, compare=False)
    wanted: Callable[[Plan], bool] = field(default=lambda _plan: True, compare=False)
    several: bool = False
    family: str = ""
    """The package family whose machines have the step; empty for all of them."""
    teaches: Teaching = field(default=Teaching(), compare=False)
    turn: Turn | None = field(default=None, compare=False)
    of_existing: str = ""
    """The sentence for learners on machines that exist already, where it is another one."""

    def reason(self, plan: Plan) -> str:
        """Return the sentence for learners, as it is true of a plan's kind of machines."""
        return self.why if plan.provider.makes_machines else self.of_existing or self.why

    @property
    def place(self) -> str:
        """The machines that it runs on, in words."""
        return f"{self.where.value} with {self.family}" if self.family else self.where.value

    def holds(self, machine: Machine) -> bool:
        """Whether a machine is one of those that it is for."""
        return self.where.holds(machine) and self.family in {"", machine.packages}

    def runs_on(self, machine: Machine, plan: Plan) -> bool:
        """Whether a plan has this step on a machine; one that leaves the cluster has only the steps for that."""
        return machine.leaving is (self.where is Where.LEAVING) and self.holds(machine) and self.wanted(plan)

    def offers_turn(self, plan: Plan) -> bool:
        """Whether a person can do this step by hand; a rehearsal has no machine to do it on."""
        return self.turn is not None and not plan.provider.rehearsal


def no_recipe(_plan: Plan, _machine: Machine) -> Recipe:
    """Return a recipe without commands, for a step that decides as it runs or does nothing inside a machine."""
    return Recipe()


Connect = Callable[[Machine, Endpoint, LineSink], Awaitable[Node]]
"""Connects to a machine that a provider started."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a probe found, and its one line of detail."""

    state: WorkState
    detail: str


@dataclass
class Run:
    """What the tasks of one run share: the plan, the connections, and the findings of the survey."""

    plan: Plan
    cluster: Cluster
    provider: Provider
    steps: tuple[Step, ...]
    connect: Connect
    nodes: dict[str, Node] = field(default_factory=dict)
    findings: dict[tuple[str, str], Finding] = field(default_factory=dict)
    """What the first survey found, by machine and step."""
    nodes_table: str = ""
    """The output of `kubectl get nodes -o wide`, read by the last step."""
    checks: tuple[Check, ...] = ()
    """The checks of the finished cluster."""
    ready: frozenset[str] | None = None
    """The machines whose nodes the last step saw Ready; None until it has looked."""
    outcomes: dict[TaskId, Outcome] = field(default_factory=dict)
    """The outcomes of the tasks that have ended."""
    said: set[str] = field(default_factory=set)
    """What tasks have logged with `say_once`."""
    turns: Turns = field(default_factory=Turns)
    """The tasks that a person does by hand."""
    operation: Operation = Operation.BUILD
    proving: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while a cluster is proven."""
    _states: asyncio.Future[Mapping[str, MachineState]] | None = None

    def doubt(self, task: TaskId) -> None:
        """Forget that a task's work was found done, because a step that it needs has changed something since."""
        key = task.machine, task.step
        if key in self.findings and self.findings[key].state is WorkState.DONE:
            del self.findings[key]

    def forget(self, machine: Machine) -> None:
        """Forget what was found on a machine, because a step has changed what later probes look at."""
        self.findings = {key: found for key, found in self.findings.items() if key[0] != machine.name}

    async def states(self, log: LineSink) -> Mapping[str, MachineState]:
        """Return the machines' states at the start of the run; the provider is asked only once."""
        if self._states is None:
            self._states = asyncio.ensure_future(self.provider.states(log))
        return await self._states


@dataclass(frozen=True)
class Task:
    """A step on a machine, with everything it needs to run.

    `log` adds a line to the machine's log; `notice` does the same with a line about the whole run. `log_of` returns the
    log of another machine, on which the step has something done.
    """

    run: Run
    step: Step
    machine: Machine
    log: Callable[[str], None]
    notice: Callable[[str], None] | None = None
    log_of: Callable[[str], LineSink] = field(default=lambda _machine: nowhere)

    @property
    def id(self) -> TaskId:
        """How events name this task."""
        return TaskId(self.step.name, self.machine.name)

    def id_on(self, machine: Machine) -> TaskId:
        """How events name the task of this step on another machine."""
        return TaskId(self.step.name, machine.name)

    @property
    def plan(self) -> Plan:
        """The run's plan."""
        return self.run.plan

    @property
    def node(self) -> Node:
        """This machine's connection."""
        return self.run.nodes[self.machine.name]

    @property
    def first_node(self) -> Node:
        """The connection of the control plane that runs `kubeadm init`."""
        return self.run.nodes[self.plan.control_plane.name]

    @property
    def first_log(self) -> LineSink:
        """The log of that control plane."""
        return self.log_of(self.plan.control_plane.name)

    def recipe(self) -> Recipe:
        """Return this step's commands for this machine."""
        return self.step.recipe(self.plan, self.machine)

    def found(self) -> Finding | None:
        """Return what the first survey found for this task, if it did."""
        return self.run.findings.get((self.machine.name, self.step.name))

    def say_once(self, text: str) -> None:
        """Log a fact about the whole run, unless another task has logged it already."""
        if text not in self.run.said:
            self.run.said.add(text)
            (self.notice or self.log)(text)

    def refuse_foreign(self, found: Finding) -> None:
        """Raise ForeignError if the probe found something that kubetui did not make."""
        if found.state is WorkState.FOREIGN:
            raise ForeignError(
                f"{self.machine.name}: {found.detail}.",
                fix="kubetui never changes what it did not make. Remove it yourself, or choose another machine.",
            )
