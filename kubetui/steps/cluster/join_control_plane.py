"""Further control planes: they join one at a time, each with the cluster's certificates under a new key."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from kubetui.base.errors import RunError
from kubetui.base.redaction import Secret
from kubetui.base.scripts import script
from kubetui.engine.events import Outcome
from kubetui.engine.step import Recipe, Step, Task, Where
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command, Late
from kubetui.steps import kubeadm
from kubetui.steps.cluster import taught
from kubetui.steps.cluster.init import CERTIFICATES, INIT_STEP, SETTLE
from kubetui.steps.cluster.join import join, join_commands
from kubetui.steps.cluster.vip.steps import SHARED_ADDRESS
from kubetui.steps.node.containers import PULL_IMAGES

UPLOAD: Final = script(__package__, "upload-certs.sh")


def upload(plan: Plan, key: Secret) -> Command:
    """Return the command that stores the certificates in the cluster for two hours, encrypted with `key`."""
    values: dict[str, str | Secret | Late] = {
        "CERTIFICATE_KEY": key,
        "CONFIG": kubeadm.render(kubeadm.upload_documents(plan)),
    }
    return Command(UPLOAD, values, timeout=120)


def _commands(plan: Plan, machine: Machine) -> tuple[Command, Command]:
    command, look = join_commands(plan, machine)
    how = f"run: kubeadm init phase upload-certs --upload-certs (on {plan.control_plane.name})"
    return replace(command, values={**command.values, "CERTIFICATE_KEY": Late(how)}), look


def _recipe(plan: Plan, machine: Machine) -> Recipe:
    return Recipe(*_commands(plan, machine))


async def _certificates(task: Task) -> Mapping[str, Secret]:
    """Upload the certificates, encrypted with a new key, and return the key."""
    key = Secret(secrets.token_hex(32))
    stored = await task.first_node.run(upload(task.plan, key), task.first_log)
    if not stored.ok:
        raise RunError(
            f"The cluster's certificates could not be uploaded for {task.machine.name}: {stored.last}",
            fix="Check that the API server answers, then run the same command again.",
            id="CERTIFICATES",
        )
    return {"CERTIFICATE_KEY": key}


async def _run(task: Task) -> Outcome:
    return await join(task, *_commands(task.plan, task.machine), _certificates)


JOIN_CONTROL_PLANE = Step(
    name="join-control-plane",
    title="kubeadm join as a control plane",
    why="Each adds an API server and an etcd member; one at a time, because etcd must agree on every new member.",
    source="kubernetes.io, Creating Highly Available Clusters with kubeadm",
    where=Where.OTHERS,
    needs=(PULL_IMAGES, CERTIFICATES, SHARED_ADDRESS, INIT_STEP, SETTLE),
    recipe=_recipe,
    run=_run,
    in_turn=True,
    teaches=taught.JOIN_CONTROL_PLANE,
)
