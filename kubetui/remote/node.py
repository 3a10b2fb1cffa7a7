"""A machine that runs commands, whatever carries them there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from kubetui.base.text import LineSink
from kubetui.remote.command import Command


@dataclass(frozen=True, slots=True)
class Result:
    """How a command ended: its exit status and the last lines of what it printed.

    `failed_at` are the lines of its script, counted from 1, at which it failed: the innermost call's first, then
    those of its callers; none where nobody can tell.
    """

    exit_status: int
    lines: tuple[str, ...]
    failed_at: tuple[int, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the exit status is 0."""
        return self.exit_status == 0

    @property
    def last(self) -> str:
        """The last line that is not empty."""
        return next((line for line in reversed(self.lines) if line.strip()), "")


class Node(Protocol):
    """A machine that can be given commands; every command runs as root."""

    async def run(self, command: Command, log: LineSink | None = None) -> Result:
        """Run a short command that only looks; it may end with the connection."""

    async def read(self, command: Command) -> str:
        """Run a command and return everything it prints, unlogged. Raises RunError when it fails."""

    async def carry_out(self, task: str, command: Command, log: LineSink) -> Result:
        """Run a command that goes on in the machine when the connection is lost, and is picked up again.

        `task` names it: the same name never runs twice at once. Raises ConnectionLostError when the
        machine does not come back, LostTrackError when it rebooted meanwhile.
        """

    async def close(self) -> None:
        """End the connection."""
