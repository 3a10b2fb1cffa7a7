"""The last steps: shell completion for kubectl, a check of the whole cluster, and the proof that it works."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

from kubetui.base.check import Check, blocking
from kubetui.base.errors import RunError
from kubetui.base.scripts import script
from kubetui.cluster.api import ready
from kubetui.cluster.tables import ADMIN, NODES
from kubetui.engine.events import GOOD, Outcome
from kubetui.engine.recipe import apply, follow_recipe
from kubetui.engine.step import Recipe, Step, Task, Where, no_recipe
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.steps.cluster import taught
from kubetui.steps.cluster.addons.steps import CLEAR, FORGET_REGISTRY, FORGOTTEN, INSTALLING
from kubetui.steps.cluster.init import KUBECONFIG_STEP, POD_NETWORK
from kubetui.steps.cluster.join import JOIN_STEP
from kubetui.steps.cluster.join_control_plane import JOIN_CONTROL_PLANE
from kubetui.steps.cluster.labels import LABEL_NODES
from kubetui.steps.cluster.leave.steps import DELETE_NODE
from kubetui.steps.cluster.proof.findings import failure
from kubetui.steps.cluster.proof.run import proof
from kubetui.steps.cluster.proof.state import ready_nodes
from kubetui.steps.machine.start import START
from kubetui.steps.node.packages import KUBERNETES_PACKAGES

COMPLETION_FILE: Final = f"file={taught.COMPLETION}\n"
COMPLETION_PROBE: Final = COMPLETION_FILE + script(__package__, "completion-probe.sh")
COMPLETION_APPLY: Final = COMPLETION_FILE + script(__package__, "completion-apply.sh")


def _completion(_plan: Plan, _machine: Machine) -> Recipe:
    return Recipe(Command(COMPLETION_APPLY), Command(COMPLETION_PROBE))


COMPLETION = Step(
    name="completion",
    title="Complete kubectl in bash",
    why="Pod names are long; with completion, the tab key types them.",
    source="kubernetes.io, Install Tools: bash auto-completion on Linux",
    where=Where.EVERY,
    needs=(KUBERNETES_PACKAGES,),
    recipe=_completion,
    run=follow_recipe,
    teaches=taught.COMPLETED,
)

VERIFY: Final = ADMIN + script(__package__, "check.sh")
VERIFY_BARE: Final = ADMIN + script(__package__, "check-bare.sh")
"""The same as far as it can be without a pod network."""
BOOTED: Final = (
    'date --utc --date="$(TZ=UTC systemctl show --property=UserspaceTimestamp --value)" +%Y-%m-%dT%H:%M:%SZ\n'
)
"""Prints when a machine booted, as Kubernetes writes times."""
LOOK_SECONDS: Final = 60.0
"""When some machines failed, how long the joined nodes may take to become Ready."""
LOOK_PAUSE: Final = 1.0
BACK_SECONDS: Final = 30.0
"""How long an API server may be gone from this host's sight before the machines are asked again whether it runs.

One restarts after its container runtime was configured anew, and the kubelet waits longer before each restart.
"""


def _verify(plan: Plan, _machine: Machine) -> Recipe:
    return Recipe(_waiting(plan))


def _waiting(plan: Plan, booted: str = "") -> Command:
    nodes = "\n".join(f"{each.name} {each.address}" for each in plan.machines)
    if not plan.pod_network.installed:
        return Command(VERIFY_BARE, {"NODES": nodes, "LIMIT": "600"}, timeout=700)
    return Command(VERIFY, {"NODES": nodes, "LIMIT": "600", "BOOTED": booted}, timeout=700)


async def _booted(task: Task) -> str:
    """Return when the machines booted of which the cluster knows from before, each after its name, in UTC.

    These are the machines that were started again in this run, or all of them where a backup is restored.
    """
    run, plan = task.run, task.plan
    if not (plan.standing or plan.restored) or plan.provider.rehearsal:
        return ""
    again = {
        task.machine for task, outcome in run.outcomes.items() if task.step == START.name and outcome is Outcome.DONE
    }
    started = [each.name for each in plan.machines if plan.restored or each.name in again]
    times = await asyncio.gather(*(run.nodes[name].read(Command(BOOTED)) for name in started))
    return " ".join(f"{name} {at.strip()}" for name, at in zip(started, times, strict=True))


async def _check(task: Task) -> Outcome:
    # read-only: if a reboot interrupts it, running it again is all it takes
    waiting = _waiting(task.plan, await _booted(task))
    address = await _seen_here(lambda: apply(task, waiting, None), task.run.cluster.kubeconfig, task.log)
    task.log(f"the API server answers this host at {address}")
    task.run.nodes_table = await task.node.read(Command(NODES))
    everyone = frozenset(machine.name for machine in task.plan.machines)
    # without a pod network of kubetui's, the check does not wait for Ready nodes
    task.run.ready = (
        everyone if task.plan.pod_network.installed else everyone & ready_nodes(task.run.nodes_table).keys()
    )
    return Outcome.UNCHANGED


async def _seen_here(waited: Callable[[], Awaitable[object]], kubeconfig: Path, log: Callable[[str], None]) -> str:
    """Wait for the cluster; return the API server's URL once it answers this host too."""
    await waited()
    try:
        return await ready(kubeconfig, BACK_SECONDS)
    except RunError as error:
        log(f"{error.message} The machines are asked again whether it runs.")
    await waited()
    return await ready(kubeconfig, BACK_SECONDS)


async def _look(task: Task) -> None:
    """Read the nodes of a partial cluster; wait a little for those that have just joined."""
    joined = _joined(task)
    end = time.monotonic() + LOOK_SECONDS
    while True:
        text = await task.node.read(Command(NODES))
        ready = frozenset(ready_nodes(text))
        if {task.machine.name, *joined} <= ready or time.monotonic() > end:
            break
        await asyncio.sleep(LOOK_PAUSE)
    task.run.nodes_table = text
    task.run.ready = ready.intersection(machine.name for machine in task.plan.machines)


def _joined(task: Task) -> frozenset[str]:
    """Return the machines that have joined the control plane."""
    joins = {JOIN_STEP.name, JOIN_CONTROL_PLANE.name}
    ended = task.run.outcomes.items()
    return frozenset(each.machine for each, outcome in ended if each.step in joins and outcome in GOOD)


CHECK = Step(
    name="check",
    title="Check the cluster",
    why="Every node must be Ready with its planned INTERNAL-IP, system pods must run, and this host must reach the API.",
    source="the tutorial: kubectl get nodes -o wide",
    where=Where.FIRST,
    needs=(
        KUBECONFIG_STEP,
        POD_NETWORK,
        JOIN_CONTROL_PLANE,
        JOIN_STEP,
        LABEL_NODES,
        COMPLETION,
        DELETE_NODE,
        CLEAR,
        FORGOTTEN,
        FORGET_REGISTRY,
        *INSTALLING,
    ),
    recipe=_verify,
    run=_check,
    instead=_look,
    looks=True,
    teaches=taught.CHECK,
)


async def _prove(task: Task) -> Outcome:
    checks = await _proof(task, task.plan.machines)
    failed = blocking(checks)
    if failed:
        raise failure(task.plan.profile.name, checks)
    return Outcome.UNCHANGED


async def _prove_rest(task: Task) -> None:
    """Prove the part of the cluster that there is."""
    joined = _joined(task)
    await _proof(task, [each for each in task.plan.machines if each.first or each.name in joined])


async def _proof(task: Task, machines: Sequence[Machine]) -> tuple[Check, ...]:
    task.run.checks = await proof(task, machines)
    return task.run.checks


PROOF = Step(
    name="proof",
    title="Prove that the cluster works",
    why="Ready nodes may still not reach each other: a pod on each asks the others, DNS, a service and a node port.",
    source="kubernetes.io, Debug Services; Troubleshooting kubeadm",
    where=Where.FIRST,
    needs=(*CHECK.needs, CHECK),
    recipe=no_recipe,
    run=_prove,
    instead=_prove_rest,
    teaches=taught.PROOF,
)
