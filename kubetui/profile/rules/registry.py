"""Rules for the registry in the cluster: its port, its volume, and the name that all nodes know it by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from kubetui.profile.plan import Plan
from kubetui.profile.rules.ranges import Problem
from kubetui.profile.schema.addons import Chosen
from kubetui.profile.schema.profile import Profile
from kubetui.software.addons.storage import STORAGE

NODE_PORTS: Final = (30000, 32767)
"""The first and the last NodePort unless the API server is told others (kubernetes.io, "kube-apiserver")."""
_ARGUMENT: Final = "service-node-port-range"
_RANGE: Final = re.compile(r"(\d+)([-+])(\d+)")


def own_port(plan: Plan) -> Iterator[Problem]:
    """Require that an add-on's port is one of the cluster's NodePorts, and that nothing else is said of its place."""
    for number, chosen in enumerate(plan.profile.addons):
        path = ("addons", number, "port")
        if not chosen.addon.port:
            if chosen.port:
                yield Problem(path, f"{chosen.name} has no port of its own.", "Delete it.")
            continue
        port, (first, last) = plan.port(chosen), node_ports(plan.profile)
        if not first <= port <= last:
            message = f"{port} is not one of the cluster's NodePorts, {first} to {last}."
            yield Problem(path, message, f"Name one that no service has, for example port: {(first + last) // 2}.")
        if (place := plan.place(chosen)) in plan.profile.mirrors.registries:
            message = f"{place} is the add-on {chosen.name}, which has its images itself."
            yield Problem(
                ("mirrors", "registries", place), message, f"Delete the mirror, or give {chosen.name} a port."
            )


def own_volume(plan: Plan) -> Iterator[Problem]:
    """Require something that makes volumes, where an add-on keeps what people bring."""
    there = {chosen.name for chosen in plan.profile.addons}
    for number, chosen in enumerate(plan.profile.addons):
        if chosen.addon.volumes and STORAGE.name not in there:
            message = f"{chosen.name} keeps what it has on a volume, and nothing in the cluster makes volumes."
            fix = (
                f"Add {STORAGE.name} beside it, addons: [{STORAGE.name}, {chosen.name}]; for a cluster that runs, "
                f"first: kubetui addon add {plan.profile.name} {STORAGE.name}"
            )
            yield Problem(("addons", number), message, fix)


def no_other_source(plan: Plan) -> Iterator[Problem]:
    """Refuse another place for a manifest that is kubetui's own."""
    for number, chosen in enumerate(plan.profile.addons):
        if _made_here(chosen) and (said := [field for field in ("url", "sha256") if getattr(chosen, field)]):
            message = f"The manifest of {chosen.name} is kubetui's own, without {' and '.join(said)}."
            yield Problem(("addons", number), message, "Delete that; version names another release of its image.")


def _made_here(chosen: Chosen) -> bool:
    return chosen.addon.manifest is not None and not chosen.addon.url


def node_ports(profile: Profile) -> tuple[int, int]:
    """Return the first and the last NodePort of a cluster; the usual ones where a patch of them cannot be read."""
    said = [value for patch in profile.kubernetes.patches for value in _patched(patch)]
    found = _RANGE.fullmatch(said[-1]) if said else None
    if found is None:
        return NODE_PORTS
    first, second = int(found[1]), int(found[3])
    return (first, second) if found[2] == "-" else (first, first + second)


def _patched(patch: Any) -> Iterator[str]:
    if patch.get("kind") != "ClusterConfiguration":
        return
    arguments = (patch.get("apiServer") or {}).get("extraArgs") or ()
    if isinstance(arguments, dict):
        # as v1beta3 had them
        arguments = [{"name": name, "value": value} for name, value in arguments.items()]
    for each in arguments:
        if each.get("name") == _ARGUMENT:
            yield str(each.get("value"))
