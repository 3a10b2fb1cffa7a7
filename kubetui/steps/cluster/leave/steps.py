"""The steps of a machine that leaves: drained, reset, out of etcd, gone, and no node of the cluster any more.

A machine that does not answer, or that is gone already, has the same steps, without what only it could do itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from kubetui.base.errors import KubetuiError
from kubetui.base.scripts import script, typed
from kubetui.cluster.tables import ADMIN
from kubetui.engine.events import Outcome
from kubetui.engine.provider import MachineState
from kubetui.engine.recipe import unit_name
from kubetui.engine.step import Lines, Step, Task, Teaching, Where, no_recipe
from kubetui.profile.machine import Machine, Role
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.remote.host_keys import HostKeys
from kubetui.remote.node import Node, Result
from kubetui.software.addons import vip
from kubetui.steps.cluster.draining import Obstacle, drain, drain_typed, heard, on_first, there
from kubetui.steps.cluster.init import INIT_STEP
from kubetui.steps.cluster.join_control_plane import JOIN_CONTROL_PLANE
from kubetui.steps.cluster.libraries import ETCD

QUORUM: Final = ETCD + script(__package__, "quorum.sh")
MEMBER: Final = ETCD + script(__package__, "etcd-member.sh")
RESET: Final = script(__package__, "reset-node.sh")
DELETE: Final = ADMIN + script(__package__, "delete-node.sh")
LOSSES: Final = ADMIN + script(__package__, "losses.sh")
"""Prints a line about each thing that is lost, or in the way, when a node's pods go."""
VOLUMES: Final = ADMIN + script(__package__, "volumes.sh")
"""Prints a line about each claim whose data is on a node's own disk."""
RESET_SECONDS: Final = 300.0
Run = Callable[[Task], Awaitable[Outcome]]


LOST_QUORUM: Final = Obstacle(
    id="ETCD-QUORUM",
    fix="Bring the control planes back that do not answer, or join another first. With --force the machine goes all the "
    "same, and the cluster stands still until etcd is restored.",
)
PODS_STAY: Final = Obstacle(
    id="DRAIN",
    fix="Run more replicas, raise --timeout, or have --force delete what is left. Until then its node takes no new pods; "
    "kubectl uncordon changes that.",
)
STILL_A_MEMBER: Final = Obstacle(
    id="ETCD-MEMBER",
    fix="Run the same command again. If etcd has lost most of its members, only a backup brings it back.",
)
UNHEARD: Final = Obstacle(id="NODE-DELETE", fix="Check that the API server answers, then run the same command again.")


async def _find(task: Task) -> Outcome:
    """Connect to the machine, if it answers; nobody needs it to."""
    states, name = await task.run.states(task.log), task.machine.name
    state = states.get(name, MachineState.ABSENT)
    if state in {MachineState.ABSENT, MachineState.STOPPED}:
        task.log(f"{name} is {state}: what only it could do itself is left out")
        return Outcome.UNCHANGED
    try:
        endpoint = await task.run.provider.endpoint(task.machine)
        task.run.nodes[name] = await task.run.connect(task.machine, endpoint, task.log)
    except KubetuiError as error:
        for line in (*error.message.splitlines(), f"What only {name} could do itself is left out."):
            task.log(line.strip())
    return Outcome.UNCHANGED


async def _drain(task: Task) -> Outcome:
    if task.machine.role is Role.CONTROL_PLANE:
        for line in (await ask(task.first_node, task.machine, quorum(task.plan, task.machine), LOST_QUORUM)).lines:
            task.log(line)
    await on_first(task, drain(task, answers=task.machine.name in task.run.nodes), PODS_STAY)
    return Outcome.DONE


def quorum(plan: Plan, machine: Machine) -> Command:
    """Return the command that fails where etcd would lose its quorum without a machine."""
    values = {"NAME": machine.name, "FIRST": plan.control_plane.name, "FORCED": "1" if plan.leaving.forced else ""}
    return Command(QUORUM, values, timeout=600)


async def _leave(task: Task) -> Outcome:
    node, name = task.run.nodes.get(task.machine.name), task.machine.name
    if node is not None:
        leaves = (vip.YIELD if task.plan.shared_address else "") + RESET
        reset = Command(leaves, {"CRI_SOCKET": task.plan.runtime.socket}, timeout=RESET_SECONDS)
        try:
            done = await node.carry_out(unit_name(task, reset), reset, task.log)
        except KubetuiError as error:
            task.log(error.message)
        else:
            if not done.ok:
                task.log(f"kubeadm reset did not come to its end: {done.last}")
    if task.machine.role is Role.CONTROL_PLANE:
        values = {"NAME": name, "FIRST": task.plan.control_plane.name}
        await on_first(task, Command(MEMBER, values, timeout=300), STILL_A_MEMBER)
    return Outcome.DONE


async def _remove(task: Task) -> Outcome:
    name, run, made = task.machine.name, task.run, task.plan.provider.makes_machines
    if made or name in run.nodes:
        await run.provider.destroy(task.log, {name})
    else:
        task.log(f"{name} did not answer, so it keeps what kubetui installed; it is no longer a part of the cluster")
    if made:
        HostKeys(run.cluster.host_keys).forget(name)
    return Outcome.DONE


async def _delete(task: Task) -> Outcome:
    await on_first(task, Command(DELETE, {"NAME": task.machine.name}, timeout=300), UNHEARD)
    if task.machine.role is Role.CONTROL_PLANE and not task.plan.shared_address:
        task.log(f"what balances {task.plan.api_endpoint} can forget {task.machine.address}")
    return Outcome.DONE


def _on_machines(run: Run) -> Run:
    """Return what carries a step out on real machines alone: no recorded cluster has lost one."""

    async def running(task: Task) -> Outcome:
        if not task.plan.provider.rehearsal:
            return await run(task)
        task.log("this is a rehearsal: no recorded cluster has lost a machine, so nothing is played here")
        return Outcome.DONE

    return running


async def ask(node: Node, leaving: Machine, command: Command, obstacle: Obstacle) -> Result:
    """Ask the first control plane about a machine that leaves. Raises RunError when it may not, or nobody knows."""
    return heard(await node.run(command), leaving, obstacle)


def _draining(plan: Plan, machine: Machine) -> tuple[str, ...]:
    return (drain_typed(plan, machine),)


def _leaving(plan: Plan, machine: Machine) -> tuple[str, ...]:
    removed = (there(plan, f"[etcdctl member remove <its ID> # {machine.name}]"),)
    return (
        typed("kubeadm", "reset", "--force", f"--cri-socket={plan.runtime.socket}"),
        *(removed if machine.role is Role.CONTROL_PLANE else ()),
    )


def _removing(plan: Plan, machine: Machine) -> tuple[str, ...]:
    made = plan.provider.makes_machines
    return (typed("vagrant", "destroy", machine.name, "--force", "--no-tty"),) if made else ()


def _deleting(plan: Plan, machine: Machine) -> tuple[str, ...]:
    deleted = typed("kubectl", "delete", "node", machine.name, "--ignore-not-found", "--timeout=60s")
    return (there(plan, deleted),)


def _of_machines(lines: Lines) -> Lines:
    """Return what commands are taught where there are real machines; a rehearsal calls none."""
    return lambda plan, machine: () if plan.provider.rehearsal else lines(plan, machine)


_NOTHING: Final = "A rehearsal has no machine to take out of a cluster."
_step = partial(Step, where=Where.LEAVING, recipe=no_recipe)

FIND = _step(
    name="find",
    title="See whether it answers",
    why="A machine that answers can end its pods in order; one that is dead or gone has to leave all the same.",
    source="kubernetes.io, Nodes: Node heartbeats",
    needs=(),
    run=_find,
    teaches=Teaching(concepts=("ssh-access",), none="kubetui connects with SSH itself, and changes nothing."),
)
DRAIN_NODE = _step(
    name="drain",
    title="Drain the node",
    why="Its pods go elsewhere before it does, no faster than their disruption budgets allow.",
    source="kubernetes.io, Safely Drain a Node",
    needs=(FIND, INIT_STEP),
    run=_on_machines(_drain),
    in_turn=True,
    teaches=Teaching(commands=_of_machines(_draining), concepts=("drain", "node"), none=_NOTHING),
)
RESET_NODE = _step(
    name="leave",
    title="kubeadm reset",
    why="A control plane takes its etcd member along; a member that only vanished would still count for the quorum.",
    source="kubernetes.io, kubeadm reset",
    needs=(DRAIN_NODE, JOIN_CONTROL_PLANE),
    run=_on_machines(_leave),
    in_turn=True,
    teaches=Teaching(commands=_of_machines(_leaving), concepts=("etcd-quorum", "kubeadm"), none=_NOTHING),
)
REMOVE_MACHINE = _step(
    name="remove",
    title="Remove the machine",
    why="Once nothing runs on it any more, what it took of this host is free again.",
    source="developer.hashicorp.com/vagrant, destroy",
    needs=(RESET_NODE,),
    run=_remove,
    in_turn=True,
    of_existing="The machine gets back the state in which kubetui found it.",
    teaches=Teaching(
        commands=_of_machines(_removing),
        concepts=("node",),
        none="The machine is played, or yours: then it is restored instead.",
    ),
)
DELETE_NODE = _step(
    name="delete-node",
    title="Delete the node",
    why="Until its node is deleted, the cluster waits for the machine to come back.",
    source="kubernetes.io, Nodes: Manual Node administration",
    needs=(REMOVE_MACHINE,),
    run=_on_machines(_delete),
    teaches=Teaching(commands=_of_machines(_deleting), concepts=("node",), none=_NOTHING),
)
LEAVING: Final[tuple[Step, ...]] = (FIND, DRAIN_NODE, RESET_NODE, REMOVE_MACHINE, DELETE_NODE)
"""What takes a machine out of a cluster, in this order."""
