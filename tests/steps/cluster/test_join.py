"""When a worker joins: local marks count only if the cluster has its node."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kubetui.base.text import LineSink
from kubetui.engine.events import Outcome
from kubetui.engine.step import Task
from kubetui.remote.command import Command
from kubetui.remote.node import Result
from kubetui.steps.cluster.init import INIT_STEP
from kubetui.steps.cluster.join import JOIN_STEP, KNOWN
from kubetui.steps.cluster.join_token import CREATE_TOKEN
from kubetui.steps.cluster.warnings import EXPLAINED
from tests.fakes import Bench, FakeNode
from tests.plans import plan

TOLD = "kubeadm join 192.168.56.101:6443 --token abcdef.0123456789abcdef --discovery-token-ca-cert-hash sha256:"
DONE, ABSENT = Result(0, ()), Result(10, ("it has not joined yet",))


WARNED = (
    "\t[WARNING ContainerRuntimeVersion]: You must update your container runtime to one that supports RuntimeConfig."
)


@dataclass
class ControlPlane(FakeNode):
    """A control plane that has some nodes and creates join tokens."""

    nodes: set[str] = field(default_factory=set)

    async def read(self, command: Command, log: LineSink | None = None) -> str:
        self.calls.append(f"read {command.script}")
        if command.script == CREATE_TOKEN:
            return TOLD + "0" * 64
        assert command.script == KNOWN
        name = str(command.values["NAME"])
        return f"authority\nnode/{name}\n" if name in self.nodes else "authority\n"


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


@pytest.mark.parametrize(
    ("found", "known", "joins"),
    [(DONE, True, False), (DONE, False, True), (ABSENT, False, True), (ABSENT, True, True)],
)
async def test_a_worker_joins_unless_the_cluster_has_its_node(found: Result, *, known: bool, joins: bool) -> None:
    worker = FakeNode(probes=[found, DONE])
    master = ControlPlane(nodes={"kubnode1"} if known else set())
    bench = Bench(plan(workers=1), (JOIN_STEP,), master, worker)
    task = Task(bench.run, JOIN_STEP, bench.plan.workers[0], lambda _line: None)
    assert await JOIN_STEP.run(task) is (Outcome.DONE if joins else Outcome.UNCHANGED)
    assert any(call.startswith("carry out") for call in worker.calls) == joins
    assert any(call == f"read {CREATE_TOKEN}" for call in master.calls) == joins


@pytest.mark.parametrize(("first", "others"), [(1, 2), (1, 0), (0, 1)], ids=["everywhere", "first", "workers"])
async def test_an_old_runtime_is_explained_once_however_many_machines_warn(first: int, others: int) -> None:
    workers = [FakeNode(probes=[ABSENT, DONE], applies=[Result(0, (WARNED,) * others)]) for _ in range(2)]
    master = ControlPlane(probes=[ABSENT, DONE], applies=[Result(0, (WARNED,) * first)])
    bench = Bench(plan(workers=2), (INIT_STEP, JOIN_STEP), master, *workers)
    lines: list[str] = []
    for step, machines in ((INIT_STEP, (bench.plan.control_plane,)), (JOIN_STEP, bench.plan.workers)):
        for machine in machines:
            assert await step.run(Task(bench.run, step, machine, lines.append)) is Outcome.DONE
    (explained,) = EXPLAINED.values()
    assert lines.count(WARNED) == first + 2 * others
    assert [line for line in lines if line != WARNED] == [explained]


async def test_a_new_runtime_needs_no_explanation() -> None:
    bench = Bench(plan(workers=0), (INIT_STEP,), FakeNode(probes=[ABSENT, DONE], applies=[Result(0, ("[init] fine",))]))
    lines: list[str] = []
    await INIT_STEP.run(Task(bench.run, INIT_STEP, bench.plan.control_plane, lines.append))
    assert lines == ["[init] fine"]
