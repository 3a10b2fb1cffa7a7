"""The events of a run without an engine: fixed times, made-up lines."""

import asyncio
import threading
from collections.abc import Iterable

from kubetui.engine.events import (
    CommandStarted,
    Event,
    Line,
    Outcome,
    RunFinished,
    RunStarted,
    Sink,
    TaskFinished,
    TaskId,
    TaskStarted,
)
from kubetui.engine.order import tasks_of
from kubetui.engine.stop import Stop
from kubetui.engine.turns import Turns
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Machines, Profile
from kubetui.steps.build import STEPS

BEGAN = 1_700_000_000.0
SAID = {
    "packages": (
        "Reading package lists...",
        "The following NEW packages will be installed:",
        "  kubeadm kubectl kubelet",
    ),
    "init": (
        "[init] Using Kubernetes version: v1.36.1",
        "[preflight] Running pre-flight checks",
        '[certs] Generating "etcd/server" certificate and key',
        '[kubeconfig] Writing "admin.conf" kubeconfig file',
        "[kubelet-start] Starting the kubelet",
        "[wait-control-plane] Waiting for the kubelet to boot up the control plane as static Pods from /etc/kubernetes",
    ),
}
COMMANDS = {
    "kubernetes": ("apt-get install --yes kubelet kubeadm kubectl", "apt-mark hold kubelet kubeadm kubectl"),
    "init": ("kubeadm init --config=/run/kubetui-init.yaml --skip-token-print",),
}
COMMAND = "apt install --yes --no-install-recommends kubelet=1.36.1-1.1 kubeadm=1.36.1-1.1 kubectl=1.36.1-1.1"
TAIL = (
    "Reading package lists...",
    "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 812 (unattended-upgr)",
    "E: Unable to acquire the dpkg frontend lock, is another process using it?",
)


def profile(workers: int = 2, name: str = "lab") -> Profile:
    return Profile(name=name, machines=Machines(workers=workers))


def everything(chosen: Profile) -> list[Event]:
    """A run in which every step works, one after the other, each for a second."""
    plan = Plan(chosen)
    tasks = tasks_of(STEPS, plan)
    steps = {step.name: step for step in STEPS}
    events: list[Event] = [RunStarted(BEGAN, chosen.name, tuple(machine.name for machine in plan.machines), tasks)]
    at = BEGAN
    for task in tasks:
        step = steps[task.step]
        events.append(TaskStarted(at, task, step.title, step.why, step.source))
        events += [CommandStarted(at, task.machine, task.step, text) for text in COMMANDS.get(task.step, ())]
        said = SAID.get(task.step, (f"{step.title} on {task.machine}",))
        events += [Line(at + 0.1 * number, task.machine, task.step, text) for number, text in enumerate(said)]
        at += 1
        events.append(TaskFinished(at, task, Outcome.DONE, 1.0))
    return events


def until(chosen: Profile, step: str, machine: str) -> list[Event]:
    """The start of a run, up to the lines of one task."""
    events = everything(chosen)
    last = max(
        index
        for index, event in enumerate(events)
        if isinstance(event, Line) and (event.step, event.machine) == (step, machine)
    )
    return events[: last + 1]


def failing(chosen: Profile, step: str, machine: str) -> list[Event]:
    """A run that fails on one machine and blocks all later tasks."""
    events = until(chosen, step, machine)
    ended = {event.task for event in events if isinstance(event, TaskFinished)}
    at = events[-1].at + 1
    failed = TaskId(step, machine)
    message = (
        f'"{step}" failed on {machine}: apt could not get its lock: unattended-upgr (pid 812) held it for 5 minutes.'
    )
    fix = "Most often it ends by itself: try again in a minute."
    events += [Line(at, machine, step, text) for text in TAIL]
    log = f"/home/someone/.local/state/kubetui/clusters/{chosen.name}/logs/{machine}.log"
    events.append(
        TaskFinished(at, failed, Outcome.FAILED, 1.0, message, "APT-LOCK", fix, TAIL, command=COMMAND, log=log)
    )
    started = events[0]
    assert isinstance(started, RunStarted)
    blocked = [task for task in started.tasks if task not in ended | {failed}]
    events += [TaskFinished(at, task, Outcome.BLOCKED, 0.0) for task in blocked]
    events.append(
        RunFinished(at, chosen.name, at - BEGAN, ok=False, changed=len(ended), failed=1, blocked=len(blocked))
    )
    return events


def finished(chosen: Profile) -> list[Event]:
    events = everything(chosen)
    at = events[-1].at
    return [*events, RunFinished(at, chosen.name, at - BEGAN, ok=True, changed=len(events), failed=0, blocked=0)]


class Recording:
    """Sends the events at once, then waits for a stop unless they include the run's end.

    It sends that end once `may_end` is set.
    """

    def __init__(self, events: Iterable[Event], error: Exception | None = None) -> None:
        self.may_end = threading.Event()
        self.may_end.set()
        self.events = list(events)
        self.error = error
        self.runs = 0
        self.finished = False

    async def __call__(self, chosen: Profile, sink: Sink, stop: Stop, _turns: Turns) -> RunFinished:
        self.runs += 1
        for event in self.events:
            held = isinstance(event, RunFinished)
            # a test that fails before it lets the run end must not wait for it for ever
            while held and not (self.may_end.is_set() or stop.requested):  # noqa: ASYNC110 - set by a test
                await asyncio.sleep(0.01)
            sink(event)
        if self.error is not None:
            raise self.error
        last = self.events[-1]
        if isinstance(last, RunFinished):
            return last
        while not stop.requested:  # noqa: ASYNC110 - a stop is a flag
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        self.finished = True
        ended = RunFinished(last.at + 1, chosen.name, 1.0, ok=False, changed=0, failed=0, blocked=1, stopped=True)
        sink(ended)
        return ended
