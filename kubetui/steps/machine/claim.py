"""Existing machines: marked as this cluster's, with a record of how they were, before anything is changed."""

from __future__ import annotations

from kubetui.engine.recipe import follow_recipe
from kubetui.engine.step import Recipe, Step, Where
from kubetui.profile.plan import Machine, Plan
from kubetui.steps.machine import footprint
from kubetui.steps.machine.start import FACTS


def _claim(plan: Plan, _machine: Machine) -> Recipe:
    return footprint.claim(plan)


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
