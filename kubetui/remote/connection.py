"""One SSH connection to a machine: made with patience, its host key pinned at first sight, renewed when it is lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import asyncssh

from kubetui.base.errors import ConnectionLostError, HostKeyError, KubetuiError, RunError
from kubetui.base.text import LineSink
from kubetui.remote import reach
from kubetui.remote.endpoint import Endpoint
from kubetui.remote.host_keys import HostKeys

BOOT_SECONDS = 300.0
"""How long a machine may take until its sshd answers."""
RENEW_SECONDS = 15.0
"""After how long without an answer the provider is asked anew how SSH reaches a machine: it may have been restarted."""
_TRANSIENT = (OSError, asyncssh.DisconnectError, asyncssh.ChannelOpenError)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for sshd, and between two tries, in seconds."""

    boot: float = BOOT_SECONDS
    pause: float = 1.0
    keepalive: float = 5.0
    renew: float = RENEW_SECONDS


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

    def validate_host_public_key(self, _host: str, _addr: str, _port: int, key: asyncssh.SSHKey) -> bool:
        return self._keys.accept(self._machine, key.export_public_key().decode().strip())


Renew = Callable[[], Awaitable[Endpoint]]


class Connection:
    """The way to one machine, through another host where its endpoint names one."""

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
        """Wait until sshd answers and let us in; five minutes unless told otherwise.

        Raises HostKeyError at once when the machine shows another key than before, ConnectionLostError
        when it never answers.
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
        """Take what the provider says now: a machine that was restarted may have another address or port."""
        if self._renew is None:
            return
        try:
            found = await self._renew()
        except KubetuiError as error:
            log(error.message)
            return
        if found != self.endpoint:
            log(f"SSH reaches it at {found.host}:{found.port} now")
            self.endpoint = found

    async def open(self) -> asyncssh.SSHClientConnection:
        """Return the connection, made anew where it is lost or was never made; one try.

        Raises OSError or asyncssh.Error when the machine does not answer, HostKeyError when it shows another
        key, RunError when the person's own keys or OpenSSH configuration cannot be used.
        """
        async with self._connecting:
            if self._connection is None or self._connection.is_closed():
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
                f"{self.name} shows an SSH host key that is not known here.",
                fix="Run kubetui up in a terminal: it shows the key and asks. Or connect once with ssh.",
                id="SSH-HOST-UNKNOWN",
            )
        return HostKeyError(
            f"{self.name} shows another SSH host key than before. Either it was made anew behind kubetui's "
            "back, or something else answers at its address.",
            fix=f"If you made it anew, remove its line from {self._keys.path} and start again.",
        )

    async def _through(self) -> asyncssh.SSHClientConnection:
        """Return a connection to the host that lies on the way."""
        if self._jump is None:
            host = reach.jump_endpoint(self.endpoint)
            self._jump = Connection(reach.jump_name(self.endpoint), host, self._keys, self.patience)
        return await self._jump.open()

    @property
    def host_key(self) -> str:
        """The key that the machine showed when it was connected to."""
        key = self._connection.get_server_host_key() if self._connection else None
        return key.export_public_key().decode().strip() if key else ""

    @property
    def alive(self) -> bool:
        """Tell whether it is there, as far as is known."""
        return self._connection is not None and not self._connection.is_closed()

    def forget(self, lost: asyncssh.SSHClientConnection | None) -> None:
        """Drop what was lost, unless another command has renewed it meanwhile."""
        if lost is not None and lost is self._connection:
            lost.abort()
            self._connection = None

    def _unreachable(self, error: Exception) -> ConnectionLostError:
        return ConnectionLostError(
            f"{self.name} cannot be reached at {self.endpoint.host}:{self.endpoint.port}: {describe(error)}.",
            fix="Look whether the machine runs; the same command goes on from here.",
        )

    async def close(self) -> None:
        """End it, and the one that it goes through."""
        if self._connection is not None:
            self._connection.close()
            await self._connection.wait_closed()
        if self._jump is not None:
            await self._jump.close()
