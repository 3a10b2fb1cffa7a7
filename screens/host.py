"""What the wizard asks of this host, in one place, so that tests and pictures can answer instead."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from kubetui.base.check import Check
from kubetui.base.system import memory
from kubetui.host.addresses import Route, host_problems, host_routes
from kubetui.profile.plan import Plan
from kubetui.profile.rules.ranges import Problem
from kubetui.profile.schema.kinds import PROVIDERS
from kubetui.profile.schema.profile import Profile

GIB = 1024**3


@dataclass(frozen=True, slots=True)
class HostFacts:
    """Memory in MiB, disk in GiB; None when the system does not say."""

    memory: int
    memory_free: int
    cpus: int | None
    disk_free: int | None


class Host:
    """This host. Nothing here changes it."""

    def facts(self) -> HostFacts:
        """Return what it has now; a few microseconds."""
        total, available = memory()
        try:
            disk = shutil.disk_usage(Path.home()).free // GIB
        except OSError:
            disk = None
        return HostFacts(total, available, os.cpu_count(), disk)

    def routes(self) -> tuple[Route, ...]:
        """Return the networks that it reaches."""
        return host_routes()

    def problems(self, profile: Profile) -> tuple[Problem, ...]:
        """Return what it has against a profile's addresses."""
        return host_problems(profile)

    async def checks(self, plan: Plan | None) -> tuple[Check, ...]:
        """Return every check, for a plan or in general; takes about a second."""
        from kubetui.host.doctor import examine  # noqa: PLC0415 - after the first frame

        return await examine(plan)

    def builds(self) -> bool:
        """Tell whether it can make machines at all: Vagrant is there, and what one of its providers needs."""
        programs = (kind.program for kind in PROVIDERS.values() if kind.program)
        return shutil.which("vagrant") is not None and any(map(shutil.which, programs))

    def first_choice(self) -> Profile:
        """Return what a new cluster begins as: a rehearsal where this host can make no machines."""
        return Profile() if self.builds() else Profile(name="rehearsal", provider="rehearsal")

    def now(self) -> float:
        """Return the time."""
        return time.time()
