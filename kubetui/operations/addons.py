"""The add-ons of a cluster: which of them are there, and which still have to go."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from pydantic import TypeAdapter, ValidationError

from kubetui.base.errors import RunError
from kubetui.base.files import write_private
from kubetui.cluster.folder import Cluster
from kubetui.profile.plan import Plan
from kubetui.profile.schema.addons import AddOns, Chosen
from kubetui.profile.schema.profile import Profile
from kubetui.software import addons
from kubetui.software.upstream import source

PRESENT: Final = "installed"
ABSENT: Final = "-"
_ENTRIES: Final[TypeAdapter[tuple[Chosen, ...]]] = TypeAdapter(AddOns)


def planned(cluster: Cluster, plan: Plan) -> Plan:
    """Return the plan with the add-ons that the cluster has from earlier and that the profile no longer has."""
    return replace(plan, dropped=tuple(each for each in _there(cluster) if each.name not in plan.addons))


def begin(cluster: Cluster, plan: Plan) -> None:
    """Write down what may be in the cluster from now on, before anything of it is."""
    _write(cluster, (*plan.dropped, *plan.wanted_addons))


def settle(cluster: Cluster, plan: Plan) -> None:
    """Write down, after a run that ended well, that what was dropped is gone, and forget its manifests."""
    for origin in filter(None, (each.addon.source(each.brief()) for each in plan.dropped)):
        source.forget(origin, cluster.folder)
    _write(cluster, plan.wanted_addons)


def going(profile: Profile) -> tuple[Chosen, ...]:
    """Return the add-ons that a run of this profile would remove from its cluster."""
    cluster = Cluster(profile.name)
    staying = {each.name for each in profile.addons}
    return tuple(each for each in _there(cluster) if each.name not in staying) if cluster.exists else ()


def states(cluster: Cluster, profile: Profile) -> Mapping[str, str]:
    """Return for each add-on there is whether a cluster has it, in a word or two."""
    wanted, there = {each.name for each in profile.addons}, {each.name for each in _there(cluster)}
    told = {(True, True): PRESENT, (True, False): "not built", (False, True): "half removed", (False, False): ABSENT}
    return {name: told[name in wanted, name in there] for name in addons.CATALOGUE}


def _there(cluster: Cluster) -> tuple[Chosen, ...]:
    """Return the add-ons that may be in a cluster. Raises RunError when the record cannot be read."""
    try:
        return _ENTRIES.validate_json(cluster.addons.read_bytes())
    except FileNotFoundError:
        return ()
    except (OSError, ValidationError) as error:
        raise RunError(
            f"{cluster.addons} cannot be read: {' '.join(str(error).split())}.",
            fix='It says which add-ons the cluster has, for example: ["storage"]. Write that into it.',
        ) from error


def _write(cluster: Cluster, there: tuple[Chosen, ...]) -> None:
    if there:
        write_private(cluster.addons, json.dumps([each.short() for each in there]) + "\n")
    else:
        cluster.addons.unlink(missing_ok=True)
