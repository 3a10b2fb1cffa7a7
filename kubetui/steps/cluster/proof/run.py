"""A proof as a part of a run: of some machines, with its lines in the task's log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kubetui.base.check import Check
from kubetui.engine.step import Task
from kubetui.profile.machine import Machine
from kubetui.steps.cluster.proof.findings import line_of
from kubetui.steps.cluster.proof.prove import prove
from kubetui.steps.cluster.proof.scene import Scene

PATIENCE: Final = 60.0
"""Seconds that an API server may take to come back.

A run that configured its container runtime anew has restarted it; the kubelet waits longer before each restart.
"""


async def proof(task: Task, machines: Sequence[Machine]) -> tuple[Check, ...]:
    """Prove that these machines work together, one proof at a time: each ends what it takes for an earlier one's rest."""

    def tell(check: Check) -> None:
        task.log(line_of(check))
        for advice in check.fix.splitlines():
            task.log(f"  {advice}")

    run = task.run
    scene = Scene(
        task.plan,
        machines,
        run.nodes,
        run.cluster.kubeconfig,
        tell,
        log=task.log,
        log_of=task.log_of,
        patience=PATIENCE,
    )
    async with run.proving:
        return await prove(scene)
