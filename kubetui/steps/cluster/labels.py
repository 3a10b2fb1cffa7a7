"""The profile's labels and taints on the nodes, and how kubetui knows its own from those that a person has set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kubetui.base.files import write_private
from kubetui.base.scripts import script
from kubetui.cluster.tables import ADMIN
from kubetui.engine.events import Outcome, TaskId
from kubetui.engine.recipe import apply, probe
from kubetui.engine.step import Recipe, Step, Task, Teaching, Where, WorkState
from kubetui.profile.machine import Machine, Role
from kubetui.profile.plan import Plan
from kubetui.profile.schema.nodes import CONTROL_PLANE_TAINT, Taint
from kubetui.remote.command import Command
from kubetui.steps.cluster.init import INIT_STEP
from kubetui.steps.cluster.join import JOIN_STEP
from kubetui.steps.cluster.join_control_plane import JOIN_CONTROL_PLANE
from kubetui.steps.cluster.taught import marking

LABELS: Final = ADMIN + script(__package__, "labels.sh")
LABELS_PROBE: Final = LABELS + script(__package__, "labels-probe.sh")
LABELS_APPLY: Final = LABELS + script(__package__, "labels-apply.sh")


def _recipe(plan: Plan, _machine: Machine) -> Recipe:
    if not _wanted(plan):
        return Recipe()
    values = {
        "NODES": "\n".join(machine.name for machine in plan.machines),
        "WANTED": "\n".join(line for machine in plan.machines for line in _lines(plan, machine)),
    }
    return Recipe(Command(LABELS_APPLY, {**values, "NEW": ""}), Command(LABELS_PROBE, values))


def _wanted(plan: Plan) -> bool:
    return plan.labelled or any(machine.labels or machine.taints for machine in plan.machines)


def _lines(plan: Plan, machine: Machine) -> Iterator[str]:
    for key, value in machine.labels.items():
        yield f"{machine.name} label {key}={value}"
    for taint in _own_taints(plan, machine):
        yield f"{machine.name} taint {taint}"


def _own_taints(plan: Plan, machine: Machine) -> list[Taint]:
    """Return the profile's taints; kubeadm's own is on such a node already, and stays when nobody names it."""
    kubeadms = machine.role is Role.CONTROL_PLANE and bool(plan.workers)
    return [taint for taint in machine.taints if not (kubeadms and taint == CONTROL_PLANE_TAINT)]


async def _run(task: Task) -> Outcome:
    recipe = task.recipe()
    if recipe.probe is None or recipe.apply is None:
        return Outcome.UNCHANGED
    new = list(_new(task))
    if not new:
        found = task.found() or await probe(task, recipe.probe)
        if found.state is WorkState.DONE:
            return Outcome.UNCHANGED
    write_private(task.run.cluster.labelled, "")
    await apply(task, recipe.apply.bind(NEW="\n".join(new)), recipe.probe)
    return Outcome.DONE


def _new(task: Task) -> Iterator[str]:
    """Yield the nodes that this run has made, whose taints kubeadm has set as the profile told it to."""
    for machine in task.plan.machines:
        joins = (TaskId(step.name, machine.name) for step in (INIT_STEP, JOIN_CONTROL_PLANE, JOIN_STEP))
        if any(task.run.outcomes.get(each) is Outcome.DONE for each in joins):
            yield machine.name


def _taught(plan: Plan, _machine: Machine) -> tuple[str, ...]:
    """Return the commands for new nodes, which have their taints from kubeadm already."""
    commands: list[str] = []
    for machine in plan.machines:
        labels = [f"{key}={value}" for key, value in machine.labels.items()]
        commands += marking(machine.name, "label", labels) if labels else ()
        taints = [str(taint) for taint in _own_taints(plan, machine)]
        commands += marking(machine.name, "taint", taints)[:1] if taints else ()
    return tuple(commands)


LABEL_NODES = Step(
    name="labels",
    title="Label and taint the nodes",
    why="Labels tell the scheduler where a pod may run, and taints keep pods away that do not tolerate them.",
    source="kubernetes.io, Assigning Pods to Nodes; Taints and Tolerations",
    where=Where.FIRST,
    needs=(INIT_STEP, JOIN_CONTROL_PLANE, JOIN_STEP),
    recipe=_recipe,
    run=_run,
    wanted=_wanted,
    teaches=Teaching(
        commands=_taught,
        concepts=("label", "taint", "scheduler"),
        changes=lambda plan, _machine: tuple(
            f"{what} of the node {machine.name}"
            for machine in plan.machines
            for what, has in (("labels", machine.labels), ("taints", _own_taints(plan, machine)))
            if has
        ),
    ),
)
