"""The provider for existing machines: inspects them over SSH before any change, and restores them at the end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from kubetui.base.errors import KubetuiError, RunError
from kubetui.base.text import LineSink, harmless, nowhere
from kubetui.engine.provider import MachineState
from kubetui.machines.hosts.access import ONCE, Access, Nobody, greet
from kubetui.machines.hosts.facts import LOOK, Facts, parse
from kubetui.machines.hosts.findings import Obstacle, judge, refusal
from kubetui.profile.machine import Machine, Role
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.remote.endpoint import Endpoint
from kubetui.remote.host_keys import HostKeys
from kubetui.remote.ssh import SshNode
from kubetui.steps.machine.footprint import reset


def _raise_all(results: Sequence[BaseException | None]) -> None:
    """Raise all known errors as one; the first unexpected error takes precedence and is raised unchanged."""
    failed = [error for error in results if isinstance(error, KubetuiError)]
    for error in results:
        if error is not None and not isinstance(error, KubetuiError):
            raise error
    if failed:
        raise RunError("\n".join(error.message for error in failed), fix=failed[0].fix, id=failed[0].id)


class HostsProvider:
    """Provides the existing machines that a profile lists; without `access`, it reaches them without asking anyone."""

    def __init__(self, plan: Plan, folder: Path, access: Access | None = None) -> None:
        self._plan = plan
        self._host_keys = HostKeys(folder / "host-keys", first_sight=False)
        self._access = access

    async def prepare(self) -> None:
        """Inspect every machine. Raises HostError or ForeignError that lists every problem on every machine."""
        await self._met()
        obstacles: list[Obstacle] = []
        looks = await asyncio.gather(*map(self._look, self._plan.machines), return_exceptions=True)
        facts: dict[str, Facts] = {}
        for machine, seen in zip(self._plan.machines, looks, strict=True):
            match seen:
                case Facts():
                    facts[machine.name] = seen
                case KubetuiError():
                    obstacles.append(Obstacle(machine.name, seen.message, seen.fix))
                case _:
                    raise seen
        obstacles += judge(self._plan, facts)
        if obstacles:
            raise refusal(obstacles)

    async def states(self, _log: LineSink | None = None, /) -> Mapping[str, MachineState]:
        """Return which machines let kubetui log in, as RUNNING; all others are UNKNOWN."""
        names = [machine.name for machine in self._plan.everyone]
        return dict(zip(names, await asyncio.gather(*map(self._state, self._plan.everyone)), strict=True))

    async def start(self, machine: Machine, _log: LineSink, /) -> None:
        """Refuse: only its owner can start an existing machine. Raises RunError."""
        raise RunError(
            f"{machine.name} does not answer at {machine.host.address if machine.host else machine.address}.",
            fix="kubetui does not start existing machines. Start it, then run the same command again.",
            id="HOST-DOWN",
        )

    async def halt(self, machine: Machine, _log: LineSink, /) -> None:
        """Refuse: only its owner can shut an existing machine down. Raises RunError."""
        raise RunError(
            f"{machine.name} is yours, and kubetui does not shut it down.",
            fix="Shut it down yourself: workers first, then the control planes.",
            id="HOST-POWER",
        )

    async def endpoint(self, machine: Machine) -> Endpoint:
        """Return how SSH reaches a machine."""
        return (self._access or Access()).endpoint(machine)

    async def fresh_endpoint(self, machine: Machine) -> Endpoint:
        """Return the same as `endpoint`: the profile alone determines how SSH reaches a machine."""
        return await self.endpoint(machine)

    @property
    def snapshots(self) -> None:
        """Nothing saves them: existing machines belong to somebody."""

    async def destroy(self, log: LineSink, names: Collection[str] | None = None) -> None:
        """Restore machines: workers concurrently, then control planes one by one, ending with the first.

        Leaves machines without this cluster's mark alone. Raises RunError when one cannot be restored.
        """
        await self._met()
        going = [each for each in self._plan.everyone if names is None or each.name in names]
        workers = [each for each in going if each.role is Role.WORKER]
        results = await asyncio.gather(*(self._reset(each, log) for each in workers), return_exceptions=True)
        _raise_all(results)
        for machine in reversed([each for each in going if each not in workers]):
            await self._reset(machine, log)

    async def _met(self) -> Access:
        if self._access is None:
            self._access = await greet(self._plan, self._host_keys.path, Nobody())
        self._access.pin(self._host_keys)
        return self._access

    def _node(self, machine: Machine, access: Access) -> SshNode:
        return SshNode(machine.name, access.endpoint(machine), self._host_keys, ONCE)

    async def _state(self, machine: Machine) -> MachineState:
        node = self._node(machine, self._access or Access())
        try:
            await node.connect(nowhere)
        except KubetuiError:
            return MachineState.UNKNOWN
        else:
            return MachineState.RUNNING
        finally:
            await node.close()

    async def _look(self, machine: Machine) -> Facts:
        node = self._node(machine, await self._met())
        try:
            await node.connect(nowhere)
            asked = time.time()
            text = await node.read(Command(LOOK, timeout=60))
            return parse(text, asked, time.time())
        except ValueError as error:
            raise RunError(f"The facts that {machine.name} printed cannot be read: {error}.") from error
        finally:
            await node.close()

    async def _reset(self, machine: Machine, log: LineSink) -> None:
        def told(line: str) -> None:
            log(f"{machine.name}: {harmless(line)}")

        node = self._node(machine, await self._met())
        try:
            await node.connect(told)
            result = await node.carry_out("destroy", reset(self._plan, machine), told)
        finally:
            await node.close()
        if not result.ok:
            raise RunError(
                f"{machine.name} could not be restored: {result.last or 'no output'}",
                fix="Run the same command again to resume.",
                id="RESET",
            )
