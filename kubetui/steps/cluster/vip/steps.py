"""Steps for the address that control planes share: what keeps it there, and whether the API answers at it."""

from __future__ import annotations

from typing import Final

from kubetui.base.scripts import script, typed, written
from kubetui.engine.recipe import follow_recipe
from kubetui.engine.step import Recipe, Step, Teaching, Where
from kubetui.profile.machine import Machine, Role
from kubetui.profile.plan import API_PORT, Plan
from kubetui.remote.command import Command
from kubetui.software.addons import vip
from kubetui.steps.node.packages import BASE_PACKAGES, INSTALL_SECONDS

_SHARED: Final = script(__package__, "vip.sh")
APPLY: Final = _SHARED + script(__package__, "vip-apply.sh")
PROBE: Final = _SHARED + script(__package__, "vip-probe.sh")
_ANSWERS: Final = script(__package__, "answers.sh")
ANSWERS_APPLY: Final = script(__package__, "answers-apply.sh")
ANSWERS_PROBE: Final = script(__package__, "answers-probe.sh")


def _wanted(plan: Plan) -> bool:
    return vip.NAME in plan.addons


def _balancer(plan: Plan) -> str:
    control_planes = (each for each in plan.machines if each.role is Role.CONTROL_PLANE)
    return vip.balancer({each.name: each.address for each in control_planes}, API_PORT)


def _failover(plan: Plan, machine: Machine) -> str:
    if plan.shared_address is None:
        return ""
    control_planes = (each.address for each in plan.machines if each.role is Role.CONTROL_PLANE)
    others = tuple(each for each in control_planes if each != machine.address)
    return vip.failover(plan.shared_address, machine.address, others)


def _recipe(plan: Plan, machine: Machine) -> Recipe:
    if not _wanted(plan):
        return Recipe()
    values = {
        "ADDRESS": str(machine.address),
        "BALANCER": _balancer(plan),
        "CHECK": vip.CHECK,
        "FAILOVER": _failover(plan, machine),
        "MARK": vip.LINK_MARK,
        "NAMES": machine.family.called(vip.PACKAGES),
    }
    library = machine.family.library
    return Recipe(Command(library + APPLY, values, timeout=INSTALL_SECONDS), Command(library + PROBE, values))


def _commands(_plan: Plan, machine: Machine) -> tuple[str, ...]:
    return (
        f"{machine.family.typed.install} {machine.family.called(vip.PACKAGES)}",
        *map(written, (vip.BALANCER, vip.CHECKER, vip.FAILOVER)),
        typed("systemctl", "enable", *vip.UNITS),
        typed("systemctl", "reload-or-restart", *vip.UNITS),
    )


SHARED_ADDRESS: Final = Step(
    name="shared-address",
    title="Share one address",
    why=vip.VIP.why,
    source=vip.VIP.page,
    where=Where.CONTROL_PLANES,
    needs=(BASE_PACKAGES,),
    recipe=_recipe,
    run=follow_recipe,
    wanted=_wanted,
    teaches=Teaching(
        commands=_commands,
        concepts=vip.VIP.concepts,
        changes=lambda _plan, _machine: (
            *(f"file {path}" for path in (vip.BALANCER, vip.CHECKER, vip.FAILOVER)),
            f"units {' and '.join(vip.UNITS)}",
        ),
    ),
)


def answering(after: tuple[Step, ...]) -> Step:
    """Return the step that waits until the API answers at the shared address, through every control plane."""
    return Step(
        name=f"addon-{vip.NAME}",
        title="See that the shared address answers",
        why="A control plane whose haproxy reaches no API server could not take the address over.",
        source=vip.VIP.page,
        where=Where.CONTROL_PLANES,
        needs=after,
        recipe=_answers,
        run=follow_recipe,
        wanted=_wanted,
        teaches=Teaching(none="It asks the API at both places, and changes nothing.", concepts=vip.VIP.concepts),
    )


def _answers(plan: Plan, _machine: Machine) -> Recipe:
    if not _wanted(plan):
        return Recipe()
    values = {"PLACES": f"127.0.0.1:{vip.PORT} {plan.shared_address}:{vip.PORT}"}
    return Recipe(Command(_ANSWERS + ANSWERS_APPLY, values), Command(_ANSWERS + ANSWERS_PROBE, values))
