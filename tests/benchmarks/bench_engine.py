"""Measure the engine's overhead over a run's critical path, from the timings that runs record.

    python -m tests.benchmarks.bench_engine NAME...      the last run of each of these clusters on this host
    python -m tests.benchmarks.bench_engine --made       three runs of a plan whose tasks only sleep

The time beyond the critical path is the engine's: scheduling, events, logs, the journal, closing connections.
"""

import argparse
import asyncio
import os
import random
import tempfile
from pathlib import Path

from kubetui.base.text import LineSink
from kubetui.cluster.folder import Cluster
from kubetui.engine.engine import Engine
from kubetui.engine.events import Event, Outcome
from kubetui.engine.step import Recipe, Run, Step, Task, Where
from kubetui.engine.stop import Stop
from kubetui.machines.make import make
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from kubetui.record import timings
from kubetui.remote.endpoint import Endpoint
from kubetui.remote.node import Node
from kubetui.steps.build import STEPS
from tests.benchmarks.measure import report, say

NAP = 0.1
"""About how many seconds a made-up task sleeps: a hundredth of what a real one takes."""


def asleep() -> tuple[Step, ...]:
    """Return the pipeline's own steps and dependencies, with sleeps instead of work."""
    chance = random.Random(20)  # noqa: S311
    found: dict[str, Step] = {}

    async def nap(task: Task) -> Outcome:
        for _ in range(10):
            await asyncio.sleep(NAP / 10 * chance.uniform(0.5, 2))
            task.log("a line that a machine might print")
        return Outcome.DONE

    def nothing(plan: Plan, machine: Machine) -> Recipe:
        del plan, machine
        return Recipe()

    for step in STEPS:
        needs = tuple(found[need.name] for need in step.needs)
        found[step.name] = Step(step.name, step.title, step.why, step.source, step.where, needs, nothing, nap)
    return tuple(step for step in found.values() if step.where is not Where.EXISTING)


async def made(workers: int) -> timings.Timings:
    plan = Plan(Profile.model_validate({"machines": {"workers": workers}}))
    cluster = Cluster("bench")
    cluster.create()
    steps = asleep()
    recorder = timings.Recorder(plan, steps)

    def sink(event: Event) -> None:
        recorder(event)

    await Engine(Run(plan, cluster, make(plan, cluster.folder), steps, _never), sink, Stop()).execute()
    found = recorder.timings()
    assert found is not None
    return found


async def _never(_machine: Machine, _endpoint: Endpoint, _log: LineSink) -> Node:
    raise AssertionError("a nap needs no connection")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    parser.add_argument("--made", action="store_true")
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    found = [run for name in arguments.names if (run := timings.read(Cluster(name)))]
    if arguments.made:
        with tempfile.TemporaryDirectory() as folder:
            os.environ["XDG_STATE_HOME"] = str(Path(folder))
            found += [asyncio.run(made(arguments.workers)) for _ in range(3)]
    if not found:
        parser.error("no cluster of these names has kept the times of a run")
    for run in found:
        say(f"{run.cluster}: {run.seconds:.2f} s, critical path {run.critical:.2f} s, {len(run.spans)} tasks")
    report("engine over critical path", [100 * run.overhead / run.critical for run in found], "%")


if __name__ == "__main__":
    main()
