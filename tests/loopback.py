"""A fake machine on this host, reached over SSH: a real SSH server whose commands run in a real bash.

`sudo`, `systemd-run` and `systemctl` are small stand-ins, and the `Wire` in between can be cut or frozen.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import asyncssh

from kubetui.remote.connection import Patience
from kubetui.remote.endpoint import Endpoint
from kubetui.remote.host_keys import HostKeys
from kubetui.remote.ssh import SshNode

QUICK = Patience(boot=60.0, pause=0.02, keepalive=0.2)

STANDINS = {
    "sudo": """
[[ $1 == -n ]] || exit 1
shift
[[ ! -e $STANDINS/sudo-refuses ]] || { echo 'sudo: a password is required' >&2; exit 1; }
[[ ! -e $STANDINS/sudo-warns ]] || echo 'sudo: unable to resolve host kubmaster' >&2
exec "$@"
""",
    "systemd-run": """
while [[ $1 == --* ]]; do
  case $1 in --unit=*) unit=${1#*=} ;; esac
  shift
done
[[ ! -e $STANDINS/systemd-refuses ]] || { echo 'Failed to start transient service unit' >&2; exit 1; }
if systemctl is-active --quiet "$unit"; then echo "Unit $unit.service was already loaded" >&2; exit 1; fi
echo "$unit" >>"$STANDINS/runs"
rm -f "$STANDINS/$unit.pid"
# as systemd does, the one that starts it also collects it at its end
exec </dev/null >/dev/null 2>&1
setsid bash -c '"${@:2}" & echo "$!" >"$1.new"; mv "$1.new" "$1"; wait' own "$STANDINS/$unit.pid" "$@" &
echo "$!" >"$STANDINS/$unit.group"
until [[ -e $STANDINS/$unit.pid ]]; do sleep 0.01; done
""",
    "systemctl": """
pid=$(cat "$STANDINS/${*: -1}.pid" 2>/dev/null) && [[ -d /proc/$pid ]] && state=active || { state=inactive pid=0; }
case $1 in
  is-active) [[ $2 == --quiet ]] || echo "$state"; [[ $state == active ]] ;;
  show) echo "$pid" ;;
  stop)
    [[ $pid != 0 ]] || exit 0
    kill -TERM -- "-$(cat "$STANDINS/$2.group")"
    while [[ -d /proc/$pid ]]; do sleep 0.02; done ;;
esac
""",
}


class Wire:
    """The connection between host and machine: it can be cut, frozen, or redirected."""

    def __init__(self) -> None:
        self.target = 0
        self.port = 0
        self.connections = 0
        self.received = 0
        """Bytes that the machine has got."""
        self.frozen = asyncio.Event()
        self._cut_after: int | None = None
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Start listening, on the previous port if there was one."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening, and cut all connections."""
        self.cut()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        """Abort all connections immediately."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    def strand(self) -> None:
        """Freeze the current connections permanently; new ones work."""
        self.frozen.set()
        self.frozen = asyncio.Event()

    def cut_after(self, number: int) -> None:
        """Cut all connections once the machine has sent this many more bytes."""
        self._cut_after = number

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        self._writers += [writer, inner_writer]
        for source, sink, counted in ((reader, inner_writer, False), (inner_reader, writer, True)):
            task = asyncio.create_task(self._pass_on(source, sink, counted=counted))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass_on(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, counted: bool) -> None:
        frozen = self.frozen
        with contextlib.suppress(OSError):
            while True:
                data = await source.read(65536)
                if frozen.is_set():
                    # a frozen connection does not even pass on that the other side has closed
                    await asyncio.Event().wait()
                if not data:
                    break
                if not counted:
                    self.received += len(data)
                if counted and self._cut_after is not None:
                    self._cut_after -= len(data)
                    if self._cut_after <= 0:
                        self._cut_after = None
                        self.cut()
                        return
                sink.write(data)
                await sink.drain()
        sink.close()


class Guest:
    """The machine: an SSH server, a folder that replaces /run/kubetui, and the stand-ins."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.run = folder / "run"
        self.standins = folder / "standins"
        self.key = folder / "id_ed25519"
        self.let_in = True
        self.forwards = False
        """Whether it forwards ports, as a tunnel or a jump to another machine needs."""
        self.processes = 0
        self.wire = Wire()
        self._client_key = asyncssh.generate_private_key("ssh-ed25519")
        self._server: asyncssh.SSHAcceptor | None = None
        self._children: list[asyncio.subprocess.Process] = []

    async def start(self) -> None:
        self.standins.mkdir()
        for name, text in STANDINS.items():
            path = self.standins / name
            path.write_text(f"#!/bin/bash\n{text}")
            path.chmod(0o755)
        self._client_key.write_private_key(self.key)
        await self.serve()
        await self.wire.open()

    async def serve(self) -> None:
        """Start or restart the SSH server with a new host key."""
        guest = self
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

        class Server(asyncssh.SSHServer):
            def begin_auth(self, username: str) -> bool:
                del username
                return True

            def public_key_auth_supported(self) -> bool:
                return True

            def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
                del username
                return guest.let_in and key.public_data == guest._client_key.public_data

            def connection_requested(self, dest_host: str, dest_port: int, orig_host: str, orig_port: int) -> bool:
                del dest_host, dest_port, orig_host, orig_port
                return guest.forwards

        self._server = await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=Server,
            server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
            process_factory=self._handle,
            encoding=None,
        )
        self.wire.target = self._server.get_port()

    async def _handle(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        self.processes += 1
        path = f"{self.standins}:{os.environ['PATH']}"
        environment = {"PATH": path, "STANDINS": str(self.standins), "KUBETUI_RUN": str(self.run)}
        pipe = asyncio.subprocess.PIPE
        child = await asyncio.create_subprocess_exec(
            *("bash", "-c", process.command or ""),
            env=environment,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            start_new_session=True,
        )
        self._children.append(child)
        assert child.stdin
        assert child.stdout
        assert child.stderr
        try:
            await asyncio.gather(
                _copy(process.stdin, child.stdin),
                _copy(child.stdout, process.stdout),
                _copy(child.stderr, process.stderr),
            )
            code = await child.wait()
            if code < 0:
                process.exit_with_signal(signal.Signals(-code).name.removeprefix("SIG"))
            else:
                process.exit(code)
        finally:
            # like sshd after a lost connection: close the pipes and kill nothing
            child.stdin.close()

    def node(self, patience: Patience = QUICK, name: str = "kubmaster") -> SshNode:
        endpoint = Endpoint("127.0.0.1", self.wire.port, "vagrant", (self.key,))
        return SshNode(name, endpoint, HostKeys(self.folder / "host-keys"), patience)

    @property
    def runs(self) -> list[str]:
        """The names of the started units, in order."""
        path = self.standins / "runs"
        return path.read_text().split() if path.exists() else []

    async def stop(self) -> None:
        await self.wire.close()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        for path in self.standins.glob("*.group"):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(int(path.read_text()), signal.SIGKILL)
        for child in self._children:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            # its pipes may still be open with nobody reading them
            child._transport.close()  # type: ignore[attr-defined]  # asyncio shows no transport of a child
            await child.wait()


async def _copy(source: "asyncssh.SSHReader[bytes] | asyncio.StreamReader", sink: object) -> None:
    assert isinstance(sink, asyncssh.SSHWriter | asyncio.StreamWriter)
    with contextlib.suppress(OSError, asyncssh.Error):
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
    if isinstance(sink, asyncio.StreamWriter):
        sink.close()


@contextlib.asynccontextmanager
async def guest(folder: Path) -> AsyncIterator[Guest]:
    machine = Guest(folder)
    await machine.start()
    try:
        yield machine
    finally:
        await machine.stop()
