"""What the engine asks of a provider: machines that start, can be reached, and go away again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Protocol

from kubetui.base.text import LineSink
from kubetui.profile.plan import Machine
from kubetui.remote.endpoint import Endpoint


class MachineState(StrEnum):
    """What a provider knows of a machine."""

    ABSENT = "absent"
    STOPPED = "stopped"
    RUNNING = "running"
    UNKNOWN = "unknown"


class Provider(Protocol):
    """Makes machines. Cancelling a call ends what it started, with no process left behind."""

    async def prepare(self) -> None:
        """Get ready: write what the provider needs into the cluster's folder; nothing is started.

        Raises where machines that exist already cannot become this cluster; they are only looked at.
        """

    async def states(self, log: LineSink | None = None, /) -> Mapping[str, MachineState]:
        """Tell the state of every machine of the plan.

        With a `log`, which only the holder of the cluster's lock gives, what an earlier run left at work is waited for.
        """

    async def start(self, machine: Machine, log: LineSink, /) -> None:
        """Start a machine, making it first where it does not exist. Returns when the provider says it runs."""

    async def endpoint(self, machine: Machine) -> Endpoint:
        """Tell how SSH reaches a machine that runs."""

    async def fresh_endpoint(self, machine: Machine) -> Endpoint:
        """Tell how SSH reaches a machine that may have been restarted since this was last asked."""

    async def destroy(self, log: LineSink, names: Collection[str] | None = None) -> None:
        """Remove these machines, or else every one that this cluster's folder knows, and what only they used."""
