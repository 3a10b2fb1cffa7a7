"""Joins machines to the cluster, each with its own join token."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from kubetui.base.redaction import Secret
from kubetui.base.scripts import script
from kubetui.cluster.tables import ADMIN
from kubetui.engine.events import Outcome
from kubetui.engine.recipe import apply, by_hand, probe
from kubetui.engine.step import Recipe, Step, Task, Where, WorkState, no_recipe
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command, Late
from kubetui.steps import kubeadm
from kubetui.steps.cluster import byhand, certificates, taught
from kubetui.steps.cluster.init import INIT_STEP, SETTLE
from kubetui.steps.cluster.join_token import mint
from kubetui.steps.cluster.libraries import CA, JOIN, KUBEADM, KUBELET
from kubetui.steps.cluster.warnings import explaining
from kubetui.steps.node.containers import PULL_IMAGES

KNOWN: Final = ADMIN + CA + 'ca\nkubectl get node "$NAME" --ignore-not-found --output=name --request-timeout=10s\n'
JOIN_PROBE: Final = JOIN + script(__package__, "join-probe.sh")
JOIN_APPLY: Final = JOIN + KUBEADM + KUBELET + script(__package__, "join-apply.sh")


def join_commands(plan: Plan, machine: Machine) -> tuple[Command, Command]:
    """Return the command that joins a machine, whose join token is a late value, and the probe for it."""
    documents = kubeadm.join_documents(plan, machine)
    values: dict[str, str | Secret | Late] = {
        "CLUSTER_ID": plan.identity,
        "NAME": machine.name,
        "ADDRESS": str(machine.address),
        "ENDPOINT": plan.api_endpoint,
        "CRI_SOCKET": plan.runtime.socket,
        "CGROUP_V1_SKIPS": kubeadm.skipped_on_cgroup_v1(plan, documents[0]),
    }
    how = f"run: kubeadm token create --print-join-command (on {plan.control_plane.name})"
    late = {"JOIN_TOKEN": Late(how), "CA_HASH": Late(how), "AUTHORITY": Late(f"{how}; then: ca (there)")}
    config = {"CONFIG": kubeadm.render(documents)}
    return (
        Command(plan.pod_network.leftovers + JOIN_APPLY, {**values, **late, **config}, timeout=900),
        Command(JOIN_PROBE, values),
    )


def _recipe(plan: Plan, machine: Machine) -> Recipe:
    return Recipe(*join_commands(plan, machine))


async def _run(task: Task) -> Outcome:
    return await join(task, *join_commands(task.plan, task.machine))


async def join(
    task: Task, command: Command, look: Command, more: Callable[[Task], Awaitable[Mapping[str, Secret]]] | None = None
) -> Outcome:
    """Join a machine unless it has joined already; `more` returns the late values besides the join token.

    Raises ForeignError when it has joined a cluster that kubetui did not make.
    """
    found = task.found() or await probe(task, look)
    # a recreated control plane knows no nodes, whatever a worker's own marks say
    told = await task.first_node.read(Command(KNOWN, {"NAME": task.machine.name}))
    authority, _, known = told.strip().partition("\n")
    if found.state is WorkState.DONE and known:
        return Outcome.UNCHANGED
    task.refuse_foreign(found)
    if outcome := await by_hand(task, look):
        return outcome
    others = await more(task) if more else {}
    token, digest = await mint(task)
    ready = command.bind(JOIN_TOKEN=token, CA_HASH=digest, AUTHORITY=authority, **others)
    await apply(explaining(task), ready, look)
    return Outcome.DONE


KUBELET_CERTIFICATE = Step(
    name="kubelet-certificate",
    title="Renew the kubelet's certificate",
    why="The kubelet renews its certificate as long as it runs; after a longer pause it needs a new join token.",
    source="kubernetes.io, Troubleshooting kubeadm: Kubelet client certificate rotation fails",
    where=Where.WORKERS,
    needs=(PULL_IMAGES, INIT_STEP),
    recipe=no_recipe,
    run=certificates.renew,
    wanted=certificates.standing,
    teaches=certificates.OF_KUBELET,
)
JOIN_STEP = Step(
    name="join",
    title="kubeadm join",
    why="The join token proves the worker to the API server; the CA's hash proves the API server to the worker.",
    source="kubernetes.io, kubeadm join",
    where=Where.WORKERS,
    needs=(PULL_IMAGES, INIT_STEP, SETTLE, KUBELET_CERTIFICATE),
    recipe=_recipe,
    run=_run,
    teaches=taught.JOIN,
    turn=byhand.JOIN_TURN,
)
