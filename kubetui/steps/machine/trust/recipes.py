"""How a machine trusts the company's authorities of `mirrors.ca`, before it fetches anything.

apt, dnf, curl and the container runtimes read the system's store of authorities; the runtimes do so as they start.
"""

from __future__ import annotations

from typing import Final

from kubetui.base.files import write_private
from kubetui.base.scripts import script, typed, written
from kubetui.engine.events import Outcome
from kubetui.engine.recipe import follow_recipe
from kubetui.engine.step import Recipe, Task, Teaching
from kubetui.profile import authorities
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command

_TRUST: Final = script(__package__, "trust.sh")
PROBE: Final = _TRUST + script(__package__, "trust-probe.sh")
APPLY: Final = _TRUST + script(__package__, "trust-apply.sh")
_SECONDS: Final = 900.0


def wanted(plan: Plan) -> bool:
    """Whether there is somebody to trust, or may be somebody whom an earlier run has made trusted."""
    return (plan.profile.mirrors.ca is not None or plan.trusting) and not plan.provider.rehearsal


def recipe(plan: Plan, machine: Machine) -> Recipe:
    """Return how a machine comes to trust the profile's authorities and no former ones. Raises as `authorities.read`."""
    if not wanted(plan):
        return Recipe()
    family = machine.family
    values = {
        "ANCHORS": family.anchors,
        "CERTIFICATES": authorities.pem(authorities.read(plan.profile)),
        "RUNTIME": plan.runtime.fetcher or plan.runtime.unit,
        "STORE": family.store,
        "TRUSTING": family.trusting,
    }
    return Recipe(Command(family.library + APPLY, values, timeout=_SECONDS), Command(PROBE, values))


async def trust(task: Task) -> Outcome:
    """Follow the recipe, once the cluster remembers that its machines trust somebody."""
    # whoever changes a machine first says so: a later run without the field takes back what this one brings
    write_private(task.run.cluster.authorities, authorities.pem(authorities.read(task.plan.profile)))
    return await follow_recipe(task)


def _files(plan: Plan, machine: Machine) -> tuple[str, ...]:
    count = len(authorities.found(plan.profile)) or int(plan.profile.mirrors.ca is not None)
    return tuple(f"{machine.family.anchors}/kubetui-{number}.crt" for number in range(1, count + 1))


def _commands(plan: Plan, machine: Machine) -> tuple[str, ...]:
    names = _files(plan, machine)
    first = tuple(map(written, names)) or (typed("rm", "-f", f"{machine.family.anchors}/kubetui-1.crt"),)
    return (*first, machine.family.trusting)


TEACHES: Final = Teaching(
    commands=_commands,
    concepts=("certificates", "package-repository", "registry"),
    changes=lambda plan, machine: (
        *(f"file {path}" for path in _files(plan, machine)),
        f"file {machine.family.store}",
    ),
)
