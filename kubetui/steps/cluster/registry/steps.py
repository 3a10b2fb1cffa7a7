"""Steps on every machine: its runtime knows the cluster's registry by name, or no longer does.

A runtime without files for registries has it among its own settings, which the step that configures it writes.
"""

from __future__ import annotations

from typing import Final

from kubetui.base.scripts import script, typed, written
from kubetui.engine.recipe import follow_recipe
from kubetui.engine.step import Recipe, Step, Teaching, Where
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.software.addons.registry import REGISTRY
from kubetui.steps.node.containers import RUNTIME_CONFIG

_KNOWN: Final = script(__package__, "known.sh")
KNOWN_APPLY: Final = _KNOWN + script(__package__, "known-apply.sh")
KNOWN_PROBE: Final = _KNOWN + script(__package__, "known-probe.sh")
FORGET: Final = _KNOWN + script(__package__, "forgotten-apply.sh")
FORGOTTEN_PROBE: Final = _KNOWN + script(__package__, "forgotten-probe.sh")
SOURCE: Final = "containerd, docs/hosts.md; containers-registries.conf(5); kubernetes/enhancements, KEP-1755"


def _wanted(plan: Plan) -> bool:
    return bool(plan.registry) and plan.runtime.mirror is not None


def _former(plan: Plan) -> str:
    """Return where the registry was that goes; empty if it stays where it is, or there was none."""
    places = (plan.place(each) for each in plan.dropped)
    return next((place for place in places if place and place != plan.registry), "")


def _goes(plan: Plan) -> bool:
    return bool(_former(plan)) and plan.runtime.mirror is not None


def _recipe(plan: Plan, place: str, apply: str, probe: str) -> Recipe:
    values, library = {"PLACE": place}, plan.runtime.library
    return Recipe(Command(library + apply + plan.runtime.reread, values), Command(library + probe, values))


def _known(plan: Plan, _machine: Machine) -> Recipe:
    return _recipe(plan, plan.registry, KNOWN_APPLY, KNOWN_PROBE) if _wanted(plan) else Recipe()


def _forgotten(plan: Plan, _machine: Machine) -> Recipe:
    return _recipe(plan, _former(plan), FORGET, FORGOTTEN_PROBE) if _goes(plan) else Recipe()


def _file(plan: Plan, place: str) -> tuple[str, str]:
    return plan.runtime.mirror(place, f"http://{place}") if plan.runtime.mirror else ("", "")


def _again(plan: Plan) -> tuple[str, ...]:
    return (f"systemctl reload {plan.runtime.unit}",) if plan.runtime.reread else ()


KNOWN: Final = Step(
    name="know-registry",
    title="Know the cluster's registry",
    why="A runtime asks every registry by TLS, and this one has none: each node needs to be told once.",
    source=SOURCE,
    where=Where.EVERY,
    needs=(RUNTIME_CONFIG,),
    recipe=_known,
    run=follow_recipe,
    wanted=_wanted,
    teaches=Teaching(
        commands=lambda plan, _machine: (written(*_file(plan, plan.registry)), *_again(plan)),
        concepts=REGISTRY.concepts,
        changes=lambda plan, _machine: (f"file {_file(plan, plan.registry)[0]}",),
    ),
)


def forgetting(after: tuple[Step, ...]) -> Step:
    """Return the step that takes a registry which is gone out of each runtime's settings."""
    return Step(
        name="forget-registry",
        title="Forget the cluster's registry",
        why="What answers at that place some day is another program, and should not be asked without TLS.",
        source=SOURCE,
        where=Where.EVERY,
        needs=after,
        recipe=_forgotten,
        run=follow_recipe,
        wanted=_goes,
        teaches=Teaching(
            commands=lambda plan, _machine: (typed("rm", "-f", _file(plan, _former(plan))[0]), *_again(plan)),
            concepts=REGISTRY.concepts,
            changes=lambda plan, _machine: (f"file {_file(plan, _former(plan))[0]} is gone",),
        ),
    )
