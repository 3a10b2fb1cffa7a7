"""The rehearsal provider: SSH servers in this process that replay a recording of real machines."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from kubetui.base.check import Check
from kubetui.base.errors import ForeignError
from kubetui.base.files import private_folder
from kubetui.base.text import LineSink
from kubetui.cluster.folder import made_by_vagrant
from kubetui.engine.provider import MachineState
from kubetui.machines.rehearsal.apiserver import HOST
from kubetui.machines.rehearsal.memory import Memory
from kubetui.machines.rehearsal.options import Options
from kubetui.machines.rehearsal.stage import Stage, leave, stage_of
from kubetui.profile.plan import Machine, Plan
from kubetui.remote.endpoint import Endpoint
from kubetui.steps.cluster.labels import LABEL_NODES

FOLDER: Final = "rehearsal"
_BOOT_SECONDS: Final = 8.0
NEEDS_NOTHING: Final = Check("Rehearsal", "ok", "needs nothing of this host: it creates no machines")


class RehearsalProvider:
    """Plays the machines of `plan`. Their memory stays in `folder`, so that a later run skips completed steps."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self._plan = plan
        self._cluster = folder
        self._folder = folder / FOLDER

    async def prepare(self) -> None:
        """Create the folder, and have the cluster's stage play this plan.

        Raises ForeignError when the cluster has real machines, ProfileError or UsageError for invalid options.
        """
        if made_by_vagrant(self._cluster):
            raise ForeignError(
                f"The cluster {self._plan.profile.name} has real machines, and a rehearsal has none.",
                fix="Rehearse under another name.",
                id="PROVIDER-CHANGED",
            )
        Options.of(self._plan)
        private_folder(self._folder)
        self._stage().play(self._plan)

    async def states(self, _log: LineSink | None = None, /) -> Mapping[str, MachineState]:
        """Return RUNNING for every machine that was ever started: it answers whenever kubetui runs."""
        return {
            machine.name: MachineState.RUNNING if self._memory(machine).exists else MachineState.ABSENT
            for machine in self._plan.machines
        }

    async def start(self, machine: Machine, log: LineSink, /) -> None:
        """Start playing a machine."""
        stage = self._stage()
        log("this is a rehearsal: it creates no machines and changes nothing on this host")
        log(f"replaying a recording of {stage.about}, {stage.options.speed:g} times as fast")
        if machine.first and (older := stage.older()):
            log(f"the recording is older than these steps of kubetui: {', '.join(older)}")
        if machine.first and LABEL_NODES.wanted(self._plan):
            log("no recorded cluster has labels or taints: what is said about them is made up, in kubectl's words")
        await asyncio.sleep(_BOOT_SECONDS / stage.options.speed)
        await stage.port(machine)
        self._memory(machine).save()

    async def endpoint(self, machine: Machine) -> Endpoint:
        """Return how SSH reaches a machine's server, which is started if needed."""
        stage = self._stage()
        port = await stage.port(machine)
        return Endpoint(HOST, port, self._plan.user, (stage.user_key,))

    async def fresh_endpoint(self, machine: Machine) -> Endpoint:
        """Return how SSH reaches a machine's server now."""
        return await self.endpoint(machine)

    async def destroy(self, log: LineSink, names: Collection[str] | None = None) -> None:
        """Forget these machines, or all of them."""
        # machines that stay get a new stage, and still remember their completed steps
        await leave(self._folder)
        if names is not None:
            for machine in self._plan.machines:
                if machine.name in names:
                    self._memory(machine).path.unlink(missing_ok=True)
            return
        if self._folder.exists():
            shutil.rmtree(self._folder)
        log("the rehearsal is over; there are no machines to remove")

    def _stage(self) -> Stage:
        return stage_of(self._plan, self._folder)

    def _memory(self, machine: Machine) -> Memory:
        return Memory.of(self._folder / "machines" / f"{machine.name}.json")
