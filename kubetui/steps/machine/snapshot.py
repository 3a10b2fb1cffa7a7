"""All machines of a cluster saved at one moment, and brought back."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from typing import Final

from kubetui import __version__
from kubetui.base.errors import RunError, UsageError
from kubetui.base.files import write_private
from kubetui.base.scripts import typed
from kubetui.cluster import snapshots
from kubetui.cluster.snapshots import Snapshot
from kubetui.engine.events import Outcome
from kubetui.engine.snapshots import Snapshots
from kubetui.engine.step import Step, Task, Teaching, Where, no_recipe
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.steps.machine.halt import HALTING
from kubetui.steps.machine.start import CONNECT, START


def provided(task: Task) -> Snapshots:
    """Return what saves the machines. Raises UsageError where nothing does."""
    found = task.run.provider.snapshots
    if found is None:
        raise UsageError(f"{task.plan.provider.title} have no snapshots.", id="SNAPSHOT-NONE")
    return found


async def save(task: Task, label: str, after: str = "") -> Outcome:
    """Save every machine under a label that is free, and write it down. Raises RunError where a machine is missing."""
    cluster, plan, provider = task.run.cluster, task.plan, provided(task)
    machines = snapshots.identities(cluster.folder)
    if missing := [machine.name for machine in plan.machines if machine.name not in machines]:
        raise RunError(
            f"A snapshot is of all machines, and there is no {missing[0]} yet.",
            fix=f"Build it first: kubetui start {cluster.name}",
            id="SNAPSHOT-MACHINES",
        )
    shelf = snapshots.read(cluster)
    snapshots.begin(cluster, label)
    older = shelf.whole[0].label if shelf.whole else ""
    at = time.time()
    taken = await provider.save(label, older, task.log)
    names = {machine.name: machines[machine.name] for machine in plan.machines}
    snapshots.complete(cluster, Snapshot(label, at, __version__, plan.version, plan.provider.name, names, taken, after))
    task.log(f"saved as {label}")
    return Outcome.DONE


async def _bring_back(task: Task, label: str) -> Outcome:
    if task.machine.first:
        await provided(task).check(label)
        # from here on its machines are of different moments
        write_private(task.run.cluster.reverting, label)
    await provided(task).restore(task.machine, label, task.log)
    return Outcome.DONE


async def _files(task: Task, label: str) -> Outcome:
    snapshots.bring_back(task.run.cluster, label)
    task.run.cluster.reverting.unlink()
    return Outcome.DONE


def _saved(plan: Plan, _machine: Machine) -> tuple[str, ...]:
    if plan.provider.rehearsal or not plan.provider.makes_machines:
        return ()
    if plan.provider.name != "lxc":
        return tuple(typed("vagrant", "snapshot", "save", each.name, "kubetui-LABEL") for each in plan.machines)
    names = [f"{plan.profile.name}-{each.name}" for each in plan.machines]
    return (
        *(typed("lxc-freeze", "--name", name) for name in names),
        *(f"rsync --archive /var/lib/lxc/{name}/rootfs/ <its copy>/" for name in names),
        *(typed("lxc-unfreeze", "--name", name) for name in names),
    )


def _brought_back(plan: Plan, machine: Machine) -> tuple[str, ...]:
    if plan.provider.rehearsal or not plan.provider.makes_machines:
        return ()
    if plan.provider.name != "lxc":
        return (typed("vagrant", "snapshot", "restore", machine.name, "kubetui-LABEL", "--no-start"),)
    name = f"{plan.profile.name}-{machine.name}"
    return (
        typed("lxc-stop", "--kill", "--name", name),
        f"rsync --archive <its copy>/ /var/lib/lxc/{name}/rootfs.kubetui-new/",
    )


_NONE: Final = "These machines have no snapshots: they are yours, or a rehearsal plays them."
_step = partial(Step, recipe=no_recipe, installs=False)

SAVE: Final = _step(
    name="save",
    title="Save the machines",
    why="All at one moment: etcd's members, and what the kubelets run, have to fit each other later.",
    source="developer.hashicorp.com/vagrant, snapshot; linuxcontainers.org, lxc-freeze",
    where=Where.FIRST,
    needs=(),
    run=partial(save, label=""),
    gathers=True,
    teaches=Teaching(commands=_saved, concepts=("node", "etcd"), none=_NONE),
)
BRING_BACK: Final = _step(
    name="bring-back",
    title="Bring the machine back",
    why="Its disk becomes what it was; what happened on it since then is gone.",
    source="developer.hashicorp.com/vagrant, snapshot; linuxcontainers.org, lxc-stop",
    where=Where.EVERY,
    needs=(),
    run=partial(_bring_back, label=""),
    in_turn=True,
    teaches=Teaching(commands=_brought_back, concepts=("node", "etcd"), none=_NONE),
)
FILES: Final = _step(
    name="bring-back-files",
    title="Bring its own files back",
    why="Its profile and its kubeconfig on this host belong to the same moment as its machines.",
    source="kubetui",
    where=Where.FIRST,
    needs=(BRING_BACK,),
    run=partial(_files, label=""),
    gathers=True,
    teaches=Teaching(concepts=("kubeconfig",), none="kubetui copies its profile and its kubeconfig."),
)
SNAPSHOTS: Final = (SAVE, BRING_BACK, FILES)
"""What saves a cluster, and what brings it back."""


def saving(label: str, *, halts: bool) -> tuple[Step, ...]:
    """Return the steps that save a cluster under a label, its machines off before where they have to be."""
    before = HALTING if halts else ()
    return (*before, replace(SAVE, needs=before, run=partial(save, label=label)))


def restoring(label: str, *, start: bool) -> tuple[Step, ...]:
    """Return the steps that bring a cluster back, and that start its machines then, if they are to."""
    back = replace(BRING_BACK, run=partial(_bring_back, label=label))
    files = replace(FILES, needs=(back,), run=partial(_files, label=label))
    started = replace(START, needs=(files,))
    return (back, files, *((started, replace(CONNECT, needs=(started,))) if start else ()))
