"""Existing machines: marked as this cluster's, with a record of how they were, before anything is changed."""

from __future__ import annotations

from kubetui.command import Command
from kubetui.pipeline import Recipe, Step, Where
from kubetui.plan import Machine, Plan
from kubetui.steps import footprint
from kubetui.steps.machine import FACTS
from kubetui.task import follow_recipe


def _claim(plan: Plan, machine: Machine) -> Recipe:
    del machine
    values = {"CLUSTER_ID": plan.identity, "CLUSTER_NAME": plan.profile.name}
    return Recipe(Command(footprint.REMEMBER, values), Command(footprint.CLAIMED, values))


CLAIM = Step(
    name="claim",
    title="Remember how the machine was",
    why="It is yours and was there before: what is written down now is put back when the cluster is destroyed.",
    source="kubetui; kubernetes.io, kubeadm reset",
    where=Where.EXISTING,
    needs=(FACTS,),
    recipe=_claim,
    run=follow_recipe,
)
