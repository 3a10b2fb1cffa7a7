"""A backup, made on the first control plane whose etcd is healthy, and brought to this computer."""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from kubetui import __version__
from kubetui.base.errors import KubetuiError, RunError
from kubetui.base.files import named, private_folder
from kubetui.base.scripts import script
from kubetui.cluster import backup
from kubetui.cluster.backup import Manifest
from kubetui.engine.events import Outcome
from kubetui.engine.provider import MachineState
from kubetui.engine.recipe import apply
from kubetui.engine.step import Step, Task, Teaching, Where, no_recipe
from kubetui.profile.files import file as profilefile
from kubetui.remote import pieces
from kubetui.remote.command import Command
from kubetui.remote.node import Node

PLACE: Final = "/var/lib/kubetui/backup"
"""Where a machine keeps what it saves until it is on this computer."""
_ETCD: Final = script(__package__, "etcd.sh")
SNAPSHOT: Final = _ETCD + script(__package__, "snapshot.sh")
"""Leaves etcd's snapshot in PLACE, as it was read again, and what is known of it."""
SAVE: Final = _ETCD + script(__package__, "encrypted.sh") + script(__package__, "snapshot.sh")
TYPED: Final = "crictl exec <etcd> etcdctl snapshot save /var/lib/etcd/kubetui-backup.db"
"""The command that saves etcd, as a person types it."""
KEYS: Final = script(__package__, "keys.sh")
_FACTS: Final = f"cat {PLACE}/facts\n"
_REMOVE: Final = f"rm -rf {PLACE} /var/lib/etcd/kubetui-backup.db*\n"
_DOWN: Final = frozenset({MachineState.STOPPED, MachineState.ABSENT})


async def _save(task: Task, *, target: Path) -> Outcome:
    """Save the cluster from this machine, unless another one has done it. Raises RunError when no machine can."""
    others = [machine for machine in task.plan.machines if task.step.where.holds(machine)]
    if any(task.run.outcomes.get(task.id_on(machine)) is Outcome.DONE for machine in others):
        return Outcome.UNCHANGED
    try:
        await _from(task, target)
    except RunError as error:
        if task.machine == others[-1]:
            raise
        for line in (*error.message.splitlines(), "The next control plane is asked instead."):
            task.log(line)
        return Outcome.UNCHANGED
    return Outcome.DONE


async def _from(task: Task, target: Path) -> None:
    node = await _reached(task)
    command = Command(SAVE, {"CRI_SOCKET": task.plan.runtime.socket}, timeout=900)
    try:
        await apply(task, command, None)
        with named(target), _room(task.run.cluster.folder / "backup") as folder:
            size = await _bring(task, node, folder / backup.SNAPSHOT, target)
    finally:
        await node.run(Command(_REMOVE))
    task.say_once(
        f"wrote {target}, {size / 1e6:.1f} MB. Whoever can read it can do anything with the cluster: keep it safe"
    )


@contextmanager
def _room(folder: Path) -> Iterator[Path]:
    """Make a private folder for a while; a killed kubetui may have left one."""
    shutil.rmtree(folder, ignore_errors=True)
    try:
        yield private_folder(folder)
    finally:
        shutil.rmtree(folder)


async def _reached(task: Task) -> Node:
    """Connect to the machine. Raises RunError when it does not answer."""
    name, run = task.machine.name, task.run
    state = (await run.states(task.log)).get(name)
    if state in _DOWN:
        raise RunError(f"{name} is {state}.", fix=f"Start it with: kubetui start {run.cluster.name}")
    try:
        run.nodes[name] = await run.connect(task.machine, await run.provider.endpoint(task.machine), task.log)
    except KubetuiError as error:
        raise RunError(error.message, fix=error.fix, id=error.id) from error
    return run.nodes[name]


async def _bring(task: Task, node: Node, snapshot: Path, target: Path) -> int:
    """Write the backup of what the machine has saved, and return its size."""
    kubernetes, etcd, size, status = (await node.read(Command(_FACTS))).splitlines()[:4]
    with snapshot.open("wb") as file:
        await pieces.fetch(node, f"{PLACE}/{backup.SNAPSHOT}", int(size), file)
    if not await asyncio.to_thread(backup.sound, snapshot):
        raise RunError(
            f"The snapshot of {task.machine.name} is not whole: its checksum is another one.",
            fix="Run the same command again.",
            id="BACKUP-SNAPSHOT",
        )
    keys = _keys(await node.read(Command(KEYS, {"FILES": " ".join(backup.PKI)}, quiet=True)))
    manifest = _manifest(task, kubernetes, etcd, json.loads(status))
    profile = profilefile.dump(task.plan.profile)
    return await asyncio.to_thread(backup.write, target, manifest, profile, keys, snapshot)


def _keys(text: str) -> Mapping[str, bytes]:
    return {name: base64.b64decode(data) for name, _, data in (line.partition(" ") for line in text.splitlines())}


def _manifest(task: Task, kubernetes: str, etcd: str, status: Mapping[str, object]) -> Manifest:
    try:
        return Manifest.model_validate(
            {
                "cluster": task.plan.profile.name,
                "made": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                "kubetui": __version__,
                "kubernetes": kubernetes,
                "etcd": etcd,
                "machine": task.machine.name,
                "revision": status.get("revision"),
                "keys": status.get("totalKey"),
            }
        )
    except ValidationError as error:
        place = error.errors()[0]["loc"][0]
        raise RunError(
            f"{task.machine.name} does not say what a backup has to name: {place}.",
            fix="See its log. kubetui backs up control planes that kubeadm made.",
            id="BACKUP-SNAPSHOT",
        ) from error


def saving(target: Path) -> tuple[Step, ...]:
    """Return the steps that save a cluster in a file."""
    return (
        Step(
            name="save-etcd",
            title="Save etcd and the authorities",
            why="etcd holds every object of the cluster, and its authorities sign for whoever may touch them: from these "
            "two, with the profile, the rest can be made again.",
            source="kubernetes.io, Operating etcd clusters for Kubernetes: Backing up an etcd cluster",
            where=Where.CONTROL_PLANES,
            needs=(),
            recipe=no_recipe,
            run=partial(_save, target=target),
            in_turn=True,
            teaches=Teaching(
                commands=lambda _plan, _machine: (TYPED,),
                concepts=("etcd", "certificates", "etcd-quorum"),
                changes=lambda _plan, _machine: (
                    "nothing that stays: the snapshot is removed once it is on this computer",
                ),
            ),
        ),
    )
