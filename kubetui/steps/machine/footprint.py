"""Everything that kubetui changes on an existing machine: recorded before the first change, undone by destroy.

The record is in /var/lib/kubetui on the machine, beside the mark that names the cluster. The package family's library
adds the packages that it installs. The libraries of family, runtime and pod network list what each leaves behind.
"""

from __future__ import annotations

from typing import Final

from kubetui.base.scripts import script
from kubetui.engine.step import Recipe
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.software.addons import registry, vip

HOSTS_MARKS: Final = "begin='# kubetui: the nodes of this cluster' end='# kubetui: end'\n"
"""The lines around kubetui's block in /etc/hosts."""
RESET_SECONDS: Final = 1800.0

PLACE: Final = script(__package__, "footprint.sh")
CLAIMED: Final = PLACE + script(__package__, "claim-probe.sh")
REMEMBER: Final = PLACE + HOSTS_MARKS + script(__package__, "claim-apply.sh")
DISTRUST: Final = script(f"{__package__}.trust", "distrust.sh")
RESET: Final = PLACE + HOSTS_MARKS + script(__package__, "reset.sh")


def claim(plan: Plan, machine: Machine) -> Recipe:
    """Return how to record a machine's state. The mark is written last: a machine without it was not changed."""
    values = _values(plan) | {"CLUSTER_NAME": plan.profile.name}
    return Recipe(
        Command(_libraries(plan, machine) + REMEMBER, values), Command(_libraries(plan, machine) + CLAIMED, values)
    )


def reset(plan: Plan, machine: Machine) -> Command:
    """Return the command that undoes everything; it can run again after it was interrupted."""
    values = _values(plan) | {
        "POD_CIDR": str(plan.profile.network.pod_cidr),
        "CRI_SOCKET": plan.runtime.socket,
        "RUNTIME_PACKAGES": machine.family.called(plan.runtime.every_package),
        "ANCHORS": machine.family.anchors,
        "TRUSTING": machine.family.trusting,
    }
    first = vip.LET_GO if vip.NAME in plan.addons else ""
    return Command(_libraries(plan, machine) + first + DISTRUST + RESET, values, timeout=RESET_SECONDS)


def _libraries(plan: Plan, machine: Machine) -> str:
    family, network = machine.family, plan.pod_network
    left = {vip.NAME: vip.LEFTOVERS, registry.NAME: registry.LEFTOVERS}
    shared = "".join(text for name, text in left.items() if name in plan.addons)
    return family.library + family.leftovers + plan.runtime.leftovers + network.leftovers + shared


def repositories(plan: Plan) -> str:
    """Return the names of the package repositories that kubetui may have added, separated by spaces."""
    runtime = plan.runtime
    return " ".join(("kubernetes", *((runtime.name,) if runtime.repository or runtime.upstream else ())))


def _values(plan: Plan) -> dict[str, str]:
    return {"CLUSTER_ID": plan.identity, "SERVICE": plan.runtime.unit, "REPOSITORIES": repositories(plan)}
