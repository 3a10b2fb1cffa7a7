"""Prepared boxes: a machine with packages, runtime and images but without identity, kept as a Vagrant box.

A box's key is a digest of everything that made it: the base box and its version, the processor, and the commands
that prepared it, which contain Kubernetes, runtime, mirrors, pod network and images. Any change makes another key,
so kubetui never finds a stale box.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from kubetui.base.errors import UsageError
from kubetui.engine.step import Step, Where
from kubetui.machines.vagrant.catalogue.known import OWNER
from kubetui.machines.vagrant.packaging import KEEPS, Packaging, StoredBox, stored, usable
from kubetui.machines.vagrant.project import vagrant_home
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Machines, Profile
from kubetui.steps.build import STEPS

FORMAT: Final = 1
"""Increase it when boxes are made differently, so that older ones are no longer found."""
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Box:
    """A prepared box in Vagrant's store. `base` names its base box, `current` says whether Vagrant still has that."""

    key: str
    provider: str
    base: str
    kubernetes: str
    network: str
    made: float
    size: int
    current: bool


def planned(plan: Plan) -> Plan:
    """Return the plan with a prepared box, if the profile wants one and a matching one exists."""
    name = found(plan) if plan.profile.machines.prepared_box else None
    return replace(plan, prepared=name) if name else plan


def found(plan: Plan) -> str | None:
    """Return the name of the prepared box that matches a plan; None when there is none."""
    base = base_box(plan) if plan.provider.name in KEEPS else None
    if base is None:
        return None
    name = f"{OWNER}/{key(plan.profile, base)}"
    return name if stored(vagrant_home(), name, plan.provider.name) else None


def base_box(plan: Plan) -> StoredBox | None:
    """Return the box that Vagrant would start a plan's machines from; None where it would download one first."""
    wanted = replace(plan, prepared="").box_version
    boxes = usable(vagrant_home(), plan.base_box.name, plan.provider.name, wanted)
    # with a range as version: whatever Vagrant would choose of these, the range is part of the key
    return boxes[-1] if boxes else None


def key(profile: Profile, base: StoredBox) -> str:
    """Return the key of the box that a profile's machines can start from."""
    text = json.dumps([FORMAT, base.identity, profile.machines.box_version, platform.machine(), recipe(profile)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def recipe(profile: Profile) -> list[str]:
    """Return the commands that prepare a box; they contain no cluster, address or machine name."""
    plan = Plan(nameless(profile))
    machine = plan.machines[0]
    commands = [step.recipe(plan, machine).apply for step in steps() if step.holds(machine)]
    return [command.assignments(reveal=False) + command.script for command in commands if command]


def steps() -> tuple[Step, ...]:
    """Return the steps that a prepared box has completed: those that run on every machine on its own."""
    found: list[Step] = []
    for step in STEPS:
        if step.where in (Where.EVERY, Where.EXISTING) and all(need in found for need in step.needs):
            found.append(step)
    return tuple(found)


def nameless(profile: Profile) -> Profile:
    """Return the profile of the one machine that a box is made from, without values of one cluster."""
    machines = profile.machines
    size = {"memory": machines.control_plane.memory or machines.memory}
    cpus = {"cpus": machines.control_plane.cpus or machines.cpus}
    alone = Machines(
        workers=0,
        box=machines.box,
        box_version=machines.box_version,
        box_sha256=machines.box_sha256,
        packages=machines.packages,
        options=machines.options,
    )
    plain = Profile()
    network = profile.network.model_copy(
        update={name: getattr(plain.network, name) for name in ("first_address", "pod_cidr", "service_cidr", "options")}
    )
    return profile.model_copy(
        update={"name": "prepared", "machines": alone.model_copy(update={**size, **cpus}), "network": network}
    )


def listing() -> tuple[Box, ...]:
    """Return every prepared box in Vagrant's store, sorted by key."""
    boxes = [_read(box, provider) for provider in KEEPS for box in stored(vagrant_home(), f"{OWNER}/*", provider)]
    return tuple(sorted((box for box in boxes if box), key=lambda box: box.key))


def _read(box: StoredBox, provider: str) -> Box | None:
    try:
        info = json.loads((box.folder / "info.json").read_text(encoding="utf-8"))
        bases = stored(vagrant_home(), info["base"], provider)
        return Box(
            key=box.name.partition("/")[2],
            provider=provider,
            base=info["base"],
            kubernetes=info["kubernetes"],
            network=info["network"],
            made=info["made"],
            size=box.size,
            current=any(each.identity == info["identity"] for each in bases) and info["format"] == FORMAT,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None  # a box with such a name that kubetui did not make


async def remove(key: str, say: Say) -> None:
    """Remove a prepared box. Raises UsageError that lists the boxes when there is none with this key."""
    box = next((box for box in listing() if box.key == key), None)
    if box is None:
        keys = ", ".join(box.key for box in listing()) or "there are none"
        raise UsageError(f"There is no prepared box {key}.", fix=f"Boxes: {keys}.")
    await Packaging(box.provider, vagrant_home(), say).remove(f"{OWNER}/{key}")
