"""What can be begun, and what this host has for it: the start screen's first rows and its title line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from textual.content import Content

from kubetui.base.check import Check, blocking
from kubetui.base.text import counted
from kubetui.profile.plan import Plan
from kubetui.profile.schema.fields import NEWEST_MINOR
from kubetui.profile.schema.kinds import ProviderKind
from kubetui.profile.schema.profile import Profile
from kubetui.profile.words import in_words, memory
from screens.host import HostFacts
from screens.widgets.chrome import marked
from screens.widgets.symbols import signs

REHEARSE, BUILD, CHOOSE, HOSTS, FIX = "begin rehearse", "begin build", "begin choose", "begin hosts", "begin fix"
REHEARSAL_SECONDS: Final = 20
"""What a rehearsal takes, after docs/speed.md; a test compares it with the recording."""
_GIB = 1024


@dataclass(frozen=True, slots=True)
class Offer:
    """What this host can do: its providers, the checks' results once there are some, and the usual time of a build."""

    makers: tuple[ProviderKind, ...] = ()
    checks: tuple[Check, ...] | None = None
    seconds: float | None = None
    boxless: bool = False
    """Whether the first provider has no box until a person names one."""

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that forbid a run."""
        return blocking(self.checks or ())


def short(kind: ProviderKind) -> str:
    """Return a provider's name in one word."""
    return kind.title.split()[0]


def rows(offer: Offer, profile: Profile, width: int, *, brief: bool) -> list[tuple[str, Content]]:
    """Return what can be begun, `width` columns wide; `brief` leaves out the second lines."""
    found = [
        (REHEARSE, _line("Rehearse", f"about {REHEARSAL_SECONDS} seconds", "the real steps, played back", width)),
        (BUILD, _build(offer, profile, width)),
        (CHOOSE, _line("Choose everything", "", "", width)),
        (HOSTS, _line("Use my own hosts", "", "", width)),
        (FIX, _line("Fix this host" if offer.failed else "Check this host", _things(offer), "", width)),
    ]
    return [(id_, row.split("\n")[0] if brief else row) for id_, row in found]


def _build(offer: Offer, profile: Profile, width: int) -> Content:
    title = "Build three nodes"
    if not offer.makers:
        return _line(title, "no provider", "Enter shows what is missing", width)
    maker = short(offer.makers[0])
    if offer.boxless:
        return _line(title, "needs a box", f"{maker}, with a box of your own", width)
    return _line(title, _minutes(offer.seconds), f"{maker}, {memory(_memory(profile))}, good defaults", width)


def about(chosen: str, offer: Offer, profile: Profile) -> Content:
    """Describe what a row begins."""
    match chosen:
        case "begin rehearse":
            text = "The real steps, played from a recording. Makes no machines and writes only its own folder."
        case "begin build" if offer.makers and offer.boxless:
            text = f"{offer.makers[0].title} have no default box. The page of machines opens at Box: write yours there."
        case "begin build" if offer.makers:
            text = f"{in_words(profile)} You see every command before it starts."
        case "begin build" | "begin fix":
            lines = [Content(f"{check.message} {check.fix}") for check in offer.failed]
            return Content("\n").join(lines) if lines else Content("Every check of this host, and what to do about it.")
        case "begin choose":
            text = "Machines, network and Kubernetes, one page each; every question has a good answer already."
        case _:
            text = "Machines that run already, reached over SSH. kubetui looks first and lists what it will change."
    return Content(text)


def header(offer: Offer, facts: HostFacts, width: int) -> Content:
    """Return what this host has, for the title line: as much of it as fits `width` columns."""
    if offer.checks is None:
        return marked("running", "looking at this host")
    names = [short(kind) for kind in offer.makers]
    if offer.failed:
        works = marked("failed", offer.failed[0].message.rstrip("."))
    elif names:
        works = _working(names, boxless=offer.boxless)
    else:
        works = marked("attention", "no provider of machines here")
    cpus = [counted(facts.cpus, "CPU")] if facts.cpus else []
    rest = (f"{facts.memory_free / _GIB:.1f} GiB of memory free", *cpus, f"Kubernetes 1.{NEWEST_MINOR}")
    parts, dot = [works, *map(Content, rest)], Content(f" {signs().dot} ")
    fitting = (dot.join(parts[:count]) for count in range(len(parts), 1, -1))
    return next((line for line in fitting if line.cell_length <= width), works)


def _working(names: Sequence[str], *, boxless: bool) -> Content:
    words = f"{' and '.join(names)} {'works' if len(names) == 1 else 'work'} here"
    return marked("attention", f"{words}, with a box of your own") if boxless else marked("done", words)


def _line(title: str, right: str, below: str, width: int) -> Content:
    gap = " " * max(2, width - len(title) - len(right))
    first = Content.assemble(title, (f"{gap}{right}" if right else "", "$text-muted"))
    return Content.assemble(first, "\n", (f"  {below}", "dim")) if below else first


def _minutes(seconds: float | None) -> str:
    return f"about {counted(max(1, round(seconds / 60)), 'minute')}" if seconds else ""


def _things(offer: Offer) -> str:
    if offer.failed:
        return counted(len(offer.failed), "thing")
    warned = [check for check in offer.checks or () if check.status == "warning"]
    return counted(len(warned), "warning") if warned else ""


def _memory(profile: Profile) -> int:
    plan = Plan(profile)
    return plan.memory_of(plan.machines)


def named(profile: Profile, taken: Sequence[str]) -> Profile:
    """Return the profile under a name that is not taken: its own, or else that with a number.

    >>> named(Profile(name="lab"), ["lab", "lab-2"]).name
    'lab-3'
    """
    names = (profile.name, *(f"{profile.name}-{number}" for number in range(2, len(taken) + 3)))
    return profile.model_copy(update={"name": next(name for name in names if name not in taken)})
