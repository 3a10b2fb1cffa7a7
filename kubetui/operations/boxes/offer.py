"""The offer to build a box where none can be had, and the one place that calls what builds it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Protocol

from kubetui.base.errors import HostError, KubetuiError, RunError
from kubetui.base.text import LineSink
from kubetui.engine.stop import Stop
from kubetui.machines.vagrant.catalogue import known
from kubetui.machines.vagrant.catalogue.check import Need, is_missing, judged, needs, obtainable
from kubetui.operations.boxes.choice import use
from kubetui.operations.boxes.cloud import build as builder
from kubetui.operations.boxes.cloud.download import Progress
from kubetui.profile import authorities
from kubetui.profile.plan import Plan


class Builder(Protocol):
    """Builds boxes from the cloud images of distributions."""

    async def download(self, system: str) -> int | None:
        """Return how many bytes a build of a system fetches, 0 where its image is on this host already.

        None where its server does not say. Raises nothing.
        """

    async def build(self, system: str, provider: str, say: LineSink, progress: Progress | None = None) -> str:
        """Build a box, add it to Vagrant's store and return its name; cut short, a later call goes on.

        Without a `progress`, `say` gets a line for each tenth of the download.
        """


class CloudBuilder:
    """Builds boxes as `kubetui boxes build` does."""

    async def download(self, system: str) -> int | None:
        """Ask the distribution's server, unless the image is here."""
        try:
            return await builder.download_size(builder.system_of(system))
        except KubetuiError:
            return None  # the build itself says what is wrong, once somebody wants it

    async def build(self, system: str, provider: str, say: LineSink, progress: Progress | None = None) -> str:
        """Build, and show how far the download is."""
        return await builder.build(builder.system_of(system), provider, say, progress or _spoken(say))


def _spoken(say: LineSink) -> Progress:
    """Return a progress that says a line for each tenth of a download, from the event loop's own thread."""
    loop, last = asyncio.get_running_loop(), 0

    def progress(done: int, whole: int | None) -> None:
        nonlocal last
        tenth = done * 10 // whole if whole else 0
        if whole and tenth > last:
            last = tenth
            loop.call_soon_threadsafe(say, f"{done / 1e6:.0f} of {whole / 1e6:.0f} MB are here")

    return progress


BUILDER: Builder = CloudBuilder()
"""What builds boxes."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A box that kubetui could build for a plan. `reason` says why; `download` is in bytes, None where unknown."""

    plan: Plan
    system: str
    command: str
    reason: str
    download: int | None = None

    @property
    def question(self) -> str:
        """The question whether to build it, with what that costs."""
        return f"Build a box with {self.system} for {self.plan.provider.title} now ({self.cost})?"

    @property
    def cost(self) -> str:
        """How much a build downloads."""
        if self.download is None:
            return "how much it downloads is unknown: its server does not say"
        if self.download == 0:
            return "nothing to download: the image is here"
        return f"a download of {max(self.download / 1e6, 1):.0f} MB"

    def refusal(self) -> HostError:
        """Return the error where nobody can agree to it."""
        return HostError(
            self.reason,
            fix=f"Build a box first ({self.cost}): {self.command}\n  "
            "Or name one in machines.box: OWNER/NAME, or the URL or path of a .box file.",
            id="BOX-NONE",
        )


def unnamed(plan: Plan) -> Need | None:
    """Return the missing box that kubetui has to choose; None where the profile names one, or it is on this host."""
    return next((need for need in needs(plan) if not need.named and is_missing(need)), None)


async def offer(plan: Plan) -> Offer | None:
    """Return what to build for a plan whose profile names no box; None where there is one, or the catalogue has it."""
    system, command, need = known.offered(plan), known.build_command(plan), unnamed(plan)
    if system is None or command is None or need is None:
        return None
    with authorities.trusted(plan.profile):
        answer = await obtainable(need)
        if answer.found:
            return None
        download = await BUILDER.download(system)
    return Offer(plan, system, command, judged(need, answer).message, download)


async def accept(offered: Offer, say: LineSink, stop: Stop, progress: Progress | None = None) -> Plan:
    """Build the offered box as `Builder.build` does, and return the plan that uses it.

    Raises StoppedError when it is stopped at once, HostError or RunError when it cannot be built.
    """
    with stop.cancels_this(), authorities.trusted(offered.plan.profile):
        name = await BUILDER.build(offered.system, offered.plan.provider.name, say, progress)
    plan = use(offered.plan, name)
    if unnamed(plan):
        raise RunError(f"The box {name} was built, and Vagrant does not have it.", fix=offered.command, id="BOX-NONE")
    return plan
