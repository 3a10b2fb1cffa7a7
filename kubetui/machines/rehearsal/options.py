"""How a rehearsal goes: its speed and its fault. They are a run's, not the cluster's: no cluster keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from kubetui.base.errors import ProfileError
from kubetui.machines.rehearsal.faults import Fault, named
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile

NAME: Final = "rehearsal"
WATCHED: Final = 5.0
"""How much faster than it was recorded, where someone watches: the tutorial's cluster in half a minute."""
HEADLESS: Final = 30.0
_SUFFIX: Final = "-rehearsal"
_NAME_SIZE: Final = 40


@dataclass(frozen=True, slots=True)
class Options:
    """What `machines.options.rehearsal` of a profile says."""

    speed: float
    fault: Fault | None

    @classmethod
    def of(cls, plan: Plan) -> Options:
        """Read a plan's. Raises ProfileError for what is none of them, UsageError for an unknown fault."""
        given = dict(plan.profile.machines.options.get(NAME, {}))
        speed = given.pop("speed", WATCHED)
        fault = given.pop("fault", "")
        if given:
            raise ProfileError(f"machines.options.{NAME} knows speed and fault alone, not {next(iter(given))}.")
        if isinstance(speed, bool) or not isinstance(speed, int | float) or not 0.1 <= speed <= 1000:  # noqa: PLR2004
            raise ProfileError(
                f"machines.options.{NAME}.speed is {str(speed)[:20]}: a number from 0.1 to 1000 is meant."
            )
        return cls(float(speed), named(str(fault), plan))


def rehearsed(profile: Profile) -> Profile:
    """Return a profile with rehearsed machines. Its cluster has a name of its own, so that no real one is touched."""
    if profile.provider == NAME:
        return profile
    name = profile.name[: _NAME_SIZE - len(_SUFFIX)] + _SUFFIX
    made = profile.model_copy(update={"provider": NAME, "name": name})
    if not profile.hosts:
        return made
    # existing machines are nobody's to play: as many others take their parts
    first = sum(host.role == "control plane" for host in profile.hosts)
    counts = {"control_planes": first, "workers": len(profile.hosts) - first}
    return made.model_copy(update={"hosts": (), "machines": profile.machines.model_copy(update=counts)})


def with_options(profile: Profile, **options: Any) -> Profile:
    """Return a profile with these options where it has none of its own; None leaves one out."""
    own = profile.machines.options.get(NAME, {})
    given = {name: value for name, value in options.items() if value is not None}
    return _with(profile, {**given, **own} if own else given)


def lasting(profile: Profile) -> Profile:
    """Return what a cluster keeps of a profile."""
    return _with(profile, {}) if profile.provider == NAME else profile


def _with(profile: Profile, options: dict[str, Any]) -> Profile:
    others = {name: each for name, each in profile.machines.options.items() if name != NAME}
    machines = profile.machines.model_copy(update={"options": {**others, NAME: options} if options else others})
    return profile.model_copy(update={"machines": machines})
