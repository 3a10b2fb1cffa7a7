"""Profiles in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from kubetui.base.errors import KubetuiError
from kubetui.base.text import counted
from kubetui.profile import authorities
from kubetui.profile.machine import Role
from kubetui.profile.plan import Plan
from kubetui.profile.schema.kinds import PROVIDERS
from kubetui.profile.schema.profile import Profile
from kubetui.software import addons, networks, runtimes
from kubetui.software.upstream.source import Source


def memory(mib: int) -> str:
    """Return an amount of memory as short as it is exact.

    >>> memory(2048), memory(1700)
    ('2 GiB', '1700 MiB')
    """
    return f"{mib // 1024} GiB" if mib % 1024 == 0 else f"{mib} MiB"


def in_words(profile: Profile) -> str:
    """Describe a profile's cluster in two or three sentences."""
    plan = Plan(profile)
    machines = plan.machines
    first, last = machines[0].address, machines[-1].address
    span = f"{first}" if first == last else f"{first} to .{int(last) & 0xFF}"
    if not plan.provider.makes_machines:
        others = f" and {len(machines) - 3} more" if len(machines) > 3 else ""  # noqa: PLR2004 - three fit a line
        span = ", ".join(str(machine.address) for machine in machines[:3]) + others
    network = profile.network
    sentences = (
        _made(plan),
        f"Addresses {span}, pods {network.pod_cidr}, services {network.service_cidr}.",
        f"Kubernetes {plan.version} on {plan.runtime.title}, pod network {network.pod_network}.",
        played(plan),
    )
    return " ".join(filter(None, sentences))


def _made(plan: Plan) -> str:
    """Return the sentence about the machines: how many, made by what, of which box, and with how much memory."""
    if plan.provider.rehearsal:
        return f"A rehearsal of {who(plan)}."
    if not plan.provider.makes_machines:
        return f"On {plan.provider.title}: {who(plan)}."
    box = f", box {plan.box}" if plan.box else ""
    return f"With {plan.provider.title}: {who(plan)}{box}, {_memory(plan)}."


def _memory(plan: Plan) -> str:
    total = memory(plan.memory_of(plan.machines))
    if not plan.provider.isolates:
        return f"about {total} of memory in all, as containers share this host's"
    sizes = {machine.memory for machine in plan.machines}
    if len(plan.machines) == 1:
        return f"{total} of memory"
    return f"{memory(sizes.pop())} of memory each, {total} in all" if len(sizes) == 1 else f"{total} of memory in all"


def played(plan: Plan) -> str:
    """Return sentences for a rehearsal that plays something else than the profile names; empty otherwise."""
    chosen = plan.profile.kubernetes
    sentences = []
    if plan.version != chosen.version and not plan.version.startswith(f"{chosen.version}."):
        said = f"A rehearsal plays the recorded Kubernetes {plan.version}; {chosen.version} is for real machines."
        sentences.append(said)
    other = runtimes.CATALOGUE[chosen.runtime]
    if other is not plan.runtime:
        sentences.append(f"A rehearsal plays {plan.runtime.title}; {other.title} is for real machines.")
    network = networks.CATALOGUE[plan.profile.network.pod_network]
    if network is not plan.pod_network:
        sentences.append(f"A rehearsal plays {plan.pod_network.spelled}; {network.spelled} is for real machines.")
    return " ".join(sentences)


def renaming(plan: Plan) -> str:
    """Return a sentence about images that are named at a mirror; empty where the runtime itself asks the mirrors."""
    moved = [name for name, place in plan.renamed.items() if name != place]
    if not moved:
        return ""
    own = " Your own pod network's manifest stays as it is." if plan.pod_network.own else ""
    return (
        f"{plan.runtime.title} asks mirrors of {plan.runtime.mirrors_only} alone: where kubetui names images of "
        f"{' and '.join(moved)}, it names them at their mirrors.{own}"
    )


def trusted(plan: Plan) -> tuple[str, ...]:
    """Return whom machines and kubetui trust besides the system's authorities, or why nobody can tell."""
    if plan.profile.mirrors.ca is None:
        return ()
    if plan.provider.rehearsal:
        return ("A rehearsal's machines fetch nothing: mirrors.ca is for real ones, and for kubetui's own downloads.",)
    try:
        named = authorities.read(plan.profile)
    except KubetuiError as error:
        return (error.message,)
    return tuple(f"Machines and kubetui trust {each.told}." for each in named)


def fetched(plan: Plan) -> tuple[str, ...]:
    """Return what there is to know of a pod network that kubetui does not make itself: source, changes, needs."""
    chosen, network = plan.pod_network, plan.cluster_network
    if not chosen.installed:
        return ("No pod network is installed: nodes stay NotReady until you install one.",)
    source = chosen.source(network)
    if source is None:
        return ()
    unknown = "" if chosen.images(network) else " Which images it has is known once it was fetched."
    return (
        _origin(chosen.spelled, source),
        f"Changed in it: {'; '.join(chosen.changes(network))}.{unknown}",
        f"{chosen.needs} Its pods take about {memory(chosen.memory)} on each node.".strip(),
    )


def added(plan: Plan) -> tuple[str, ...]:
    """Return where each add-on comes from, what is changed in it, and what it costs."""
    if plan.provider.rehearsal and plan.profile.addons:
        return ("A rehearsal has no add-ons: none were recorded.",)
    lines: list[str] = []
    for name, brief in plan.addons.items():
        addon = addons.CATALOGUE[name]
        takes = f" It takes about {memory(addon.memory)}." if addon.memory else ""
        changes = "; ".join(addon.changes(brief))
        if origin := addon.source(brief):
            lines += [_origin(addon.title, origin), f"Changed in it: {changes}.{takes}"]
        else:
            lines.append(f"{addon.title}: {changes}.{takes}")
        if brief.place and plan.runtime.mirror is None:
            lines.append(
                f"{plan.runtime.title} reads {brief.place} as it starts: on each machine its containers start anew."
            )
    return tuple(lines)


def access(plan: Plan) -> Iterator[str]:
    """Yield what each port of this host leads to, what each folder is in the machines, and who has extra disks."""
    folders, ports = plan.profile.machines.folders, [port for each in plan.machines for port in each.ports]
    if plan.provider.rehearsal:
        if folders or ports or any(machine.disks for machine in plan.machines):
            yield "A rehearsal has no ports, folders and extra disks: those are for real machines."
        return
    for machine in plan.machines:
        for port in machine.ports:
            beyond = "" if port.listen.is_loopback else ", and others who reach this host use it as well"
            yield f"{port.listen}:{port.host} of this host leads to {machine.name}:{port.to}{beyond}"
    for folder in folders:
        if plan.provider.shares_folders:
            way = "the same folder, which machines may change" if folder.writable else "the same folder, to read only"
        else:
            way = "a copy, brought up to date whenever a machine starts; nothing comes back"
        yield f"{folder.host} of this host is {folder.guest} on every machine: {way}"
    for machine in plan.machines:
        if machine.disks:
            sizes = " and ".join(memory(disk.size) for disk in machine.disks)
            disks = "an extra disk" if len(machine.disks) == 1 else f"{len(machine.disks)} extra disks"
            yield f"{machine.name} has {disks} of {sizes}, empty"


def _origin(title: str, source: Source) -> str:
    known = (
        f"its SHA-256 has to be {source.sha256}."
        if source.sha256
        else "kubetui knows no checksum of it, so the first text that this cluster gets is remembered."
    )
    return f"{title} comes from {source.url}; {known}"


def who(plan: Plan) -> str:
    """Return how many control planes and workers there are, as the start of a sentence."""
    roles = Counter(machine.role for machine in plan.machines)
    control, workers = roles[Role.CONTROL_PLANE], roles[Role.WORKER]
    runs = "runs" if control == 1 else "run"
    rest = f"and {counted(workers, 'worker')}" if workers else f"that also {runs} the pods"
    return f"{counted(control, 'control plane')} {rest}"


NOTE: Final = "rehearsal: nothing here is real"


def is_rehearsal(profile: Profile | None) -> bool:
    """Return whether there is a profile and it is a rehearsal."""
    return profile is not None and PROVIDERS[profile.provider].rehearsal


def note(profile: Profile) -> str:
    """Return the note for a rehearsal; empty for real machines."""
    return NOTE if is_rehearsal(profile) else ""
