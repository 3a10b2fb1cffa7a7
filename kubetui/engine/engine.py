"""Carries out a plan: every task starts as soon as everything it needs is done."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from functools import partial

from kubetui.base.crash import shown
from kubetui.base.errors import KubetuiError, StepFailedError
from kubetui.base.redaction import Stream, redact
from kubetui.base.text import clean
from kubetui.cluster.folder import log_of
from kubetui.engine.events import (
    GOOD,
    Checked,
    Event,
    NodesTable,
    Outcome,
    RunFinished,
    RunStarted,
    Sink,
    TaskFinished,
    TaskId,
    TaskStarted,
    logger,
)
from kubetui.engine.order import dependencies, tasks_of
from kubetui.engine.step import Run, Step, Task
from kubetui.engine.stop import Stop
from kubetui.profile.machine import Machine


class Engine:
    """One run of a plan."""

    def __init__(self, run: Run, sink: Sink, stop: Stop) -> None:
        self._run = run
        self._sink = sink
        self._stop = stop
        run.turns.begin(self._emit, lambda: stop.requested)
        self._running: dict[TaskId, asyncio.Task[Outcome]] = {}
        self._unexpected: list[Exception] = []

    async def execute(self) -> RunFinished:
        """Run every task and return how the run went.

        A task's error becomes an event; an unexpected one is raised once all tasks have ended.
        """
        run = self._run
        began = time.time()
        order = tasks_of(run.steps, run.plan)
        names = tuple(machine.name for machine in run.plan.everyone)
        rehearsal = run.plan.provider.rehearsal
        self._emit(RunStarted(began, run.cluster.name, names, order, rehearsal, run.operation))
        needs = dependencies(run.steps, run.plan)
        steps = {step.name: step for step in run.steps}
        machines = {machine.name: machine for machine in run.plan.everyone}
        for task in order:
            waiting = self._when_ready(task, needs, steps[task.step], machines[task.machine])
            self._running[task] = asyncio.create_task(waiting, name=str(task))
        try:
            with self._stop.cancels(list(self._running.values())):
                results = await asyncio.gather(*self._running.values(), return_exceptions=True)
        finally:
            await self._close()
        for task in order:
            if task not in run.outcomes:
                # cancelled, perhaps before it started
                self._blocked(task)
        if run.nodes_table:
            table = "\n".join(redact(clean(line)) for line in run.nodes_table.split("\n"))
            self._emit(NodesTable(time.time(), table, rehearsal=run.plan.provider.rehearsal))
        for check in run.checks:
            self._emit(Checked.of(time.time(), check, rehearsal=run.plan.provider.rehearsal))
        finished = self._summary(began, results)
        self._emit(finished)
        for error in (*self._unexpected, *results):
            if isinstance(error, Exception):
                raise error
        return finished

    def _summary(self, began: float, results: list[Outcome | BaseException]) -> RunFinished:
        count = results.count
        now = time.time()
        kubeconfig = self._run.cluster.kubeconfig
        names, ready = [machine.name for machine in self._run.plan.machines], self._run.ready
        return RunFinished(
            at=now,
            cluster=self._run.cluster.name,
            seconds=now - began,
            ok=all(result in GOOD for result in results),
            changed=count(Outcome.DONE),
            failed=count(Outcome.FAILED),
            blocked=len(results) - sum(map(count, (*GOOD, Outcome.FAILED))),
            stopped=self._stop.requested,
            kubeconfig=str(kubeconfig) if kubeconfig.exists() else "",
            rehearsal=self._run.plan.provider.rehearsal,
            nodes=len(names),
            ready=len(ready or ()),
            not_ready=() if ready is None else tuple(name for name in names if name not in ready),
            operation=self._run.operation,
        )

    async def _when_ready(
        self, task: TaskId, needs: Mapping[TaskId, frozenset[TaskId]], step: Step, machine: Machine
    ) -> Outcome:
        # every task has to be registered before the first one looks up another
        await asyncio.sleep(0)
        for need in needs[task]:
            if await asyncio.shield(self._running[need]) not in GOOD:
                await self._look_instead(task, needs[task], step, machine)
                return self._blocked(task)
        if self._stop.requested:
            return self._blocked(task)
        if any(self._run.outcomes[need] is Outcome.DONE for need in needs[task]):
            self._run.doubt(task)
        return await self._attempt(task, step, machine)

    async def _look_instead(self, task: TaskId, needs: Iterable[TaskId], step: Step, machine: Machine) -> None:
        """Run a step's `instead`, if its own machine is fine and only others failed."""
        if step.instead is None:
            return
        looking = {each.name for each in self._run.steps if each.looks}
        ended = {need: await asyncio.shield(self._running[need]) for need in needs}
        if self._stop.requested or any(
            need.machine == machine.name and need.step not in looking and outcome not in GOOD
            for need, outcome in ended.items()
        ):
            return
        doing = self._task(step, machine)
        self._emit(TaskStarted(time.time(), task, step.title, step.reason(self._run.plan), step.source))
        try:
            await step.instead(doing)
        except KubetuiError as error:
            doing.log(error.message)
        except Exception as error:  # noqa: BLE001 - as in `_attempt`
            self._unexpected.append(error)

    def _task(self, step: Step, machine: Machine) -> Task:
        to = partial(logger, step=step.name, sink=self._emit)
        return Task(self._run, step, machine, to(machine.name), to(machine.name, notice=True), to)

    def _blocked(self, task: TaskId) -> Outcome:
        self._finish(TaskFinished(time.time(), task, Outcome.BLOCKED, 0.0))
        return Outcome.BLOCKED

    async def _attempt(self, task: TaskId, step: Step, machine: Machine) -> Outcome:
        began = time.time()
        self._emit(TaskStarted(began, task, step.title, step.reason(self._run.plan), step.source))
        try:
            outcome = await step.run(self._task(step, machine))
        except KubetuiError as error:
            return self._failed(task, began, error)
        except Exception as error:  # noqa: BLE001 - raised once the other machines finish
            self._unexpected.append(error)
            return self._failed(task, began, shown(error))
        now = time.time()
        self._finish(TaskFinished(now, task, outcome, now - began, by_hand=task in self._run.turns.done))
        return outcome

    def _failed(self, task: TaskId, began: float, error: KubetuiError) -> Outcome:
        tail, command = (error.tail, error.command) if isinstance(error, StepFailedError) else ((), "")
        now = time.time()
        failed = Outcome.FAILED
        # redact again: the step may have learned a secret since the error was created
        message, fix, hide = redact(error.message), redact(error.fix), Stream()
        lines = tuple(hide(clean(line)) for line in tail)
        shown, log = redact(command), str(log_of(self._run.cluster.logs, task.machine))
        self._finish(
            TaskFinished(now, task, failed, now - began, message, error.id, fix, lines, command=shown, log=log)
        )
        return failed

    def _finish(self, event: TaskFinished) -> None:
        self._run.outcomes[event.task] = event.outcome
        self._emit(event)

    async def _close(self) -> None:
        await asyncio.gather(*(node.close() for node in self._run.nodes.values()), return_exceptions=True)

    def _emit(self, event: Event) -> None:
        self._sink(event)
