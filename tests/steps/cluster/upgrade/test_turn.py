"""A machine's turn: what is asked in which order, and how a turn that failed gives the node back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kubetui.base.check import Check
from kubetui.base.errors import RunError, StepFailedError
from kubetui.engine.events import Outcome
from kubetui.engine.step import Task
from kubetui.profile.plan import Leaving
from kubetui.remote.node import Result
from kubetui.steps.build import UPGRADE
from kubetui.steps.cluster.draining import DRAIN
from kubetui.steps.cluster.upgrade import machine
from kubetui.steps.cluster.upgrade.machine import AGE, BEGIN, END, RESTART, take_turn
from kubetui.steps.cluster.upgrade.steps import WORKERS
from tests.fakes import OK, Bench, FakeNode
from tests.plans import plan

NAMES = {f"carry out {AGE}": "wait", f"run {AGE}": "age", f"carry out {DRAIN}": "drain"}
NAMES |= {f"carry out {BEGIN}": "begin", f"carry out {END}": "end", f"carry out {RESTART.script}": "restart"}
NOT_YET = Result(11, ("the kubelet of kubnode1 is v1.36.3",))


@pytest.fixture(autouse=True)
def checks(monkeypatch: pytest.MonkeyPatch) -> list[Check]:
    """Return what a proof finds."""
    found: list[Check] = []

    async def proof(*_: object) -> tuple[Check, ...]:
        return tuple(found)

    monkeypatch.setattr(machine, "proof", proof)
    return found


def turn(first: FakeNode, worker: FakeNode) -> Task:
    bench = Bench(replace(plan("1.37", workers=1), leaving=Leaving(patience=40)), (), first, worker)
    return Task(bench.run, WORKERS, bench.plan.workers[0], lambda _line: None)


def asked(node: FakeNode) -> list[str]:
    return [NAMES[call] for call in node.calls if call in NAMES]


async def test_a_machine_that_is_as_wanted_has_no_turn() -> None:
    first, worker = FakeNode(), FakeNode()
    assert await take_turn(turn(first, worker)) is Outcome.UNCHANGED
    assert asked(first) == ["age"]
    assert asked(worker) == []


async def test_its_pods_go_then_it_is_changed_then_it_takes_pods_again() -> None:
    first, worker = FakeNode(probes=[NOT_YET]), FakeNode()
    assert await take_turn(turn(first, worker)) is Outcome.DONE
    assert asked(first) == ["age", "begin", "drain", "wait", "end"]
    assert asked(worker) == ["restart"]


@pytest.mark.parametrize("failing", [1, 2])
async def test_a_turn_that_failed_lets_the_node_take_pods_again(failing: int) -> None:
    broken = Result(1, ("error: after 40 s, kubnode1 still has pods that may not go",))
    first = FakeNode(probes=[NOT_YET], applies=[*[OK] * failing, broken])
    with pytest.raises(RunError, match="kubnode1 is not upgraded yet: after 40 s"):
        await take_turn(turn(first, FakeNode()))
    assert asked(first)[-1] == "end"


async def test_a_machine_whose_packages_failed_takes_pods_again() -> None:
    old, broken = Result(11, ("old",)), Result(1, ("no",))
    first, worker = FakeNode(), FakeNode(probes=[old, OK, old], applies=[broken])
    with pytest.raises(StepFailedError):
        await take_turn(turn(first, worker))
    assert asked(first)[-1] == "end"
    assert "restart" not in asked(worker)


async def test_a_cluster_that_does_not_work_ends_the_upgrade_and_a_pod_in_trouble_does_not(checks: list[Check]) -> None:
    checks[:] = [Check("nodes", "ok", "fine"), Check("trouble", "failed", "default/web is in CrashLoopBackOff")]
    first = FakeNode(probes=[NOT_YET])
    assert await take_turn(turn(first, FakeNode())) is Outcome.DONE
    checks[:] = [Check("dns", "failed", "no answer")]
    with pytest.raises(StepFailedError, match="dns: no answer"):
        await take_turn(turn(FakeNode(probes=[NOT_YET]), FakeNode()))


def test_no_kubelet_is_newer_than_an_api_server_it_may_ask() -> None:
    order = [step.name for step in UPGRADE]
    kubelets = [
        name for name in order if name in {"upgrade-first-kubelet", "upgrade-control-plane-kubelet", "upgrade-worker"}
    ]
    assert len(kubelets) == 3
    assert order.index("upgrade-control-plane") < min(order.index(name) for name in kubelets)
    assert order.index("upgrade-save") < order.index("upgrade-first")
