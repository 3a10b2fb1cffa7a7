"""A machine over SSH: read-only commands are retried, and steps survive a lost connection."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import secrets
import shlex
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Final

import asyncssh

from kubetui.base.errors import ConnectionLostError, HostKeyError, LostTrackError, RunError, TimeLimitError, UsageError
from kubetui.base.text import LineCutter, LineSink, nowhere
from kubetui.remote import guest, reach
from kubetui.remote.command import Command
from kubetui.remote.connection import Connection, Patience, Renew, describe
from kubetui.remote.endpoint import Endpoint
from kubetui.remote.host_keys import HostKeys
from kubetui.remote.node import Result
from kubetui.remote.output import Ended, Record, commands_alone, file_of

CHUNK: Final = 65536
RECONNECTS = 10
"""How often in a row the connection may be lost without one new byte of output."""
CHANNELS: Final = 8
"""How many commands share one connection: OpenSSH's sshd refuses more than ten (MaxSessions)."""
STOP_SECONDS = 30.0
TIDY_SECONDS = 5.0
_Take = Callable[[bytes], object]


def size(script: str) -> str:
    """Return a script's size in bytes, as the shell in the machine counts it."""
    return str(len(script.encode()))


async def _pump(stream: asyncssh.SSHReader[bytes], take: _Take) -> None:
    while data := await stream.read(CHUNK):
        take(data)


async def _fill(stream: asyncssh.SSHWriter[bytes], data: bytes, more: Iterable[bytes]) -> None:
    # a command that ends at once, such as sudo when it refuses, has closed it already
    with contextlib.suppress(BrokenPipeError):
        stream.write(data)
        for chunk in more:
            stream.write(chunk)
            await stream.drain()
            # drain alone lets nobody else run while the window is open
            await asyncio.sleep(0)
        stream.write_eof()


@contextlib.asynccontextmanager
async def _process(
    connection: asyncssh.SSHClientConnection, words: Iterable[str]
) -> AsyncIterator[asyncssh.SSHClientProcess[bytes]]:
    """Run a command, and leave it without waiting for an answer: a machine that hangs gives none."""
    process = await connection.create_process(shlex.join(words), encoding=None)
    try:
        yield process
    finally:
        process.close()


class SshNode:
    """Runs commands in one machine, over a connection that is renewed when lost."""

    def __init__(
        self,
        name: str,
        endpoint: Endpoint,
        keys: HostKeys,
        patience: Patience | None = None,
        renew: Renew | None = None,
    ) -> None:
        self.name = name
        self._connection = Connection(name, endpoint, keys, patience, renew)
        self._carried_out: list[str] = []
        self._channels = asyncio.Semaphore(CHANNELS)

    async def connect(self, log: LineSink) -> None:
        """Wait until sshd lets us in; see `Connection.connect`."""
        await self._connection.connect(log)

    @property
    def host_key(self) -> str:
        """The host key that the machine showed on the open connection."""
        return self._connection.host_key

    async def run(self, command: Command, log: LineSink | None = None) -> Result:
        """Run a short read-only command; start it over after a lost connection."""
        told = nowhere if log is None or command.quiet else log
        record = Record(told)
        script = command.render()

        async def once() -> Ended | None:
            record.clear()
            return await self._once(guest.RUN, (size(script),), script, record.take)

        ended = await self._within(command, self._patiently(told, once))
        return record.result(ended, command)

    async def read(self, command: Command, log: LineSink | None = None) -> str:
        """Run a command and return its whole output; `log` receives its commands. Raises RunError when it fails."""
        chunks: list[bytes] = []
        heard = Record(commands_alone(log or nowhere))
        script = command.render()

        async def once() -> Ended | None:
            chunks.clear()
            heard.clear()
            return await self._once(guest.READ, (size(script),), script, chunks.append, heard.take)

        ended = await self._within(command, self._patiently(nowhere, once))
        if ended.status != 0:
            complaint = [line for line in ended.complaint if guest.SEPARATOR not in line]
            said = "" if command.quiet else " ".join(complaint[-3:])
            raise RunError(f"A command on {self.name} failed with exit status {ended.status}: {said or 'no output'}")
        return b"".join(chunks).decode(errors="replace")

    async def feed(self, command: Command, source: Iterable[bytes], log: LineSink = nowhere) -> Result:
        """Run a command that reads `source` on standard input, once: it is not started over.

        Each chunk is taken from `source` when the machine has room for it. Raises ConnectionLostError where the
        connection is lost; what the command then reads ends early.
        """
        record = Record(log)
        ended = await self._within(command, self._fed(command.render(), source, record))
        return record.result(ended, command)

    async def _fed(self, script: str, source: Iterable[bytes], record: Record) -> Ended:
        ended = await self._once(guest.FEED, (size(script),), script, record.take, more=source)
        if ended is None:
            raise ConnectionLostError(
                f"The connection to {self.name} was lost.",
                fix="Check the network, then run the same command again: it sends only what is missing.",
            )
        return ended

    async def carry_out(self, task: str, command: Command, log: LineSink) -> Result:
        """Run a command that survives a lost connection, and follow it again after reconnecting."""
        record = Record(nowhere if command.quiet else log)
        name = secrets.token_hex(8)
        script = file_of(command)
        mode = "start"

        async def once() -> Ended | None:
            nonlocal mode
            args = (task, str(record.size), mode, name, size(script))
            mode = "again"
            return await self._once(guest.LAUNCH, args, script, record.take)

        try:
            ended = await self._within(command, self._patiently(log, once, lambda: record.size))
        except TimeLimitError:
            await self._stop(task)
            raise
        if ended.status in guest.LOST:
            said = ended.complaint[-1] if ended.complaint else "it restarted, or the connection broke at the start"
            raise LostTrackError(f"Nobody can tell how far the step got on {self.name}: {said}.")
        if ended.status == 0:
            self._carried_out.append(task)
        return record.result(ended, command)

    async def _within(self, command: Command, call: Awaitable[Ended]) -> Ended:
        """Await `call` for as long as the command may take, reconnections included. Raises TimeLimitError."""
        try:
            async with asyncio.timeout(command.timeout):
                return await call
        except TimeoutError as error:
            raise TimeLimitError(
                f"A command on {self.name} did not finish within {command.timeout:.0f} s.",
                fix="Run the same command again: it skips completed steps.",
            ) from error

    async def _patiently(
        self, log: LineSink, once: Callable[[], Awaitable[Ended | None]], came: Callable[[], int] = lambda: 0
    ) -> Ended:
        """Call `once` until the connection lasts to the end; `came` returns how many bytes have arrived so far.

        Raises ConnectionLostError when the machine does not come back, or the connection is lost again and again.
        """
        attempt, before = 0, 0
        while attempt < RECONNECTS:
            ended = await once()
            if ended is not None:
                return ended
            attempt = 1 if came() > before else attempt + 1
            before = came()
            log(f"connection lost; reconnecting, {attempt} of {RECONNECTS}")
            await asyncio.sleep(self._connection.patience.pause)
            await self.connect(log)
        raise ConnectionLostError(
            f"The connection to {self.name} was lost {RECONNECTS} times. Its running step continues.",
            fix="Check the network, then run the same command again: it follows the step where it is.",
        )

    async def try_root(self) -> tuple[bool, str]:
        """Tell whether commands can run as root here, and if not, what sudo says."""
        root, password = reach.as_root(self._connection.endpoint, await self._connection.open())
        ended = await self._call(("env", "LC_ALL=C", *root, "bash", "-c", ":"), password, nowhere)
        if ended is None:
            return False, ""
        return ended.status == 0, next((line for line in reversed(ended.complaint) if line.strip()), "")

    async def _once(
        self,
        shell: str,
        args: tuple[str, ...],
        script: str,
        take: _Take,
        hear: _Take = nowhere,
        *,
        more: Iterable[bytes] = (),
    ) -> Ended | None:
        """Run `shell` once as root with a script on standard input; return None when the connection is lost."""
        try:
            root, password = reach.as_root(self._connection.endpoint, await self._connection.open())
        except (OSError, asyncssh.Error):
            return None
        words, data = (*root, "bash", "-c", shell, "kubetui", *args), password + script.encode()
        return await self._call(words, data, take, hear, more)

    async def _call(
        self, words: tuple[str, ...], data: bytes, take: _Take, hear: _Take = nowhere, more: Iterable[bytes] = ()
    ) -> Ended | None:
        """Run a command once with data on standard input; return None when the connection is lost."""
        complaint = bytearray()

        def complain(said: bytes) -> None:
            complaint[:] = (complaint + said)[-CHUNK:]
            hear(said)

        connection: asyncssh.SSHClientConnection | None = None
        try:
            connection = await self._connection.open()
            async with self._channels, _process(connection, words) as process:
                await asyncio.gather(
                    _fill(process.stdin, data, more), _pump(process.stdout, take), _pump(process.stderr, complain)
                )
                await process.wait_closed()
                status = process.exit_status
        except asyncssh.ChannelOpenError:
            return None
        except (OSError, asyncssh.Error):
            status = None
        # a signal ended the launcher, for example at a shutdown: how the step ended is unknown
        if status is None or status < 0:
            self._connection.forget(connection)
            return None
        cutter = LineCutter()
        return Ended(status, (*cutter.feed(bytes(complaint)), *cutter.close()))

    async def _stop(self, task: str) -> None:
        with contextlib.suppress(TimeoutError, HostKeyError):
            async with asyncio.timeout(STOP_SECONDS):
                await self._once(guest.STOP, (task,), "", nowhere)

    @contextlib.asynccontextmanager
    async def forwarded(self, local: int, host: str, port: int) -> AsyncIterator[int]:
        """Forward a port of 127.0.0.1 to a place that the machine reaches, and yield it; 0 stands for a free one.

        Raises UsageError where the port is taken, ConnectionLostError where the machine does not answer.
        """
        try:
            connection = await self._connection.open()
            listener = await connection.forward_local_port("127.0.0.1", local, host, port)
        except asyncssh.Error as error:
            raise ConnectionLostError(f"{self.name} forwards no port: {describe(error)}.") from error
        except OSError as error:
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise ConnectionLostError(f"{self.name} cannot be reached: {describe(error)}.") from error
            why = "is taken" if error.errno == errno.EADDRINUSE else "is not yours to open"
            raise UsageError(
                f"Port {local} of this host {why}.",
                fix="Choose another one, or none for any that is free.",
                id="TUNNEL-LOCAL",
            ) from error
        async with listener:
            yield listener.get_port()

    async def ended(self) -> None:
        """Return when the open connection ends."""
        await (await self._connection.open()).wait_closed()

    async def close(self) -> None:
        """Delete the files that successful steps left in the machine, and close the connection."""
        if self._carried_out and self._connection.alive:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TIDY_SECONDS):
                    await self._once(guest.TIDY, tuple(self._carried_out), "", nowhere)
        await self._connection.close()
