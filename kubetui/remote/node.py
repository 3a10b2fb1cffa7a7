"""A machine that runs commands, whatever the transport."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from kubetui.base.text import LineSink
from kubetui.remote.command import Command


@dataclass(frozen=True, slots=True)
class Result:
    """How a command ended: its exit status and its last lines of output.

    `failed_at` holds the numbers of the script lines that failed, counted from 1: the innermost call first, then
    its callers. It is empty when they are not known. `command` is the command that failed, as it was called; empty
    when none did.
    """

    exit_status: int
    lines: tuple[str, ...]
    failed_at: tuple[int, ...] = ()
    command: str = ""

    @property
    def ok(self) -> bool:
        """Whether the exit status is 0."""
        return self.exit_status == 0

    @property
    def last(self) -> str:
        """The last non-empty line."""
        return next((line for line in reversed(self.lines) if line.strip()), "")


class Node(Protocol):
    """A machine that runs commands as root."""

    async def run(self, command: Command, log: LineSink | None = None) -> Result:
        """Run a short read-only command; losing the connection may end it."""

    async def read(self, command: Command, log: LineSink | None = None) -> str:
        """Run a command and return its whole output without logging it. Raises RunError when it fails.

        `log` receives the commands that it calls to change something, even if its output is secret.
        """

    async def carry_out(self, task: str, command: Command, log: LineSink) -> Result:
        """Run a command that survives a lost connection, and follow it again after reconnecting.

        `task` names it: a name never runs twice at once. Raises ConnectionLostError when the machine does not come
        back, LostTrackError when it rebooted meanwhile, TimeLimitError when the command takes too long.
        """

    async def close(self) -> None:
        """Close the connection."""
