"""Everything the wizard asks about this computer, in one place that tests and screenshots can replace."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kubetui.base.check import Check
from kubetui.base.system import memory
from kubetui.cluster.folder import Cluster
from kubetui.host.addresses import host_problems
from kubetui.profile.machine import machine_names
from kubetui.profile.plan import Plan
from kubetui.profile.rules.ranges import Problem
from kubetui.profile.schema.kinds import PROVIDERS, ProviderKind
from kubetui.profile.schema.profile import Profile
from kubetui.record.state import ClusterState

MIB, GIB = 1024**2, 1024**3


@dataclass(frozen=True, slots=True)
class HostFacts:
    """Memory in MiB and disk in GiB; None where the system does not report it."""

    memory: int
    memory_free: int
    cpus: int | None
    disk_free: int | None


class Host:
    """This computer. Every method only reads."""

    _providers: Mapping[str, tuple[Check, ...]] | None = None

    def facts(self) -> HostFacts:
        """Return its current memory, CPUs and free disk; takes a few microseconds."""
        total, available = memory()
        try:
            disk = shutil.disk_usage(Path.home()).free // GIB
        except OSError:
            disk = None
        return HostFacts(total, available, os.cpu_count(), disk)

    def problems(self, plan: Plan) -> tuple[Problem, ...]:
        """Return where the plan's addresses clash with this computer's networks."""
        return host_problems(plan)

    async def checks(self, plan: Plan | None) -> tuple[Check, ...]:
        """Return every check, for a plan or in general; takes about a second."""
        from kubetui.host.doctor import examine  # noqa: PLC0415 - after the first frame

        return await examine(plan)

    async def look(self, name: str) -> ClusterState:
        """Return what a cluster of this computer is, after asking it."""
        from kubetui.operations.state import look  # noqa: PLC0415 - after the first frame

        return await look(Cluster(name))

    async def providers(self) -> Mapping[str, tuple[Check, ...]]:
        """Return what each provider lacks or has here; takes about a second, the first time."""
        from kubetui.host.doctor import providers  # noqa: PLC0415 - after the first frame

        if self._providers is None:
            self._providers = await providers()
        return self._providers

    def makers(self, checks: Sequence[Check] = ()) -> tuple[ProviderKind, ...]:
        """Return the providers that can make machines here: Vagrant and their programs are on this computer.

        The results of `checks`, once there are some, also say whether Vagrant has their plugins.
        """
        from kubetui.machines.vagrant.checks import absent_programs  # noqa: PLC0415 - after the first frame

        if shutil.which("vagrant") is None:
            return ()
        lacking = {check.name for check in checks if check.status != "ok"}
        makers = (kind for kind in PROVIDERS.values() if kind.starts_from_box and not absent_programs(kind))
        return tuple(kind for kind in makers if kind.plugin not in lacking)

    def lacks_box(self, plan: Plan) -> bool:
        """Return whether this computer cannot make a plan's machines until a box is named for them."""
        from kubetui.machines.vagrant.catalogue.known import has_one  # noqa: PLC0415 - after the first frame
        from kubetui.machines.vagrant.project import vagrant_home  # noqa: PLC0415

        profile = plan.profile
        own = {name for name, one in profile.machines.by_name.items() if one.box is not None}
        named = profile.machines.box is not None or all(name in own for name, _ in machine_names(profile))
        return plan.provider.starts_from_box and not named and not has_one(plan, vagrant_home())

    def first_choice(self, checks: Sequence[Check] = ()) -> Profile:
        """Return the profile of a new cluster: of a provider that works here, or else a rehearsal."""
        makers = self.makers(checks)
        return Profile(provider=makers[0].name) if makers else Profile(name="rehearsal", provider="rehearsal")

    def now(self) -> float:
        """Return the time."""
        return time.time()
