"""The rehearsal provider: SSH servers in this process that replay a recording of real machines."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from kubetui.base.check import Check
from kubetui.base.errors import ForeignError, RunError
from kubetui.base.files import private_folder
from kubetui.base.text import LineSink
from kubetui.cluster.folder import made_by_vagrant
from kubetui.cluster.tables import NODES
from kubetui.engine.provider import MachineState
from kubetui.machines.rehearsal.answers import Answers
from kubetui.machines.rehearsal.apiserver import HOST
from kubetui.machines.rehearsal.machine import LOST
from kubetui.machines.rehearsal.memory import Memory
from kubetui.machines.rehearsal.options import Options
from kubetui.machines.rehearsal.recording.asked import digest
from kubetui.machines.rehearsal.recording.recording import Kind, shipped
from kubetui.machines.rehearsal.stage import Stage, leave, stage_of
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.remote.endpoint import Endpoint
from kubetui.steps.cluster.labels import LABEL_NODES

FOLDER: Final = "rehearsal"
_BOOT_SECONDS: Final = 8.0
_HALT_SECONDS: Final = 4.0
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
        """Return RUNNING for every machine that was started and not halted: it answers whenever kubetui runs."""
        return {machine.name: self._state(machine) for machine in self._plan.everyone}

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
        if self._memory(machine).halted:
            self._memory(machine).power(on=True)
        await stage.port(machine)
        self._memory(machine).save()

    async def halt(self, machine: Machine, log: LineSink, /) -> None:
        """Stop playing a machine; it keeps its memory."""
        stage = self._stage()
        log("this is a rehearsal: no machine is shut down")
        await asyncio.sleep(_HALT_SECONDS / stage.options.speed)
        await stage.halt(machine)

    async def endpoint(self, machine: Machine) -> Endpoint:
        """Return how SSH reaches a machine's server, which is started if needed. Raises RunError for a halted one."""
        if self._memory(machine).halted:
            raise _halted(machine)
        stage = self._stage()
        port = await stage.port(machine)
        return Endpoint(HOST, port, self._plan.user, (stage.user_key,))

    async def fresh_endpoint(self, machine: Machine) -> Endpoint:
        """Return how SSH reaches a machine's server now."""
        return await self.endpoint(machine)

    @property
    def snapshots(self) -> None:
        """Nothing saves them: a rehearsal has no machines."""

    async def destroy(self, log: LineSink, names: Collection[str] | None = None) -> None:
        """Forget these machines, or all of them."""
        if names is not None:
            for machine in (each for each in self._plan.everyone if each.name in names):
                await self._stage().halt(machine)
                self._memory(machine).path.unlink(missing_ok=True)
            return
        await leave(self._folder)
        if self._folder.exists():
            shutil.rmtree(self._folder)
        log("the rehearsal is over; there are no machines to remove")

    def _stage(self) -> Stage:
        return stage_of(self._plan, self._folder)

    def _state(self, machine: Machine) -> MachineState:
        memory = self._memory(machine)
        if not memory.exists:
            return MachineState.ABSENT
        return MachineState.STOPPED if memory.halted else MachineState.RUNNING

    def _memory(self, machine: Machine) -> Memory:
        return Memory.in_folder(self._folder, machine.name)


def nodes(plan: Plan, folder: Path) -> str:
    """Return what `kubectl get nodes -o wide` prints on a rehearsed cluster, without opening its machines.

    Raises RunError while its control plane is halted.
    """
    first = plan.control_plane
    if Memory.in_folder(folder / FOLDER, first.name).halted:
        raise _halted(first)
    recording = shipped(plan)
    recorded = recording.find(digest(NODES), Kind.READ, first.role) or LOST
    return Answers(recording, lambda machine: Memory.in_folder(folder / FOLDER, machine.name)).nodes(plan, recorded)


def _halted(machine: Machine) -> RunError:
    return RunError(f"{machine.name} is rehearsed, and halted: it does not answer.", id="REHEARSAL")
