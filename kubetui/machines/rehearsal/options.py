"""The options of a rehearsal: its speed and its fault. They belong to one run; the cluster does not keep them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from kubetui.base.errors import ProfileError
from kubetui.machines.rehearsal.faults import Fault, named
from kubetui.profile.machine import machine_names
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import OneMachine, Profile

NAME: Final = "rehearsal"
WATCHED: Final = 5.0
"""Speed while someone watches, as a multiple of the recorded one: the tutorial's cluster takes half a minute."""
HEADLESS: Final = 30.0
SLOWEST: Final = 0.1
FASTEST: Final = 1000
_SUFFIX: Final = "-rehearsal"
_NAME_SIZE: Final = 40


@dataclass(frozen=True, slots=True)
class Options:
    """The values of a profile's `machines.options.rehearsal`."""

    speed: float
    fault: Fault | None

    @classmethod
    def of(cls, plan: Plan) -> Options:
        """Read a plan's options. Raises ProfileError for an unknown option, UsageError for an unknown fault."""
        given = dict(plan.profile.machines.options.get(NAME, {}))
        speed = given.pop("speed", WATCHED)
        fault = given.pop("fault", "")
        if given:
            raise ProfileError(f"machines.options.{NAME} only has speed and fault, not {next(iter(given))}.")
        if isinstance(speed, bool) or not isinstance(speed, int | float) or not SLOWEST <= speed <= FASTEST:
            raise ProfileError(
                f"machines.options.{NAME}.speed is {str(speed)[:20]}; it must be a number from 0.1 to 1000."
            )
        return cls(float(speed), named(str(fault), plan))


def rehearsed(profile: Profile) -> Profile:
    """Return a profile with rehearsed machines and another cluster name, so that it touches no real cluster."""
    if profile.provider == NAME:
        return profile
    name = profile.name[: _NAME_SIZE - len(_SUFFIX)] + _SUFFIX
    made = profile.model_copy(update={"provider": NAME, "name": name})
    if not profile.hosts:
        return made
    # rehearsed machines replace existing ones, one for one
    first = sum(host.role == "control plane" for host in profile.hosts)
    counts = {"control_planes": first, "workers": len(profile.hosts) - first}
    machines = profile.machines.model_copy(update=counts)
    made = made.model_copy(update={"hosts": (), "machines": machines})
    hosts = (machine.host for machine in Plan(profile).machines)
    own = {
        name: OneMachine(labels=host.labels, taints=host.taints)
        for (name, _), host in zip(machine_names(made), hosts, strict=True)
        if host and (host.labels or host.taints)
    }
    return made.model_copy(update={"machines": machines.model_copy(update={"by_name": own})})


def with_options(profile: Profile, *, speed: float | None = None, fault: str | None = None) -> Profile:
    """Return a profile with these options; its own options win, and None leaves one out."""
    given = {name: value for name, value in (("speed", speed), ("fault", fault)) if value is not None}
    return _with(profile, {**given, **profile.machines.options.get(NAME, {})})


def lasting(profile: Profile) -> Profile:
    """Return the profile that a cluster keeps: without a run's rehearsal options."""
    return _with(profile, {}) if profile.provider == NAME else profile


def _with(profile: Profile, options: dict[str, Any]) -> Profile:
    others = {name: each for name, each in profile.machines.options.items() if name != NAME}
    machines = profile.machines.model_copy(update={"options": {**others, NAME: options} if options else others})
    return profile.model_copy(update={"machines": machines})
