"""Existing machines: marks them as this cluster's and records their state before anything changes."""

from __future__ import annotations

from kubetui.engine.recipe import follow_recipe
from kubetui.engine.step import Recipe, Step, Where
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.steps.machine import footprint, taught
from kubetui.steps.machine.start import FACTS


def _claim(plan: Plan, machine: Machine) -> Recipe:
    return footprint.claim(plan, machine)


CLAIM = Step(
    name="claim",
    title="Remember how the machine was",
    why="The machine is yours: destroying the cluster restores everything that is recorded now.",
    source="kubetui; kubernetes.io, kubeadm reset",
    where=Where.EXISTING,
    needs=(FACTS,),
    recipe=_claim,
    run=follow_recipe,
    teaches=taught.CLAIM,
)
