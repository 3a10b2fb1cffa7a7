"""A machine over SSH: connecting with patience, host keys pinned at first sight, steps that outlive a connection."""

from __future__ import annotations

import asyncio
import contextlib
import shlex
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import asyncssh

from kubetui import guest
from kubetui.command import Command
from kubetui.errors import ConnectionLostError, HostKeyError, RunError
from kubetui.hostkeys import HostKeys
from kubetui.node import LostTrackError, Result
from kubetui.providers.base import Endpoint, LineSink
from kubetui.text import Lines

TAIL = 50
"""How many last lines a result keeps."""
CHUNK: Final = 65536
BOOT_SECONDS = 300.0
"""How long a machine may take until its sshd answers."""
RECONNECTS = 10
_Take = Callable[[bytes], object]
_TRANSIENT = (OSError, asyncssh.DisconnectError, asyncssh.ChannelOpenError)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for sshd, and between two tries, in seconds."""

    boot: float = BOOT_SECONDS
    pause: float = 1.0
    keepalive: float = 5.0


def describe(error: Exception) -> str:
    """Say in a few words what kept SSH from connecting."""
    match error:
        case ConnectionRefusedError():
            return "connection refused"
        case TimeoutError():
            return "no answer"
        case asyncssh.PermissionDenied():
            return "the machine does not accept the key"
        case _:
            return str(error) or type(error).__name__


class _Client(asyncssh.SSHClient):
    """Accepts the host key that is pinned, or pins the first one."""

    def __init__(self, machine: str, keys: HostKeys) -> None:
        self._machine = machine
        self._keys = keys

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        del host, addr, port
        return self._keys.accept(self._machine, key.export_public_key().decode().strip())


class SshNode:
    """One machine, one connection that is renewed when it is lost."""

    def __init__(self, name: str, endpoint: Endpoint, keys: HostKeys, patience: Patience | None = None) -> None:
        self.name = name
        self._endpoint = endpoint
        self._keys = keys
        self._patience = patience or Patience()
        self._connection: asyncssh.SSHClientConnection | None = None
        self._connecting = asyncio.Lock()

    async def connect(self, log: LineSink) -> None:
        """Wait until sshd answers and let us in; five minutes unless told otherwise.

        Raises HostKeyError at once when the machine shows another key than before, ConnectionLostError
        when it never answers.
        """
        deadline = time.monotonic() + self._patience.boot
        while True:
            try:
                await self._open()
            except _TRANSIENT as error:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise self._unreachable(error) from error
                log(f"{describe(error)}; waiting for SSH, {left:.0f} s left")
                await asyncio.sleep(min(self._patience.pause, left))
            else:
                return

    async def _open(self) -> asyncssh.SSHClientConnection:
        async with self._connecting:
            if self._connection is not None and not self._connection.is_closed():
                return self._connection
            try:
                self._connection = await asyncssh.connect(
                    self._endpoint.host,
                    self._endpoint.port,
                    username=self._endpoint.user,
                    client_keys=[str(path) for path in self._endpoint.key_files],
                    client_factory=lambda: _Client(self.name, self._keys),
                    known_hosts=([], [], []),
                    config=[],
                    agent_path=None,
                    preferred_auth="publickey",
                    connect_timeout=10,
                    login_timeout=20,
                    keepalive_interval=self._patience.keepalive,
                    keepalive_count_max=3,
                )
            except asyncssh.HostKeyNotVerifiable as error:
                raise HostKeyError(
                    f"{self.name} shows another SSH host key than before. Either it was made anew behind kubetui's back, "
                    "or something else answers at its address.",
                    fix=f"If you made it anew, remove its line from {self._keys.path} and start again.",
                ) from error
            return self._connection

    def _unreachable(self, error: Exception) -> ConnectionLostError:
        return ConnectionLostError(
            f"{self.name} cannot be reached at {self._endpoint.host}:{self._endpoint.port}: {describe(error)}.",
            fix="Look whether the machine runs; the same command goes on from here.",
        )

    async def run(self, command: Command, log: LineSink | None = None) -> Result:
        """Run a short command that only looks."""
        lines: deque[str] = deque(maxlen=TAIL)
        cutter = Lines()

        def take(data: bytes) -> None:
            for line in cutter.feed(data):
                lines.append(line)
                if log is not None and not command.quiet:
                    log(line)

        status = await self._once(guest.RUN, (), command, take)
        lines.extend(cutter.close())
        if status is None:
            raise ConnectionLostError(
                f"The connection to {self.name} was lost.", fix="Start again; it goes on from here."
            )
        return Result(status, tuple(lines))

    async def read(self, command: Command) -> str:
        """Run a command and return everything it prints, unlogged."""
        chunks: list[bytes] = []
        status = await self._once(guest.RUN, (), command, chunks.append)
        text = b"".join(chunks).decode(errors="replace")
        if status != 0:
            raise RunError(f"A command on {self.name} ended with {status}: {text.strip()[-400:]}")
        return text

    async def _once(self, shell: str, args: tuple[str, ...], command: Command, take: _Take) -> int | None:
        """Run `shell` once with the command's script on its standard input; None when the connection was lost."""
        try:
            async with asyncio.timeout(command.timeout):
                connection = await self._open()
                words = ("sudo", "-n", "bash", "-c", shell, "kubetui", *args)
                process = await connection.create_process(shlex.join(words), encoding=None, stderr=asyncssh.STDOUT)
                async with process:
                    process.stdin.write(command.render().encode())
                    process.stdin.write_eof()
                    while data := await process.stdout.read(CHUNK):
                        take(data)
                    await process.wait_closed()
                    return process.exit_status
        except TimeoutError as error:
            raise RunError(
                f"A command on {self.name} did not end within {command.timeout:.0f} s.",
                fix="Start again; what is done is not done twice.",
                id="TIMEOUT",
            ) from error
        except (OSError, asyncssh.Error):
            return None

    async def carry_out(self, task: str, command: Command, log: LineSink) -> Result:
        """Run a command that goes on in the machine when the connection is lost, and is picked up again."""
        lines: deque[str] = deque(maxlen=TAIL)
        cutter = Lines()
        seen = 0

        def note(line: str) -> None:
            lines.append(line)
            if not command.quiet:
                log(line)

        def take(data: bytes) -> None:
            nonlocal seen
            seen += len(data)
            for line in cutter.feed(data):
                note(line)

        deadline = time.monotonic() + command.timeout
        status: int | None = None
        for attempt in range(RECONNECTS + 1):
            mode = "again" if attempt else "start"
            status = await self._once(guest.LAUNCH, (task, str(seen), mode), command, take)
            if status is not None:
                break
            if attempt == RECONNECTS or time.monotonic() > deadline:
                raise ConnectionLostError(
                    f"{self.name} cannot be reached any more. The step goes on inside it.",
                    fix="When it is back, the same command goes on from here.",
                )
            log(f"connection lost; reconnecting, {attempt + 1} of {RECONNECTS}")
            await self._reconnect(log)
        for line in cutter.close():
            note(line)
        if status == guest.UNKNOWN:
            raise LostTrackError(f"{self.name} was restarted while the step ran; how far it came is not known.")
        assert status is not None  # noqa: S101
        return Result(status, tuple(lines))

    async def _reconnect(self, log: LineSink) -> None:
        if self._connection is not None:
            self._connection.abort()
            self._connection = None
        with contextlib.suppress(ConnectionLostError):
            await self.connect(log)

    async def close(self) -> None:
        """End the connection."""
        if self._connection is not None:
            self._connection.close()
            await self._connection.wait_closed()
