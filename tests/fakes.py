"""In-memory fakes: a provider, nodes and steps that record what happens, without any machines."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field

from kubetui.base.errors import LostTrackError
from kubetui.base.text import LineSink
from kubetui.cluster.folder import Cluster
from kubetui.engine.engine import Engine
from kubetui.engine.events import Event, Line, Outcome, RunFinished, Sink, TaskFinished, TaskStarted
from kubetui.engine.provider import MachineState
from kubetui.engine.recipe import follow_recipe
from kubetui.engine.snapshots import Snapshots
from kubetui.engine.step import Recipe, Run, Step, Task, Where
from kubetui.engine.stop import Stop
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.remote.endpoint import Endpoint
from kubetui.remote.node import Node, Result

OK = Result(0, ())
Body = Callable[[Task], Awaitable[Outcome]]


class FakeProvider:
    """A provider whose machines start at once."""

    def __init__(self) -> None:
        self.asked = 0
        self.known: Mapping[str, MachineState] = {}
        self.halted: list[str] = []
        """The machines that were asked to shut down, in order."""
        self.stuck: frozenset[str] = frozenset()
        """The machines that do not."""
        self.snapshots: Snapshots | None = None

    async def prepare(self) -> None:
        pass

    async def states(self, log: LineSink | None = None) -> Mapping[str, MachineState]:
        self.asked += 1
        await asyncio.sleep(0)
        return self.known

    async def start(self, machine: Machine, log: LineSink) -> None:
        del log, machine

    async def halt(self, machine: Machine, log: LineSink) -> None:
        del log
        self.halted.append(machine.name)
        if machine.name not in self.stuck:
            self.known = {**self.known, machine.name: MachineState.STOPPED}

    async def endpoint(self, machine: Machine) -> Endpoint:
        return Endpoint(str(machine.address), 22, "vagrant", ())

    async def fresh_endpoint(self, machine: Machine) -> Endpoint:
        return await self.endpoint(machine)

    async def destroy(self, log: LineSink, names: Collection[str] | None = None) -> None:
        del log, names


@dataclass
class FakeNode:
    """A node that takes its answers from `probes` and `applies` in order; when they run out, it reports success."""

    probes: list[Result] = field(default_factory=list)
    applies: list[Result | LostTrackError] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    closed: bool = False

    async def run(self, command: Command, log: LineSink | None = None) -> Result:
        del log
        self.calls.append(f"run {command.script}")
        return self.probes.pop(0) if self.probes else OK

    async def read(self, command: Command, log: LineSink | None = None) -> str:
        self.calls.append(f"read {command.script}")
        return ""

    async def carry_out(self, task: str, command: Command, log: LineSink) -> Result:
        del task
        self.calls.append(f"carry out {command.script}")
        answer = self.applies.pop(0) if self.applies else OK
        if isinstance(answer, LostTrackError):
            raise answer
        for line in answer.lines:
            log(line)
        return answer

    async def close(self) -> None:
        self.closed = True


async def done(_task: Task) -> Outcome:
    return Outcome.DONE


def step(
    name: str,
    *needs: Step,
    where: Where = Where.EVERY,
    run: Body = done,
    recipe: Recipe | None = None,
) -> Step:
    """Return a step that follows `recipe` if there is one, else calls `run`."""
    body = run if recipe is None else follow_recipe
    return Step(name, name.title(), "Why.", "Source", where, needs, lambda _plan, _machine: recipe or Recipe(), body)


class Bench:
    """A run of some steps, and the events it produced."""

    def __init__(self, plan: Plan, steps: tuple[Step, ...], *nodes: FakeNode) -> None:
        async def connect(machine: Machine, endpoint: Endpoint, log: LineSink) -> Node:
            del machine, endpoint, log
            return FakeNode()

        self.plan = plan
        self.provider = FakeProvider()
        self.stop = Stop()
        self.events: list[Event] = []
        self.run = Run(plan, Cluster(plan.profile.name), self.provider, steps, connect)
        self.run.nodes.update({machine.name: node for machine, node in zip(plan.machines, nodes, strict=False)})

    async def execute(self, sink: Sink | None = None, seconds: float = 60) -> RunFinished:
        async with asyncio.timeout(seconds):
            return await Engine(self.run, sink or self.events.append, self.stop).execute()

    def started(self) -> list[str]:
        return [str(event.task) for event in self.events if isinstance(event, TaskStarted)]

    def finished(self) -> dict[str, Outcome]:
        """Return the outcome of each task; fail if a task finished twice."""
        ended = [event for event in self.events if isinstance(event, TaskFinished)]
        assert len({event.task for event in ended}) == len(ended)
        return {str(event.task): event.outcome for event in ended}

    def failure(self) -> TaskFinished:
        (event,) = [
            event for event in self.events if isinstance(event, TaskFinished) and event.outcome is Outcome.FAILED
        ]
        return event

    def lines(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, Line)]
