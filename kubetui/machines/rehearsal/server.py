"""An SSH server that answers like a machine: it only understands how kubetui runs scripts."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Final

import asyncssh

from kubetui.machines.rehearsal.apiserver import HOST
from kubetui.machines.rehearsal.faults import Fault
from kubetui.machines.rehearsal.machine import RehearsedMachine
from kubetui.machines.rehearsal.recording.asked import Asked, understand
from kubetui.machines.rehearsal.recording.recording import Answer
from kubetui.remote import guest

_SHELL: Final = ("sudo", "-n", "bash", "-c")
_SPOKEN: Final = {
    f"{shlex.join((*_SHELL, each))} ": each for each in (guest.RUN, guest.READ, guest.LAUNCH, guest.STOP, guest.TIDY)
}
"""The prefixes of the known commands, precomputed: splitting these shells into words takes milliseconds."""
_CIPHERS: Final = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com")
"""The fastest ciphers: both sides share one process, and asyncssh's first choice takes twice the time."""
_ERROR: Final = 126
_Gone = (OSError, asyncssh.Error)
Process = asyncssh.SSHServerProcess[bytes]


@dataclass(frozen=True, slots=True)
class Keys:
    """The host key that all machines of a cluster share, and the user key that they accept."""

    host: asyncssh.SSHKey
    user: asyncssh.SSHKey


@dataclass
class _Job:
    """A step that runs on the machine, with or without a connection (see `guest.LAUNCH`)."""

    attempt: str
    output: bytearray = field(default_factory=bytearray)
    code: int | None = None
    told: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def say(self, data: bytes, code: int | None = None) -> None:
        async with self.told:
            self.output += data
            self.code = code
            self.told.notify_all()

    async def follow(self, offset: int, take: Callable[[bytes], None]) -> int:
        """Pass on the output from an offset to the end; return the exit code."""
        code = None
        while code is None:
            async with self.told:
                while len(self.output) <= offset and self.code is None:
                    await self.told.wait()
                data, code = bytes(self.output[offset:]), self.code
            take(data)
            offset += len(data)
        return code


@dataclass
class MachineServer:
    """One machine's server. `read` answers commands whose output depends on the plan.

    `ended` is called when a step's command succeeded.
    """

    machine: RehearsedMachine
    keys: Keys
    speed: Callable[[], float]
    read: Callable[[RehearsedMachine, Asked], Awaitable[Answer]]
    ended: Callable[[RehearsedMachine, str], Awaitable[None]]
    _jobs: dict[str, _Job] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _connections: list[asyncssh.SSHServerConnection] = field(default_factory=list)
    _server: asyncssh.SSHAcceptor | None = None

    async def open(self) -> int:
        """Listen on the loopback interface and return the port; does nothing if it already listens."""
        if self._server is None:
            self._server = await asyncssh.listen(
                HOST,
                0,
                server_factory=lambda: _Gate(self.keys.user, self._connections),
                server_host_keys=[self.keys.host],
                process_factory=self._serve,
                encryption_algs=_CIPHERS,
                encoding=None,
                line_editor=False,
            )
        return self._server.get_port()

    async def close(self) -> None:
        """End every connection and every running step."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._server is not None:
            self._server.close()
            self.drop()
            await self._server.wait_closed()

    def drop(self) -> None:
        """Break every connection, like a cut cable."""
        for connection in self._connections:
            connection.abort()
        self._connections.clear()

    async def _serve(self, process: Process) -> None:
        try:
            text = (await process.stdin.read()).decode()
            code = await self._answer(process, process.command or "", text)
            process.exit(code)
        except _Gone:
            # the client is gone; the running step continues
            process.close()

    async def _answer(self, process: Process, command: str, text: str) -> int:
        start, shell = next(((start, each) for start, each in _SPOKEN.items() if command.startswith(start)), ("", ""))
        arguments = shlex.split(command.removeprefix(start))[1:] if shell else []
        match shell:
            case guest.RUN | guest.READ:
                if arguments[0] != str(len(text.encode())):
                    return guest.UNKNOWN
                asked = understand(text)
                if shell == guest.RUN:
                    return await self._play(self.machine.look(asked), process.stdout.write)
                called, answer = _without_commands(await self.read(self.machine, asked))
                process.stderr.write(called.encode())
                return await self._play(answer, process.stdout.write)
            case guest.LAUNCH:
                return await self._launch(process, arguments, text)
            case guest.STOP | guest.TIDY:
                for job in arguments:
                    self._jobs.pop(job, None)
                return 0
        process.stderr.write(b"This is a rehearsal: a replayed machine knows no other commands.\n")
        return _ERROR

    async def _play(self, answer: Answer, take: Callable[[bytes], None]) -> int:
        await asyncio.sleep(answer.seconds / self.speed())
        take(answer.text.encode())
        return answer.code

    async def _launch(self, process: Process, arguments: list[str], text: str) -> int:
        name, offset, mode, attempt, size = arguments
        job = self._jobs.get(name)
        if mode == "start":
            if job is not None and job.code is None:
                job.attempt = attempt
            elif size != str(len(text.encode())):
                return guest.UNKNOWN
            else:
                job = self._jobs[name] = _Job(attempt)
                task = asyncio.create_task(self._carry_out(job, text))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        if job is None or job.attempt != attempt:
            return guest.UNKNOWN
        return await job.follow(int(offset), process.stdout.write)

    async def _carry_out(self, job: _Job, file: str) -> None:
        asked = understand(file)
        answer, fault = self.machine.begin(asked)
        began = asyncio.get_running_loop().time()
        speed = self.speed()

        async def until(seconds: float) -> None:
            await asyncio.sleep(began + seconds / speed - asyncio.get_running_loop().time())

        for number, (at, line) in enumerate(answer.lines):
            await until(at)
            await job.say(f"{line}\n".encode())
            if _breaks(fault, number, answer):
                self.drop()
        await until(answer.seconds)
        try:
            self.machine.end(asked, answer.code, fault)
            if answer.code == 0:
                await self.ended(self.machine, self.machine.step_of(asked))
        except OSError as error:
            await job.say(f"error: the rehearsal cannot save its state: {error}\n".encode(), _ERROR)
        else:
            await job.say(b"", answer.code)


def _without_commands(answer: Answer) -> tuple[str, Answer]:
    """Return what a script says of its commands, which goes to standard error, and the rest of its answer."""
    called = [line for line in answer.lines if line[1].startswith(guest.CALLS)]
    rest = tuple(line for line in answer.lines if line not in called)
    return replace(answer, lines=tuple(called)).text, replace(answer, lines=rest)


def _breaks(fault: Fault | None, number: int, answer: Answer) -> bool:
    return fault is not None and fault.drops and number == len(answer.lines) // 2


class _Gate(asyncssh.SSHServer):
    """Accepts logins with one key only."""

    def __init__(self, key: asyncssh.SSHKey, connections: list[asyncssh.SSHServerConnection]) -> None:
        self._key = key
        self._connections = connections

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connections.append(conn)
        self._connection = conn

    def connection_lost(self, _exc: Exception | None) -> None:
        if self._connection in self._connections:
            self._connections.remove(self._connection)

    def begin_auth(self, _username: str) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, _username: str, key: asyncssh.SSHKey) -> bool:
        return key.public_data == self._key.public_data
