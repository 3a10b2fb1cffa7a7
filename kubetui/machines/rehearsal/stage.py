"""The rehearsed machines of one cluster, in a thread with its own event loop while kubetui runs.

The engine, the wizard's cluster screen and tests reach them only over SSH, each from its own loop.
"""

from __future__ import annotations

import asyncio
import atexit
import json
import threading
from collections import Counter
from collections.abc import Coroutine, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, TypeVar

import asyncssh

from kubetui.base.files import private_folder, write_private
from kubetui.machines.rehearsal.answers import Answers
from kubetui.machines.rehearsal.apiserver import ApiServer, Authority, Pair, new_authority
from kubetui.machines.rehearsal.machine import LOST, RehearsedMachine
from kubetui.machines.rehearsal.memory import Memory
from kubetui.machines.rehearsal.options import Options
from kubetui.machines.rehearsal.recording.asked import Asked, digest
from kubetui.machines.rehearsal.recording.recording import Answer, Kind, missing, scripts, shipped
from kubetui.machines.rehearsal.server import Keys, MachineServer
from kubetui.profile.machine import Machine, Role
from kubetui.profile.plan import Plan
from kubetui.steps.build import STEPS
from kubetui.steps.cluster.init import ADMIN_CONF, INIT_STEP
from kubetui.steps.cluster.labels import LABEL_NODES

T = TypeVar("T")
_KUBECONFIG: Final = digest(ADMIN_CONF)


class Stage:
    """One cluster's servers. `folder` holds its keys, its certificates and each machine's memory."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan = plan
        self.options = Options.of(plan)
        self._folder = folder
        self._recording = shipped(plan)
        self._answers = Answers(self._recording, self.memory)
        self._servers: dict[str, MachineServer] = {}
        self._keys: Keys | None = None
        self._api: ApiServer | None = None
        self._known: tuple[Plan, Mapping[tuple[str, Role], str]] | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"rehearsal {folder.name}", daemon=True)
        self._thread.start()

    @property
    def about(self) -> str:
        """A few words about the recording."""
        about = self._recording.about
        return f"{about['system']} with Kubernetes {about['kubernetes']}, {about['made']}"

    def older(self) -> tuple[str, ...]:
        """Return the steps whose scripts changed since the recording; a released kubetui has none."""
        recorded = tuple(step for step in STEPS if step is not LABEL_NODES)
        return tuple(dict.fromkeys(each.partition(":")[0] for each in missing(self._recording, self.plan, recorded)))

    @property
    def user_key(self) -> Path:
        """The private key with which kubetui logs in."""
        return self._folder / "id_ed25519"

    def play(self, plan: Plan) -> None:
        """Switch to a run's plan: its machines, speed and fault."""
        self.plan, self.options, self._recording = plan, Options.of(plan), shipped(plan)
        self._answers = Answers(self._recording, self.memory)
        for server in self._servers.values():
            machine = server.machine
            machine.plan, machine.fault, machine.steps = plan, self.options.fault, self._steps()
            machine.recording = self._recording
            machine.machine = next(
                (each for each in plan.machines if each.name == machine.machine.name), machine.machine
            )

    async def port(self, machine: Machine) -> int:
        """Return the port of a machine's SSH server, which is started if needed."""
        return await self._inside(self._open(machine))

    def calls(self) -> Counter[tuple[str, str, Kind]]:
        """Count the calls over SSH by machine, step and kind."""
        servers = self._servers.items()
        return Counter((name, *call) for name, server in servers for call in server.machine.calls)

    def memory(self, machine: Machine) -> Memory:
        """Return a machine's memory from its file."""
        return Memory.in_folder(self._folder, machine.name)

    async def halt(self, machine: Machine) -> None:
        """Halt a machine, as if somebody had: it answers nobody until it is started again."""
        await self._inside(self._halt(machine))

    async def close(self) -> None:
        """Close every server and end the thread."""
        await self._inside(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        await asyncio.to_thread(self._thread.join)
        self._loop.close()

    def abandon(self) -> None:
        """Stop the thread when the process exits."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(1)

    def _steps(self) -> Mapping[tuple[str, Role], str]:
        if self._known is None or self._known[0] is not self.plan:
            found = {(script, role): step for (script, _, role), step in scripts(self.plan, STEPS).items()}
            self._known = (self.plan, found)
        return self._known[1]

    async def _inside(self, work: Coroutine[Any, Any, T]) -> T:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    async def _open(self, machine: Machine) -> int:
        server = self._servers.get(machine.name)
        if server is None:
            if self._keys is None:
                self._keys = self._read_keys()
            memory = self.memory(machine)
            played = RehearsedMachine(self.plan, machine, self._recording, memory, self._steps(), self.options.fault)
            server = MachineServer(played, self._keys, lambda: self.options.speed, self._read, self._ended)
            self._servers[machine.name] = server
            if INIT_STEP.name in memory.done:
                await self._serve_api()
        return await server.open()

    async def _halt(self, machine: Machine) -> None:
        server = self._servers.pop(machine.name, None)
        if server is not None:
            await server.close()
        if machine.first and self._api is not None:
            await self._api.close()
        self.memory(machine).power(on=False)

    async def _close(self) -> None:
        await asyncio.gather(*(server.close() for server in self._servers.values()))
        if self._api is not None:
            await self._api.close()

    async def _read(self, machine: RehearsedMachine, asked: Asked) -> Answer:
        """Answer a command that only reads: output generated for the plan if possible, or else recorded."""
        make = self._answers.find(asked)
        if make is None and asked.digest != _KUBECONFIG:
            return machine.read(asked)
        machine.calls.append((machine.step_of(asked), Kind.READ))
        recorded = machine.recording.find(asked.digest, Kind.READ, machine.machine.role) or LOST
        text = make(self.plan, asked, recorded) if make else await self._kubeconfig()
        return Answer(0, recorded.seconds, tuple((0.0, line) for line in text.splitlines()))

    async def _ended(self, machine: RehearsedMachine, step: str) -> None:
        """Start the API server once `kubeadm init` has succeeded."""
        if step == INIT_STEP.name and machine.machine.first:
            await self._serve_api()

    async def _kubeconfig(self) -> str:
        """Return the administrator's kubeconfig for this process's API server."""
        return self._authority().kubeconfig(self.plan.profile.name, await self._serve_api())

    async def _serve_api(self) -> int:
        if self._api is None:
            self._api = ApiServer(self._authority(), self.plan.version)
        kept = self._folder / "api-port"
        before = int(kept.read_text()) if kept.exists() else 0
        port = await self._api.open(before)
        if port != before:
            write_private(kept, str(port))
        return port

    def _authority(self) -> Authority:
        path = self._folder / "authority.json"
        if not path.exists():
            write_private(path, json.dumps(asdict(new_authority())))
        parts = json.loads(path.read_text())
        return Authority(parts["certificate"], Pair(**parts["server"]), Pair(**parts["admin"]))

    def _read_keys(self) -> Keys:
        """Return the keys of the machines and of their user, creating them the first time."""
        private_folder(self._folder)
        for path in (self._folder / "host_key", self.user_key):
            if not path.exists():
                key = asyncssh.generate_private_key("ssh-ed25519", comment="kubetui rehearsal")
                write_private(path, key.export_private_key())
        return Keys(*map(asyncssh.read_private_key, (self._folder / "host_key", self.user_key)))


_stages: dict[Path, Stage] = {}
_lock: Final = threading.Lock()


def stage_of(plan: Plan, folder: Path) -> Stage:
    """Return a cluster's stage; this process has one per cluster."""
    with _lock:
        if folder not in _stages:
            _stages[folder] = stage = Stage(plan, folder)
            atexit.register(stage.abandon)
        return _stages[folder]


async def leave(folder: Path) -> None:
    """Close a cluster's stage, if this process has one."""
    with _lock:
        stage = _stages.pop(folder, None)
    if stage is not None:
        atexit.unregister(stage.abandon)
        await stage.close()
