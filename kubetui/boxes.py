"""Prepared boxes: a machine with packages, runtime and images, kept as a Vagrant box, and with no identity.

A box's key is a digest of everything that made it: the base box and its version, the processor, and the very
commands that prepared it, in which Kubernetes, runtime, mirrors, pod network and images show. Whatever changes makes
another key, so that a stale box is never found.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import platform
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from ipaddress import IPv4Address
from typing import Any, Final

from kubetui import profilefile, providers
from kubetui.cluster import Cluster
from kubetui.command import Command
from kubetui.doctor import vagrant_home
from kubetui.engine import Engine, Stop
from kubetui.errors import RunError, StoppedError, UsageError
from kubetui.events import Sink
from kubetui.files import write_private
from kubetui.pipeline import Step, Where
from kubetui.plan import NODE_MASK, Machine, Plan
from kubetui.profile import Machines, Profile
from kubetui.providers.base import MachineState, Provider
from kubetui.providers.packaging import KEEPS, Packaging, StoredBox, stored
from kubetui.steps import STEPS
from kubetui.task import Connect, Run
from kubetui.unidentify import clean_up

OWNER: Final = "kubetui"
FORMAT: Final = 1
"""Raised when boxes are made in another way, so that older ones are not found any more."""
OFF_SECONDS: Final = 90.0
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Box:
    """A prepared box that Vagrant has. `base` is what it was made from, `current` whether Vagrant still has that."""

    key: str
    provider: str
    base: str
    kubernetes: str
    network: str
    made: float
    size: int
    current: bool


def planned(plan: Plan) -> Plan:
    """Return the plan, from a prepared box where the profile wants one and there is one that fits."""
    name = found(plan) if plan.profile.machines.prepared_box else None
    return replace(plan, prepared=name) if name else plan


def found(plan: Plan) -> str | None:
    """Return the name of the prepared box that fits a plan; None where there is none."""
    base = base_box(plan) if plan.provider.name in KEEPS else None
    if base is None:
        return None
    name = f"{OWNER}/{key(plan.profile, base)}"
    return name if stored(vagrant_home(), name, plan.provider.name) else None


def base_box(plan: Plan) -> StoredBox | None:
    """Return the box that Vagrant would start a plan's machines from; None where it would download one first."""
    wanted = plan.profile.machines.box_version
    base = plan.profile.machines.box or plan.provider.default_box
    boxes = stored(vagrant_home(), base, plan.provider.name)
    if wanted is not None and wanted[0].isdigit():
        boxes = tuple(box for box in boxes if box.version == wanted)
    # with a range as version: whatever Vagrant would choose of these, the range is part of the key
    return boxes[-1] if boxes else None


def key(profile: Profile, base: StoredBox) -> str:
    """Return the key of the box that a profile's machines can start from."""
    text = json.dumps([FORMAT, base.identity, profile.machines.box_version, platform.machine(), recipe(profile)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def recipe(profile: Profile) -> list[str]:
    """Return the commands that prepare a box, which name no cluster, no address and no machine."""
    plan = Plan(_nameless(profile))
    machine = plan.machines[0]
    commands = [step.recipe(plan, machine).apply for step in steps() if step.where.holds(machine)]
    return [command.assignments(reveal=False) + command.script for command in commands if command]


def steps() -> tuple[Step, ...]:
    """Return the steps that a prepared box has behind it: all that every machine takes by itself."""
    found: list[Step] = []
    for step in STEPS:
        if step.where in (Where.EVERY, Where.EXISTING) and all(need in found for need in step.needs):
            found.append(step)
    return tuple(found)


def _nameless(profile: Profile) -> Profile:
    """Return the profile of the one machine that a box is made from, without what is one cluster's own."""
    machines = profile.machines
    size = {"memory": machines.control_plane.memory or machines.memory}
    cpus = {"cpus": machines.control_plane.cpus or machines.cpus}
    alone = Machines(workers=0, box=machines.box, box_version=machines.box_version, options=machines.options)
    plain = Profile()
    network = profile.network.model_copy(
        update={name: getattr(plain.network, name) for name in ("first_address", "pod_cidr", "service_cidr", "options")}
    )
    return profile.model_copy(
        update={"name": "prepared", "machines": alone.model_copy(update={**size, **cpus}), "network": network}
    )


def maker(profile: Profile) -> Profile:
    """Return the profile of the machine that a box is made from: beside the cluster's own machines."""
    plan = Plan(profile)
    digest = hashlib.sha256(json.dumps(recipe(profile)).encode()).hexdigest()[:12]
    alone = _nameless(profile)
    network = alone.network.model_copy(
        update={"first_address": _free_address(plan), "options": profile.network.options}
    )
    return alone.model_copy(update={"name": f"box-{digest}", "network": network})


def _free_address(plan: Plan) -> IPv4Address:
    first, last = plan.machines[0].address, plan.machines[-1].address
    after = last + 1
    # the network's own ends, and .1 and .254, which hosts and bridges take
    return after if int(after) % 256 < 2 ** (32 - NODE_MASK) - 2 else first - 1


async def make(profile: Profile, connector: Callable[[Cluster], Connect], sink: Sink, say: Say, stop: Stop) -> str:
    """Make the prepared box of a profile and return its name; one that is there already is left alone.

    A machine is started for it, prepared, cleaned of what makes it one, and packaged.
    Raises RunError when a step fails, BusyError while another kubetui makes the same box.
    """
    have = found(Plan(profile))
    if have:
        say(f"{have} is there already.")
        return have
    plan = Plan(maker(profile))
    cluster = Cluster(plan.profile.name, parent="boxes")
    with cluster.lock():
        provider = providers.make(plan, cluster.folder)
        packaging = Packaging(plan.provider.name, cluster.folder, say)
        if cluster.exists:
            await provider.destroy(say)
        cluster.create()
        await provider.prepare()
        write_private(cluster.profile, profilefile.dump(plan.profile))
        try:
            await _prepare(Run(plan, cluster, provider, steps(), connector(cluster)), sink, stop)
            await _halted(plan.machines[0], provider)
            base = base_box(Plan(profile))
            if base is None:
                raise RunError(f"Vagrant has no box {plan.box} any more.", id="PACKAGE")
            name = f"{OWNER}/{key(profile, base)}"
            say(f"packaging {name}")
            await packaging.keep(plan.profile.name, plan.machines[0].name, base, name, _info(profile, base))
        finally:
            await provider.destroy(say)
            shutil.rmtree(cluster.folder)
    return name


async def _prepare(run: Run, sink: Sink, stop: Stop) -> None:
    plan, cluster, provider = run.plan, run.cluster, run.provider
    finished = await Engine(run, sink, stop).execute()
    if stop.requested:
        raise StoppedError("No box was made.")
    if not finished.ok:
        raise RunError("No box was made: its machine could not be prepared.", id="PACKAGE")
    machine = plan.machines[0]
    node = await run.connect(machine, await provider.endpoint(machine), lambda _line: None)
    try:
        # without a key that Vagrant made, the box lets in one of its own, and stays as it is
        made = cluster.folder / ".vagrant" / "machines" / machine.name / plan.provider.name / "private_key"
        keys = vagrant_keys() if made.is_file() else ""
        result = await node.carry_out("unidentify", clean_up(plan.user, keys), lambda _line: None)
        if not result.ok:
            raise RunError(f"The machine could not be cleaned: {result.last}", id="PACKAGE")
        await node.run(Command("systemd-run --quiet --on-active=1 systemctl poweroff\n"))
    finally:
        await node.close()


async def _halted(machine: Machine, provider: Provider) -> None:
    end = time.monotonic() + OFF_SECONDS
    while (await provider.states())[machine.name] is not MachineState.STOPPED:
        if time.monotonic() > end:
            raise RunError(f"{machine.name} did not turn itself off within {OFF_SECONDS:.0f} s.", id="PACKAGE")
        await asyncio.sleep(0.5)


def vagrant_keys() -> str:
    """Return Vagrant's well-known public keys, which it replaces at a machine's first start, one a line.

    It looks for the whole line, with the comment that its own files have.
    """
    # slow to import, and needed here alone
    import asyncssh  # noqa: PLC0415

    from kubetui import insecure  # noqa: PLC0415

    lines = []
    for file in insecure.key_files(vagrant_home()):
        key = asyncssh.read_private_key(str(file))
        key.set_comment("vagrant insecure public key")
        lines.append(key.export_public_key().decode())
    return "".join(lines)


def _info(profile: Profile, base: StoredBox) -> dict[str, Any]:
    plan = Plan(profile)
    return {
        "description": "A node before it joins a cluster, kept by kubetui.",
        "format": FORMAT,
        "provider": plan.provider.name,
        "base": base.name,
        "identity": base.identity,
        "kubernetes": profile.kubernetes.version,
        "network": profile.network.pod_network,
        "made": time.time(),
    }


def listing() -> tuple[Box, ...]:
    """Return every prepared box that Vagrant has, by key."""
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
        return None  # a box of that name that kubetui did not make


async def remove(key: str, say: Say) -> None:
    """Remove a prepared box. Raises UsageError with the keys that there are where it is none of them."""
    box = next((box for box in listing() if box.key == key), None)
    if box is None:
        keys = ", ".join(box.key for box in listing()) or "there are none"
        raise UsageError(f"There is no prepared box {key}.", fix=f"Boxes: {keys}.")
    await Packaging(box.provider, vagrant_home(), say).remove(f"{OWNER}/{key}")
