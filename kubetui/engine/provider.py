"""The interface of a provider, which creates, starts, reaches and removes machines."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Protocol

from kubetui.base.text import LineSink
from kubetui.engine.snapshots import Snapshots
from kubetui.profile.machine import Machine
from kubetui.remote.endpoint import Endpoint


class MachineState(StrEnum):
    """A machine's state, as far as its provider knows it."""

    ABSENT = "absent"
    STOPPED = "stopped"
    RUNNING = "running"
    UNKNOWN = "unknown"


class Provider(Protocol):
    """Creates machines. Cancelling a call stops every process that it started."""

    async def prepare(self) -> None:
        """Write the provider's files into the cluster's folder; start nothing.

        A provider of existing machines looks at them, read-only, and raises if they cannot become this cluster.
        """

    async def states(self, log: LineSink | None = None, /) -> Mapping[str, MachineState]:
        """Return the state of every machine of the plan.

        With a `log`, which only the holder of the cluster's lock may pass, wait first for processes that an earlier
        run left behind.
        """

    async def start(self, machine: Machine, log: LineSink, /) -> None:
        """Start a machine, creating it if it does not exist. Return once the provider says that it runs."""

    async def halt(self, machine: Machine, log: LineSink, /) -> None:
        """Shut a machine down, as its power button does. Return once the provider says that it is off.

        Raises RunError for a machine that kubetui did not make.
        """

    async def endpoint(self, machine: Machine) -> Endpoint:
        """Return how SSH reaches a running machine."""

    async def fresh_endpoint(self, machine: Machine) -> Endpoint:
        """Return how SSH reaches a machine that may have restarted since `endpoint` was last asked."""

    @property
    def snapshots(self) -> Snapshots | None:
        """What saves and brings back its machines; None where it cannot."""

    async def destroy(self, log: LineSink, names: Collection[str] | None = None) -> None:
        """Remove these machines, or all that this cluster's folder knows, and everything that only they used."""
