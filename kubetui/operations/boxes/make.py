"""Makes a prepared box: starts a machine, prepares it, removes its identity, and packages it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import time
from collections.abc import Callable
from ipaddress import IPv4Address
from typing import Any, Final

from kubetui.base.errors import RunError, StoppedError
from kubetui.base.files import write_private
from kubetui.base.text import nowhere
from kubetui.cluster.folder import Cluster
from kubetui.engine.engine import Engine
from kubetui.engine.events import Sink
from kubetui.engine.provider import MachineState, Provider
from kubetui.engine.step import Connect, Run
from kubetui.engine.stop import Stop
from kubetui.machines.make import make as provider_of
from kubetui.machines.vagrant import insecure
from kubetui.machines.vagrant.catalogue.known import OWNER
from kubetui.machines.vagrant.packaging import Packaging, StoredBox
from kubetui.machines.vagrant.project import VagrantProject, vagrant_home
from kubetui.operations.boxes.anonymise import clean_up
from kubetui.operations.boxes.choice import refuse_none, settled
from kubetui.operations.boxes.store import FORMAT, Say, base_box, found, key, nameless, recipe, steps
from kubetui.profile import credentials, manifests
from kubetui.profile.files import file as profilefile
from kubetui.profile.machine import Machine
from kubetui.profile.plan import NODE_MASK, Plan
from kubetui.profile.schema.profile import Profile
from kubetui.remote.command import Command

OFF_SECONDS: Final = 90.0
"""Seconds that a machine may take to turn itself off."""


def maker(profile: Profile) -> Profile:
    """Return the profile of the temporary machine, at an address beside the cluster's own machines."""
    plan = Plan(profile)
    digest = hashlib.sha256(json.dumps(recipe(profile)).encode()).hexdigest()[:12]
    alone = nameless(profile)
    network = alone.network.model_copy(
        update={"first_address": _free_address(plan), "options": profile.network.options}
    )
    return alone.model_copy(update={"name": f"box-{digest}", "network": network})


def _free_address(plan: Plan) -> IPv4Address:
    first, last = plan.machines[0].address, plan.machines[-1].address
    after = last + 1
    # not the network's ends, nor .1 and .254, which hosts and bridges use
    return after if int(after) % 256 < 2 ** (32 - NODE_MASK) - 2 else first - 1


async def make(profile: Profile, connector: Callable[[Cluster], Connect], sink: Sink, say: Say, stop: Stop) -> str:
    """Make the prepared box of a profile, unless it exists, and return its name.

    Raises StoppedError when it is stopped, RunError when a step fails, ProfileError when a password is unknown or a
    manifest cannot be had, BusyError while another kubetui makes the same box.
    """
    wanted = await settled(Plan(profile))
    refuse_none(wanted)
    # some images are known only from the pod network's manifest
    await manifests.fetch(wanted)
    have = found(wanted)
    if have:
        say(f"{have} already exists.")
        return have
    plan = Plan(maker(profile), logins=credentials.of_run(profile), chosen=wanted.chosen)
    cluster = Cluster(plan.profile.name, parent="boxes")
    with stop.cancels_this(), cluster.lock():
        provider = provider_of(plan, cluster.folder)
        packaging = Packaging(plan.provider.name, cluster.folder, say)
        if cluster.exists:
            await provider.destroy(say)
        cluster.create()
        await provider.prepare()
        write_private(cluster.profile, profilefile.dump(plan.profile))
        try:
            await _prepare(Run(plan, cluster, provider, steps(), connector(cluster)), sink, stop)
            await _halted(plan.machines[0], provider)
            base = base_box(wanted)
            if base is None:
                raise RunError(f"Vagrant has no box {plan.box} any more.", id="PACKAGE")
            name = f"{OWNER}/{key(profile, base)}"
            say(f"packaging {name}")
            await packaging.keep(plan.profile.name, plan.machines[0].name, base, name, info(profile, base))
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
    node = await run.connect(machine, await provider.endpoint(machine), nowhere)
    try:
        # without a key from Vagrant, the base box brings its own key, which stays
        made = VagrantProject(cluster.folder).key(machine.name, plan.provider.name)
        keys = insecure.public_keys(vagrant_home()) if made.is_file() else ""
        result = await node.carry_out("unidentify", clean_up(plan, machine, keys), nowhere)
        if not result.ok:
            raise RunError(f"The machine's identity could not be removed: {result.last}", id="PACKAGE")
        await node.run(Command("systemd-run --quiet --on-active=1 systemctl poweroff\n"))
    finally:
        await node.close()


async def _halted(machine: Machine, provider: Provider) -> None:
    end = time.monotonic() + OFF_SECONDS
    while (await provider.states())[machine.name] is not MachineState.STOPPED:
        if time.monotonic() > end:
            raise RunError(f"{machine.name} did not turn itself off within {OFF_SECONDS:.0f} s.", id="PACKAGE")
        await asyncio.sleep(0.5)


def info(profile: Profile, base: StoredBox) -> dict[str, Any]:
    """Return a box's metadata, which `vagrant box list --box-info` shows."""
    plan = Plan(profile)
    return {
        "description": "A node before it joins a cluster, prepared by kubetui.",
        "format": FORMAT,
        "provider": plan.provider.name,
        "base": base.name,
        "identity": base.identity,
        "kubernetes": profile.kubernetes.version,
        "network": profile.network.pod_network,
        "made": time.time(),
    }
