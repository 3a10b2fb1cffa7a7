"""`kubetui node add` and `kubetui node remove`: the cluster's own profile with more machines, or with fewer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

from kubetui.base.errors import UsageError
from kubetui.base.text import did_you_mean
from kubetui.cli.asking import confirmed
from kubetui.cli.audience import say
from kubetui.cli.clusters import run, settled
from kubetui.cli.options import UpOptions
from kubetui.cluster.folder import existing
from kubetui.operations import departure
from kubetui.profile import roster
from kubetui.profile.files import file as profilefile
from kubetui.profile.machine import Role
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import OneMachine, Profile


@dataclass(frozen=True, slots=True)
class Wanted:
    """The machines that a person wants more of: by their names, or so many of a role; `own` is what each has."""

    machines: tuple[str, ...] = ()
    count: int = 1
    role: Role = Role.WORKER
    own: OneMachine = field(default=OneMachine())


def add(name: str, options: UpOptions, wanted: Wanted) -> int:
    """Add machines to a cluster; see `cli.maintain.commands.add`."""
    built = profilefile.load_built(existing(name))
    _refuse_hosts(built, "add the machine under hosts in its profile, then run: kubetui up")
    if wanted.machines and wanted.count != 1:
        raise UsageError("--count and --machine say two different things.", fix="Use one of them.")
    if wanted.role is Role.CONTROL_PLANE and not Plan(built).common_endpoint:
        raise UsageError(
            f"{name} was built without network.control_plane_endpoint or the add-on vip, so its nodes know only one "
            "control plane.",
            fix="kubeadm cannot add it later: build another cluster with one of them.",
        )
    names = wanted.machines or tuple(islice(roster.free_names(built, wanted.role), wanted.count))
    own = {name: wanted.own for name in names if wanted.own != OneMachine()}
    try:
        larger = roster.grown(built, names, own)
    except ValueError as error:
        raise UsageError(f"{error}.", fix="Leave --machine out, and kubetui takes the next name.") from error
    plan = settled(_checked(larger), options)
    for machine in (each for each in plan.machines if each.name in names):
        say(f"  {machine.name}  {machine.role}, {machine.address}, {machine.memory} MiB, {machine.cpus} CPUs")
    confirmed(f"Add {', '.join(names)} to {name}?", yes=options.yes)
    return run(plan, name, options)


def remove(name: str, options: UpOptions, machines: Sequence[str]) -> int:
    """Take machines out of a cluster; see `cli.maintain.commands.remove`."""
    cluster = existing(name)
    built = profilefile.load_built(cluster)
    begun, there = departure.pending(cluster), [machine.name for machine in Plan(built).machines]
    for machine in machines:
        if machine not in (*there, *begun):
            raise UsageError(f"{name} has no machine {machine[:60]}.", fix=did_you_mean(machine, there))
    smaller = roster.shrunk(built, [machine for machine in machines if machine in there])
    if why := roster.needed(built, smaller):
        fix = f"Leave it out, add another worker first (kubetui node add {name}), or: kubetui destroy {name}"
        raise UsageError(why, fix=fix)
    return run(settled(_checked(smaller), options), name, options)


def _refuse_hosts(built: Profile, fix: str) -> None:
    if not Plan(built).provider.makes_machines:
        raise UsageError(f"The machines of {built.name} are yours, and kubetui makes no more of them.", fix=fix)


def _checked(profile: Profile) -> Profile:
    """Return a profile that its rules allow. Raises ProfileError that says what they do not."""
    return profilefile.parse(profilefile.dump(profile), profile.name)
