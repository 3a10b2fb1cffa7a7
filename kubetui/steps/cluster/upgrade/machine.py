"""A machine's turn in an upgrade: its pods go elsewhere, it gets the new kubelet, and takes pods again."""

from __future__ import annotations

from typing import Final

from kubetui.base.check import blocking
from kubetui.base.errors import KubetuiError
from kubetui.base.scripts import script
from kubetui.cluster.tables import ADMIN
from kubetui.engine.events import Outcome
from kubetui.engine.recipe import apply, follow, probe
from kubetui.engine.step import Task, WorkState
from kubetui.profile.machine import Machine, Role
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.steps.cluster.draining import Obstacle, drain, on_first
from kubetui.steps.cluster.proof.findings import failure
from kubetui.steps.cluster.proof.run import proof
from kubetui.steps.cluster.upgrade.kubeadm import of_node
from kubetui.steps.node.containers import RUNTIME_CONFIG
from kubetui.steps.node.packages import KUBERNETES_PACKAGES

AGE: Final = ADMIN + script(__package__, "age.sh")
"""Tells whether a node runs the wanted kubelet, is Ready and takes pods; or waits for that."""
BEGIN: Final = ADMIN + script(__package__, "turn-begin.sh")
END: Final = ADMIN + script(__package__, "turn-end.sh")
RESTART: Final = Command(script(__package__, "restart.sh"))
READY_SECONDS: Final = 300
"""How long a node may take to be Ready with its new kubelet."""
STEADY: Final = 10
"""Looks, one a second, that a control plane has to pass in a row: its new kubelet may start its programs anew."""


_AGAIN: Final = Obstacle(
    id="UPGRADE-NODE",
    fix="See the log. The cluster works on; the same command goes on here.",
    means="is not upgraded yet",
)
_PODS_STAY: Final = Obstacle(
    id="DRAIN",
    fix="Run more replicas, raise --timeout, or have --force delete what is left; then the same command goes on.",
    means="is not upgraded yet",
)


async def take_turn(task: Task) -> Outcome:
    """Upgrade a machine's kubelet, unless it is done. Raises KubetuiError; then the node takes pods again if it can."""
    if await _is_done(task):
        return Outcome.UNCHANGED
    if task.machine.role is Role.WORKER:
        await follow(task, of_node(task.plan, task.machine))
    await on_first(task, _of(task, BEGIN), _AGAIN)
    try:
        await on_first(task, drain(task, answers=True), _PODS_STAY)
        await follow(task, KUBERNETES_PACKAGES.recipe(task.plan, task.machine))
        await follow(task, RUNTIME_CONFIG.recipe(task.plan, task.machine))
        await apply(task, RESTART, None)
        await on_first(task, age(task.plan, task.machine, wait=READY_SECONDS), _AGAIN)
    except KubetuiError:
        await _give_back(task)
        raise
    await on_first(task, _of(task, END), _AGAIN)
    await works(task, (task.plan.control_plane, task.machine))
    return Outcome.DONE


def age(plan: Plan, machine: Machine, *, wait: int = 0) -> Command:
    """Return the command that tells whether a node is as wanted, or waits so many seconds for that."""
    steady = STEADY if wait and machine.role is Role.CONTROL_PLANE else 1
    values = {"NAME": machine.name, "VERSION": plan.version, "WAIT": str(wait), "STEADY": str(steady)}
    return Command(AGE, values, timeout=wait + 60)


async def works(task: Task, machines: tuple[Machine, ...]) -> None:
    """Prove that these machines work together. Pods that are in trouble are told and nothing more: see the last proof."""
    found = await proof(task, tuple(dict.fromkeys(machines)))
    checks = [check for check in found if check.name != "trouble"]
    if blocking(checks):
        raise failure(task.plan.profile.name, checks)


async def _is_done(task: Task) -> bool:
    recipes = [KUBERNETES_PACKAGES.recipe(task.plan, task.machine)]
    if task.machine.role is Role.WORKER:
        recipes.append(of_node(task.plan, task.machine))
    for recipe in recipes:
        if recipe.probe is not None and (await probe(task, recipe.probe)).state is not WorkState.DONE:
            return False
    return (await task.first_node.run(age(task.plan, task.machine))).ok


async def _give_back(task: Task) -> None:
    """Let a node take pods again whose turn failed; where even that fails, say so: its turn begins anew anyway."""
    try:
        await on_first(task, _of(task, END), _AGAIN)
    except KubetuiError as error:
        task.log(f"{task.machine.name} takes no pods for now: {error.message}")


def _of(task: Task, text: str) -> Command:
    return Command(text, {"NAME": task.machine.name}, timeout=300)
