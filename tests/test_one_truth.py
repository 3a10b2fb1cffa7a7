"""Whatever happens to a cluster, the start list, its home, `status` and its JSON say what `state_of` says.

A hypothesis state machine does to a rehearsed cluster what people, faults and reboots do. A gate freezes the engine
while the four are compared, because a run does not wait for them.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import tempfile
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kubetui.base.errors import KubetuiError
from kubetui.cli.main import main
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import Event, RunFinished, Sink, TaskFinished
from kubetui.engine.stop import Stop
from kubetui.engine.turns import Turns
from kubetui.machines.rehearsal import provider, stage
from kubetui.machines.rehearsal.memory import Memory
from kubetui.machines.rehearsal.options import FASTEST, NAME, with_options
from kubetui.operations.observe import Observer
from kubetui.operations.state import ClusterState, State, glance, heard, look, unheard
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from screens.host import Host
from screens.run.session import Session, build
from screens.start.shelf import Shelf

FAULTS = ("apt-lock", "init-timeout", "image-pull", "join-unreachable")
SECONDS = 120.0
PARTS = 10
"""In how many parts the five hundred clusters live: each ends within minutes, and can be repeated by itself."""


class Gate:
    """Lets the engine finish so many tasks, and then holds it, with everything on disk as it is."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._left = 0
        self._open = False
        self.held = False

    def sink(self, sink: Sink) -> Sink:
        def take(event: Event) -> None:
            sink(event)
            if isinstance(event, TaskFinished):
                self._wait()

        return take

    def _wait(self) -> None:
        with self._changed:
            self._left -= 1
            while self._left <= 0 and not self._open:
                self.held = True
                self._changed.notify_all()
                self._changed.wait()
            self.held = False

    def let(self, tasks: int) -> None:
        with self._changed:
            self._left, self.held = tasks, False
            self._changed.notify_all()

    def open(self) -> None:
        with self._changed:
            self._open, self.held = True, False
            self._changed.notify_all()


class Life(RuleBasedStateMachine):
    """One cluster, from nothing to nothing, any number of times."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp(prefix="kubetui-truth-"))
        os.environ["XDG_STATE_HOME"] = str(self.home)
        self.profile = Profile.model_validate({"name": "lab", "provider": NAME, "machines": {"workers": 1}})
        self.cluster = Cluster("lab")
        self.session: Session | None = None
        self.gate = Gate()
        self.shelf = Shelf(Host())
        self.outcome = State.STOPPED
        """What the last run left."""

    @property
    def plan(self) -> Plan:
        return Plan(self.profile)

    @property
    def running(self) -> bool:
        return self.session is not None

    @property
    def there(self) -> bool:
        return self.cluster.exists

    def power(self, machine: Machine) -> Memory:
        return Memory.in_folder(self.cluster.folder / "rehearsal", machine.name)

    # what happens

    @precondition(lambda self: not self.running)
    @rule(tasks=st.integers(1, 40), fault=st.sampled_from(("", "", *FAULTS)))
    def start(self, tasks: int, fault: str) -> None:
        """Start a run, or go on with one; hold it after some tasks, if it has so many."""
        self.gate = Gate()
        self.gate.let(tasks)
        gate = self.gate

        async def run(profile: Profile, sink: Sink, stop: Stop, turns: Turns) -> RunFinished:
            return await build(profile, gate.sink(sink), stop, turns)

        self.session = Session(with_options(self.profile, speed=FASTEST, fault=fault or None), run)
        self.session.start()
        self.settle()

    @precondition(lambda self: self.running)
    @rule(tasks=st.integers(1, 40))
    def go_on(self, tasks: int) -> None:
        self.gate.let(tasks)
        self.settle()

    @precondition(lambda self: self.running)
    @rule()
    def finish(self) -> None:
        self.gate.open()
        self.settle()

    @precondition(lambda self: self.running)
    @rule(at_once=st.booleans())
    def stop(self, at_once: bool) -> None:  # noqa: FBT001 - hypothesis passes it by name
        assert self.session
        (self.session.stop_now if at_once else self.session.wind_down)()
        self.gate.open()
        self.settle()

    @precondition(lambda self: self.running)
    @rule()
    def kill(self) -> None:
        """End the engine where it stands: it writes nothing down any more."""
        assert self.session
        self.session._thread.stop_now()
        self.gate.open()
        self.settle()

    @precondition(lambda self: self.there and not self.running)
    @rule()
    def halt(self) -> None:
        """Halt the machines behind kubetui's back."""
        self.switch_off(*self.plan.machines)

    @precondition(lambda self: self.there and not self.running)
    @rule()
    def shut_down(self) -> None:
        done = CliRunner().invoke(main, ["stop", "lab"])
        assert done.exit_code == 0, done.output

    @precondition(lambda self: self.there and not self.running)
    @rule()
    def lose_a_node(self) -> None:
        self.switch_off(*self.plan.workers)

    @precondition(lambda self: self.there and not self.running)
    @rule()
    def resume(self) -> None:
        self.start(1000, "")
        assert self.outcome is State.READY

    @precondition(lambda self: self.there and not self.running)
    @rule()
    def destroy(self) -> None:
        done = CliRunner().invoke(main, ["destroy", "lab", "--yes"])
        assert done.exit_code == 0, done.output
        assert not self.there

    def switch_off(self, *machines: Machine) -> None:
        played = stage.stage_of(self.plan, self.cluster.folder / "rehearsal")
        for machine in machines:
            if self.power(machine).exists:
                asyncio.run(played.halt(machine))

    def settle(self) -> None:
        """Wait until the gate holds the run, or it has ended; note how."""
        session = self.session
        assert session
        for _ in range(int(SECONDS / 0.002)):
            if self.gate.held or not session.running:
                break
            session.join(0.002)
        assert self.gate.held or not session.running
        if session.running:
            return
        self.session = None
        session.drain()
        finished = session.progress.finished
        if session.progress.failures:
            self.outcome = State.FAILED
        else:
            self.outcome = State.READY if finished is not None and finished.ok else State.STOPPED

    # what is said about it

    @invariant()
    def all_say_the_same(self) -> None:
        if not self.there:
            assert self.status() == "There are no clusters. Make one: kubetui up tutorial\n"
            assert self.rows() == []
            return
        truth = asyncio.run(look(self.cluster))
        assert truth.state is self.expected()
        assert truth.rehearsal
        assert truth.state is not State.READY or truth.ready == truth.nodes == 2
        header, *machines = self.status().splitlines()
        assert header.startswith(f"lab  {truth.words}  ")
        assert len(machines) == 2
        assert not any(line.endswith(" running") for line in machines)
        (told,) = json.loads(self.status("--json"))
        for field in ("state", "rehearsal", "detail", "nodes", "ready", "done", "total", "built_seconds"):
            assert told[field] == getattr(truth, field), field
        assert told["not_ready"] == list(truth.not_ready)
        assert self.at_home().words == truth.words
        at_a_glance = glance(self.cluster)
        assert at_a_glance.words == truth.words or at_a_glance.state is State.UNKNOWN
        (row,) = self.rows()
        assert truth.words[:40] in row

    def expected(self) -> State:
        if self.running:
            return State.BUILDING
        if self.outcome is not State.READY:
            return self.outcome
        off = [machine for machine in self.plan.machines if self.power(machine).halted]
        if len(off) == len(self.plan.machines):
            return State.OFF
        return State.DEGRADED if off else State.READY

    def status(self, *words: str) -> str:
        done = CliRunner().invoke(main, ["status", *words])
        assert done.exit_code == 0, done.output
        return done.stdout or done.stderr

    def at_home(self) -> ClusterState:
        """Return what the cluster's own screen finds, over its own connection."""
        return asyncio.run(_watched(self.cluster))

    def rows(self) -> list[str]:
        known = self.shelf.standings
        known.forget()
        known.read()
        asyncio.run(known.ask())
        return [row.plain for id_, row in self.shelf.clusters("", 120) if id_.startswith("cluster ")]

    def teardown(self) -> None:
        if self.session is not None:
            self.session._thread.stop_now()
            self.gate.open()
            self.session.join()
        for folder in list(stage._stages):
            asyncio.run(stage.leave(folder))
        shutil.rmtree(self.home)


async def _watched(cluster: Cluster) -> ClusterState:
    async with Observer(cluster.name) as observer:
        try:
            nodes = await observer.nodes()
        except (KubetuiError, OSError) as error:
            return await unheard(cluster, str(error))
        return heard(cluster, nodes)


def lives(examples: int, steps: int, life: type[Life] = Life) -> None:
    patient = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(life, settings=patient)


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setattr(provider, "_HALT_SECONDS", 0.0)


def test_all_say_the_same_about_a_cluster() -> None:
    lives(4, 6)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_all_say_the_same_about_five_hundred_clusters(part: int) -> None:
    lives(500 // PARTS, 20, seed(part)(type(f"Life{part}", (Life,), {})))
