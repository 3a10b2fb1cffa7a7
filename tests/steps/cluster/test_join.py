"""When a worker joins: local marks count only if the cluster has its node."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kubetui.engine.events import Outcome
from kubetui.engine.step import Task
from kubetui.remote.command import Command
from kubetui.remote.node import Result
from kubetui.steps.cluster.join import JOIN_STEP, KNOWN
from kubetui.steps.cluster.join_token import CREATE_TOKEN
from tests.fakes import Bench, FakeNode
from tests.plans import plan

TOLD = "kubeadm join 192.168.56.101:6443 --token abcdef.0123456789abcdef --discovery-token-ca-cert-hash sha256:"
DONE, ABSENT = Result(0, ()), Result(10, ("it has not joined yet",))


@dataclass
class ControlPlane(FakeNode):
    """A control plane that has some nodes and creates join tokens."""

    nodes: set[str] = field(default_factory=set)

    async def read(self, command: Command) -> str:
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
