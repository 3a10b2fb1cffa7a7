"""A machine over SSH: connecting with patience, host keys pinned at first sight, steps that outlive a connection."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import shlex
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Final

import asyncssh

from kubetui import guest, reach
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
GIVEN_BACK: Final = 1024 * 1024
"""So many zeros at an output's beginning are no output: the machine has given back what was read (see `guest`)."""
STOP_SECONDS = 30.0
TIDY_SECONDS = 5.0
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


def nowhere(_said: object) -> None:
    """Take what nobody wants to see."""


def size(script: str) -> str:
    """Return how many bytes a script has, as the shell in the machine counts them."""
    return str(len(script.encode()))


class _TimeLimitError(RunError):
    id = "TIMEOUT"


@dataclass(frozen=True, slots=True)
class _Ended:
    """How one call ended: its exit status, None when the connection was lost, and what it said on standard error."""

    status: int | None
    complaint: tuple[str, ...] = ()


class _Record:
    """What a command printed: how many bytes, and its last lines.

    Where an earlier kubetui read a long output and was killed, it begins with the zeros that are left of that.
    """

    def __init__(self, log: LineSink) -> None:
        self._log = log
        self.clear()

    def clear(self) -> None:
        self.size = 0
        self._zeros: int | None = 0
        self._cutter = Lines()
        self._lines: deque[str] = deque(maxlen=TAIL)

    def take(self, data: bytes) -> None:
        self.size += len(data)
        if self._zeros is not None:
            data = self._without_zeros(data, self._zeros)
        self._note(self._cutter.feed(data))

    def _without_zeros(self, data: bytes, before: int) -> bytes:
        rest = data.lstrip(b"\0")
        zeros = self._zeros = before + len(data) - len(rest)
        if not rest:
            return b""
        self._zeros = None
        if zeros < GIVEN_BACK:
            return bytes(zeros) + rest
        self._log(f"the first {zeros} bytes of its output are in the log of the run that was cut off")
        return rest

    def _note(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._lines.append(line)
            self._log(line)

    def result(self, ended: _Ended, command: Command) -> Result:
        """Return how the command ended, with its lines unless it is quiet."""
        assert ended.status is not None  # noqa: S101
        self._note((*self._cutter.feed(bytes(self._zeros or 0)), *self._cutter.close()))
        if ended.status != 0:
            self._note(ended.complaint)
        return Result(ended.status, () if command.quiet else tuple(self._lines))


async def _pump(stream: asyncssh.SSHReader[bytes], take: _Take) -> None:
    while data := await stream.read(CHUNK):
        take(data)


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
        self._jump: SshNode | None = None
        self._connecting = asyncio.Lock()
        self._carried_out: list[str] = []

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
            for path in self._endpoint.key_files:
                if not path.is_file():
                    raise RunError(f"The SSH key for {self.name} is not at {path}.", id="SSH-KEY")
            arguments = reach.arguments(self._endpoint, self._keys.lookup(self.name))
            if self._endpoint.jump:
                arguments["tunnel"] = await self._through()
            try:
                self._connection = await asyncssh.connect(
                    **arguments,
                    client_factory=lambda: _Client(self.name, self._keys),
                    preferred_auth="publickey",
                    connect_timeout=10,
                    login_timeout=20,
                    keepalive_interval=self._patience.keepalive,
                    keepalive_count_max=3,
                )
            except asyncssh.KeyImportError as error:
                raise RunError(f"The SSH key for {self.name} cannot be used: {error}.", id="SSH-KEY") from error
            except reach.ConfigParseError as error:
                raise RunError(f"Your OpenSSH configuration cannot be read: {error}.", id="SSH-CONFIG") from error
            except asyncssh.HostKeyNotVerifiable as error:
                if self._endpoint.personal and self._keys.pinned(self.name) is None:
                    raise HostKeyError(
                        f"{self.name} shows an SSH host key that is not known here.",
                        fix="Run kubetui up in a terminal: it shows the key and asks. Or connect once with ssh.",
                        id="SSH-HOST-UNKNOWN",
                    ) from error
                raise HostKeyError(
                    f"{self.name} shows another SSH host key than before. Either it was made anew behind kubetui's "
                    "back, or something else answers at its address.",
                    fix=f"If you made it anew, remove its line from {self._keys.path} and start again.",
                ) from error
            return self._connection

    async def _through(self) -> asyncssh.SSHClientConnection:
        """Return a connection to the host that lies on the way."""
        if self._jump is None:
            host = reach.jump_endpoint(self._endpoint)
            self._jump = SshNode(reach.jump_name(self._endpoint), host, self._keys, self._patience)
        return await self._jump._open()  # noqa: SLF001 - another one of the same class

    @property
    def host_key(self) -> str:
        """The key that the machine showed when it was connected to."""
        key = self._connection.get_server_host_key() if self._connection else None
        return key.export_public_key().decode().strip() if key else ""

    def _unreachable(self, error: Exception) -> ConnectionLostError:
        return ConnectionLostError(
            f"{self.name} cannot be reached at {self._endpoint.host}:{self._endpoint.port}: {describe(error)}.",
            fix="Look whether the machine runs; the same command goes on from here.",
        )

    async def run(self, command: Command, log: LineSink | None = None) -> Result:
        """Run a short command that only looks; after a lost connection, once more from its beginning."""
        told = nowhere if log is None or command.quiet else log
        record = _Record(told)
        script = command.render()

        async def once() -> _Ended:
            record.clear()
            return await self._once(guest.RUN, (size(script),), script, record.take)

        ended = await self._within(command, self._patiently(told, once))
        return record.result(ended, command)

    async def read(self, command: Command) -> str:
        """Run a command and return everything it prints, unlogged."""
        chunks: list[bytes] = []
        script = command.render()

        async def once() -> _Ended:
            chunks.clear()
            return await self._once(guest.READ, (size(script),), script, chunks.append)

        ended = await self._within(command, self._patiently(nowhere, once))
        if ended.status != 0:
            said = "" if command.quiet else " ".join(ended.complaint[-3:])
            raise RunError(f"A command on {self.name} ended with {ended.status}: {said or 'no output'}")
        return b"".join(chunks).decode(errors="replace")

    async def carry_out(self, task: str, command: Command, log: LineSink) -> Result:
        """Run a command that goes on in the machine when the connection is lost, and is picked up again."""
        record = _Record(nowhere if command.quiet else log)
        name = secrets.token_hex(8)
        script = guest.FORGET + command.render()
        mode = "start"

        async def once() -> _Ended:
            nonlocal mode
            args = (task, str(record.size), mode, name, size(script))
            mode = "again"
            return await self._once(guest.LAUNCH, args, script, record.take)

        try:
            ended = await self._within(command, self._patiently(log, once))
        except _TimeLimitError:
            await self._stop(task)
            raise
        if ended.status == guest.UNKNOWN:
            raise LostTrackError(
                f"{self.name} was restarted while the step ran, or the connection broke as it began; "
                "how far it came is not known."
            )
        if ended.status == 0:
            self._carried_out.append(task)
        return record.result(ended, command)

    async def _within(self, command: Command, call: Awaitable[_Ended]) -> _Ended:
        """Await `call` no longer than the command may take, every reconnection included."""
        try:
            async with asyncio.timeout(command.timeout):
                return await call
        except TimeoutError as error:
            raise _TimeLimitError(
                f"A command on {self.name} did not end within {command.timeout:.0f} s.",
                fix="Start again; what is done is not done twice.",
            ) from error

    async def _patiently(self, log: LineSink, once: Callable[[], Awaitable[_Ended]]) -> _Ended:
        """Call `once` until the connection holds to its end.

        Raises ConnectionLostError when the machine does not come back, or is lost again and again.
        """
        for attempt in range(1, RECONNECTS + 1):
            ended = await once()
            if ended.status is not None:
                return ended
            log(f"connection lost; reconnecting, {attempt} of {RECONNECTS}")
            await asyncio.sleep(self._patience.pause)
            await self.connect(log)
        raise ConnectionLostError(
            f"The connection to {self.name} was lost {RECONNECTS} times. What runs in it goes on.",
            fix="When it is back, the same command goes on from here.",
        )

    async def try_root(self) -> tuple[bool, str]:
        """Tell whether commands can be run as root here, and what sudo says where they cannot."""
        root, password = reach.as_root(self._endpoint, await self._open())
        ended = await self._call(("env", "LC_ALL=C", *root, "bash", "-c", ":"), password, nowhere)
        return ended.status == 0, next((line for line in reversed(ended.complaint) if line.strip()), "")

    async def _once(self, shell: str, args: tuple[str, ...], script: str, take: _Take) -> _Ended:
        """Run `shell` once as root with a script on its standard input."""
        try:
            root, password = reach.as_root(self._endpoint, await self._open())
        except (OSError, asyncssh.Error):
            return _Ended(None)
        return await self._call((*root, "bash", "-c", shell, "kubetui", *args), password + script.encode(), take)

    async def _call(self, words: tuple[str, ...], data: bytes, take: _Take) -> _Ended:
        """Run a command once with data on its standard input."""
        complaint = bytearray()

        def complain(said: bytes) -> None:
            complaint[:] = (complaint + said)[-CHUNK:]

        connection: asyncssh.SSHClientConnection | None = None
        try:
            connection = await self._open()
            async with await connection.create_process(shlex.join(words), encoding=None) as process:
                # a command that ends at once, as a refusing sudo does, has closed it by now
                with contextlib.suppress(BrokenPipeError):
                    process.stdin.write(data)
                    process.stdin.write_eof()
                await asyncio.gather(_pump(process.stdout, take), _pump(process.stderr, complain))
                await process.wait_closed()
                status = process.exit_status
        except asyncssh.ChannelOpenError:
            return _Ended(None)
        except (OSError, asyncssh.Error):
            status = None
        # a signal ended the launcher, as a machine that shuts down does: what it carries is unknown
        if status is None or status < 0:
            self._forget(connection)
            return _Ended(None)
        cutter = Lines()
        return _Ended(status, (*cutter.feed(bytes(complaint)), *cutter.close()))

    def _forget(self, connection: asyncssh.SSHClientConnection | None) -> None:
        """Drop a connection that was lost, unless another command has renewed it meanwhile."""
        if connection is not None and connection is self._connection:
            connection.abort()
            self._connection = None

    async def _stop(self, task: str) -> None:
        with contextlib.suppress(TimeoutError, HostKeyError):
            async with asyncio.timeout(STOP_SECONDS):
                await self._once(guest.STOP, (task,), "", nowhere)

    async def close(self) -> None:
        """Remove what steps that ended well left in the machine, and end the connection."""
        connection = self._connection
        if connection is None:
            await self._close_jump()
            return
        if self._carried_out and not connection.is_closed():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TIDY_SECONDS):
                    await self._once(guest.TIDY, tuple(self._carried_out), "", nowhere)
        connection.close()
        await connection.wait_closed()
        await self._close_jump()

    async def _close_jump(self) -> None:
        if self._jump is not None:
            await self._jump.close()
