"""One SSH connection to a machine: retried while it boots, host key pinned on first use, renewed when lost."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import re
import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

import asyncssh

from kubetui.base.errors import ConnectionLostError, HostKeyError, KubetuiError, RunError
from kubetui.base.text import LineSink
from kubetui.remote import reach
from kubetui.remote.endpoint import Endpoint
from kubetui.remote.host_keys import HostKeys

BOOT_SECONDS = 300.0
"""How long a machine's sshd may take to answer."""
RENEW_SECONDS = 15.0
"""Ask the provider again for the endpoint after this long without an answer: the machine may have restarted."""
_ERRNO = re.compile(r"\[Errno (-?[0-9]+)\]")
_WORDS = {
    errno.EHOSTUNREACH: "nothing answers at this address, or a firewall refuses",
    errno.ENETUNREACH: "this host has no route to that network",
    errno.ECONNRESET: "the connection was closed from the other side",
}
_TRANSIENT = (OSError, asyncssh.DisconnectError, asyncssh.ChannelOpenError)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for sshd and between two attempts, in seconds."""

    boot: float = BOOT_SECONDS
    pause: float = 1.0
    keepalive: float = 5.0
    renew: float = RENEW_SECONDS


def describe(error: Exception) -> str:
    """Say in a few words why SSH did not connect."""
    match error:
        case ConnectionRefusedError():
            return "connection refused"
        case TimeoutError():
            return "no answer"
        case asyncssh.PermissionDenied():
            return "the machine does not accept the key"
        case socket.gaierror():
            return "nobody knows this name"
        case OSError():
            found = _ERRNO.search(str(error))
            return _WORDS.get(int(found[1]), os.strerror(int(found[1])).lower()) if found else str(error)
        case _:
            return str(error) or type(error).__name__


@contextlib.contextmanager
def _heeding_cancellation() -> Iterator[None]:
    """Raise the cancellation that came in here and was dropped, as a time limit's was.

    asyncssh connects within asyncio.wait_for, and until Python 3.12 that drops a cancellation which arrives in the
    moment in which its awaitable ends: https://github.com/python/cpython/issues/86296
    """
    task = asyncio.current_task()
    before = task.cancelling() if task else 0
    try:
        yield
    finally:
        if task and task.cancelling() > before:
            raise asyncio.CancelledError


class _Client(asyncssh.SSHClient):
    """Accepts the pinned host key, or pins the first one."""

    def __init__(self, machine: str, keys: HostKeys) -> None:
        self._machine = machine
        self._keys = keys

    def validate_host_public_key(self, _host: str, _addr: str, _port: int, key: asyncssh.SSHKey) -> bool:
        return self._keys.accept(self._machine, key.export_public_key().decode().strip())


Renew = Callable[[], Awaitable[Endpoint]]


class Connection:
    """A connection to one machine, through a jump host when its endpoint names one."""

    def __init__(
        self,
        name: str,
        endpoint: Endpoint,
        keys: HostKeys,
        patience: Patience | None = None,
        renew: Renew | None = None,
    ) -> None:
        self.name = name
        self.endpoint = endpoint
        self._renew = renew
        self.patience = patience or Patience()
        self._keys = keys
        self._connection: asyncssh.SSHClientConnection | None = None
        self._jump: Connection | None = None
        self._connecting = asyncio.Lock()

    async def connect(self, log: LineSink) -> None:
        """Retry until sshd lets us in, for `patience.boot` seconds at most.

        Raises HostKeyError at once when the machine shows another key than before, ConnectionLostError when it
        never answers.
        """
        asked = time.monotonic()
        deadline = asked + self.patience.boot
        while True:
            try:
                await self.open()
            except _TRANSIENT as error:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise self._unreachable(error) from error
                log(f"{describe(error)}; waiting for SSH, {left:.0f} s left")
                await asyncio.sleep(min(self.patience.pause, left))
                if time.monotonic() - asked > self.patience.renew:
                    await self._ask_again(log)
                    asked = time.monotonic()
            else:
                return

    async def _ask_again(self, log: LineSink) -> None:
        """Ask the provider for the endpoint: a restarted machine may have another address or port."""
        if self._renew is None:
            return
        try:
            found = await self._renew()
        except KubetuiError as error:
            log(error.message)
            return
        if found != self.endpoint:
            log(f"SSH reaches it at {found.place} now")
            self.endpoint = found

    async def open(self) -> asyncssh.SSHClientConnection:
        """Return the open connection; connect, with one attempt, if there is none.

        Raises OSError or asyncssh.Error when the machine does not answer, HostKeyError when it shows another
        key, RunError when the user's own keys or OpenSSH configuration cannot be used.
        """
        async with self._connecting:
            if self._connection is None or self._connection.is_closed():
                with _heeding_cancellation():
                    self._connection = await self._make()
            return self._connection

    async def _make(self) -> asyncssh.SSHClientConnection:
        for path in self.endpoint.key_files:
            if not path.is_file():
                raise RunError(f"The SSH key for {self.name} is not at {path}.", id="SSH-KEY")
        arguments = reach.arguments(self.endpoint, self._keys.lookup(self.name))
        if self.endpoint.jump:
            arguments["tunnel"] = await self._through()
        try:
            return await asyncssh.connect(
                **arguments,
                client_factory=lambda: _Client(self.name, self._keys),
                preferred_auth="publickey",
                connect_timeout=10,
                login_timeout=20,
                keepalive_interval=self.patience.keepalive,
                keepalive_count_max=3,
            )
        except asyncssh.KeyImportError as error:
            raise RunError(f"The SSH key for {self.name} cannot be used: {error}.", id="SSH-KEY") from error
        except reach.ConfigParseError as error:
            raise RunError(f"Your OpenSSH configuration cannot be read: {error}.", id="SSH-CONFIG") from error
        except asyncssh.HostKeyNotVerifiable as error:
            raise self._refused_key() from error

    def _refused_key(self) -> HostKeyError:
        if self.endpoint.personal and self._keys.pinned(self.name) is None:
            return HostKeyError(
                f"{self.name} shows an SSH host key that this computer does not know.",
                fix="Run kubetui up in a terminal, where it shows the key and asks you. Or connect once with ssh.",
                id="SSH-HOST-UNKNOWN",
            )
        return HostKeyError(
            f"{self.name} shows another SSH host key than before. Either someone recreated it without kubetui, "
            "or something else answers at its address.",
            fix=f"If you recreated it, remove its line from {self._keys.path} and run the same command again.",
        )

    async def _through(self) -> asyncssh.SSHClientConnection:
        """Return a connection to the jump host."""
        if self._jump is None:
            host = reach.jump_endpoint(self.endpoint)
            self._jump = Connection(reach.jump_name(self.endpoint), host, self._keys, self.patience)
        return await self._jump.open()

    @property
    def host_key(self) -> str:
        """The host key that the machine showed on the open connection; empty when there is none."""
        key = self._connection.get_server_host_key() if self._connection else None
        return key.export_public_key().decode().strip() if key else ""

    @property
    def alive(self) -> bool:
        """Whether the connection is open, as far as we know."""
        return self._connection is not None and not self._connection.is_closed()

    def forget(self, lost: asyncssh.SSHClientConnection | None) -> None:
        """Drop a lost connection, unless another command has already replaced it."""
        if lost is not None and lost is self._connection:
            lost.abort()
            self._connection = None

    def _unreachable(self, error: Exception) -> ConnectionLostError:
        return ConnectionLostError(
            f"{self.name} cannot be reached at {self.endpoint.place}: {describe(error)}.",
            fix="Check that the machine is running, then run the same command again.",
        )

    async def close(self) -> None:
        """Close the connection, and the one to the jump host."""
        if self._connection is not None:
            self._connection.close()
            await self._connection.wait_closed()
        if self._jump is not None:
            await self._jump.close()
