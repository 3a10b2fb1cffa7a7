"""The last step of a build: the proof that the cluster works."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kubetui.base.check import Check, blocking
from kubetui.base.errors import StepFailedError
from kubetui.engine.events import GOOD, Outcome
from kubetui.engine.step import Recipe, Step, Task, Where
from kubetui.profile.plan import Machine, Plan
from kubetui.steps.cluster.check import CHECK
from kubetui.steps.cluster.join import JOIN_STEP
from kubetui.steps.cluster.join_control_plane import JOIN_CONTROL_PLANE
from kubetui.steps.cluster.proof.prove import Scene, prove

_JOINS: Final = frozenset({JOIN_STEP.name, JOIN_CONTROL_PLANE.name})


def _nothing(_plan: Plan, _machine: Machine) -> Recipe:
    return Recipe()


async def _prove(task: Task) -> Outcome:
    checks = await _proof(task, task.plan.machines)
    failed = blocking(checks)
    if failed:
        raise failure(task.plan.profile.name, checks)
    return Outcome.UNCHANGED


async def _prove_rest(task: Task) -> None:
    """Prove the part of the cluster that there is."""
    ended = task.run.outcomes.items()
    joined = {each.machine for each, outcome in ended if each.step in _JOINS and outcome in GOOD}
    await _proof(task, [each for each in task.plan.machines if each.first or each.name in joined])


async def _proof(task: Task, machines: Sequence[Machine]) -> tuple[Check, ...]:
    def tell(check: Check) -> None:
        task.log(line_of(check))
        for advice in check.fix.splitlines():
            task.log(f"  {advice}")

    scene = Scene(task.plan, machines, task.run.nodes, task.run.cluster.kubeconfig, tell, log=task.log)
    task.run.checks = await prove(scene)
    return task.run.checks


def line_of(check: Check) -> str:
    """Return a check's result as a line of text."""
    return f"{check.status}: {check.name}: {check.message}"


def failure(cluster: str, checks: Sequence[Check]) -> StepFailedError:
    """Return the error of a proof that found something; the first failed check gives its advice."""
    failed = blocking(checks)
    said = "; ".join(f"{check.name}: {check.message}" for check in failed)
    return StepFailedError(
        f"{len(failed)} of {len(checks)} checks of the cluster failed. {said}.",
        fix=f"{failed[0].fix}\nTo check again at any time: kubetui check {cluster}".strip(),
        id="PROOF",
        tail=tuple(map(line_of, checks)),
    )


PROOF = Step(
    name="proof",
    title="Prove that the cluster works",
    why="Ready nodes may still not reach each other: a pod on each asks the others, DNS, a service and a node port.",
    source="kubernetes.io, Debug Services; Troubleshooting kubeadm",
    where=Where.FIRST,
    needs=(*CHECK.needs, CHECK),
    recipe=_nothing,
    run=_prove,
    instead=_prove_rest,
)
