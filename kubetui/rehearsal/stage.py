"""The rehearsed machines of one cluster: in a thread with an event loop of its own, for as long as kubetui runs.

The engine, the wizard's cluster screen and tests reach them over SSH alone, each from its own loop.
"""

from __future__ import annotations

import asyncio
import atexit
import json
import secrets
import threading
import time
from collections import Counter
from collections.abc import Coroutine, Mapping
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeVar

import asyncssh

from kubetui import observe
from kubetui.files import private_folder, write_private
from kubetui.plan import Machine, Plan, Role
from kubetui.rehearsal import certificates
from kubetui.rehearsal.apiserver import ApiServer
from kubetui.rehearsal.asked import Asked, digest
from kubetui.rehearsal.certificates import Authority, Pair
from kubetui.rehearsal.machine import LOST, RehearsedMachine, version
from kubetui.rehearsal.memory import Memory
from kubetui.rehearsal.options import Options
from kubetui.rehearsal.recording import Answer, Kind, missing, scripts, shipped
from kubetui.rehearsal.server import Keys, MachineServer
from kubetui.rehearsal.tables import Member, Tables
from kubetui.steps import STEPS
from kubetui.steps.clock import SHOW
from kubetui.steps.control_plane import ADMIN_CONF, INIT_STEP
from kubetui.steps.control_planes import JOIN_CONTROL_PLANE
from kubetui.steps.finish import NODES_TABLE
from kubetui.steps.workers import JOIN_STEP, KNOWN, SIGNED, TICKET

T = TypeVar("T")
_LETTERS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


class Stage:
    """One cluster's servers. `folder` keeps its keys, its certificates, and what each machine remembers."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan = plan
        self.options = Options.of(plan)
        self._folder = folder
        self._recording = shipped()
        self._servers: dict[str, MachineServer] = {}
        self._keys: Keys | None = None
        self._api: ApiServer | None = None
        self._known: tuple[Plan, Mapping[tuple[str, Role], str]] | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"rehearsal {folder.name}", daemon=True)
        self._thread.start()
        self._made = {
            digest(ADMIN_CONF): self._kubeconfig,
            digest(SHOW): self._clock,
            digest(TICKET): self._ticket,
            digest(KNOWN): self._known_node,
            digest(NODES_TABLE): self._nodes,
            digest(observe.NODES): self._nodes,
            digest(observe.PODS): self._pods,
            digest(observe.CONTAINERS): self._containers,
        }

    @property
    def about(self) -> str:
        """What was recorded, in a few words."""
        about = self._recording.about
        return f"{about['system']} with Kubernetes {about['kubernetes']}, {about['made']}"

    @cached_property
    def older(self) -> tuple[str, ...]:
        """The steps whose scripts changed since they were recorded; a released kubetui has none."""
        return tuple(dict.fromkeys(each.partition(":")[0] for each in missing(self._recording, self.plan, STEPS)))

    @property
    def user_key(self) -> Path:
        """The key that lets kubetui in."""
        return self._folder / "id_ed25519"

    def play(self, plan: Plan) -> None:
        """Take the plan of a run: its machines, its speed, its fault."""
        self.plan, self.options = plan, Options.of(plan)
        for server in self._servers.values():
            machine = server.machine
            machine.plan, machine.fault, machine.steps = plan, self.options.fault, self._steps()
            machine.machine = next(
                (each for each in plan.machines if each.name == machine.machine.name), machine.machine
            )

    async def port(self, machine: Machine) -> int:
        """Return the port of a machine's SSH server, which is opened where it was not yet."""
        return await self._inside(self._open(machine))

    def calls(self) -> Counter[tuple[str, str, Kind]]:
        """Count what was asked over SSH: by machine, step and kind."""
        servers = self._servers.items()
        return Counter((name, *call) for name, server in servers for call in server.machine.calls)

    def memory(self, machine: Machine) -> Memory:
        """Return what a machine remembers, from its file."""
        return Memory.of(self._folder / "machines" / f"{machine.name}.json")

    async def close(self) -> None:
        """Close every server and end the thread."""
        await self._inside(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        await asyncio.to_thread(self._thread.join)
        self._loop.close()

    def abandon(self) -> None:
        """End the thread as the process ends."""
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

    async def _close(self) -> None:
        await asyncio.gather(*(server.close() for server in self._servers.values()))
        if self._api is not None:
            await self._api.close()

    async def _read(self, machine: RehearsedMachine, asked: Asked) -> Answer:
        """Answer a command whose output is made for the plan at hand, or else recorded."""
        recorded = machine.recording.find(asked.digest, Kind.READ, machine.machine.role) or LOST
        made = self._made.get(asked.digest)
        if made is None:
            return machine.read(asked)
        machine.calls.append((machine.step_of(asked), Kind.READ))
        text = await made(asked, recorded)
        return Answer(0, recorded.seconds, tuple((0.0, line) for line in text.splitlines()))

    async def _ended(self, machine: RehearsedMachine, step: str) -> None:
        """Let the API server answer from the end of `kubeadm init` on."""
        if step == INIT_STEP.name and machine.machine.first:
            await self._serve_api()

    async def _kubeconfig(self, asked: Asked, recorded: Answer) -> str:
        del asked, recorded
        return self._authority().kubeconfig(self.plan.profile.name, await self._serve_api())

    async def _clock(self, asked: Asked, recorded: Answer) -> str:
        """Return the time: what was recorded is long ago."""
        del asked, recorded
        return f"{time.time():.9f}\n"

    async def _ticket(self, asked: Asked, recorded: Answer) -> str:
        """Return a ticket as kubeadm prints it; the machines of a rehearsal do not look at it."""
        del asked, recorded
        token = ".".join("".join(secrets.choice(_LETTERS) for _ in range(size)) for size in (6, 16))
        where = f"{self.plan.control_plane.address}:6443"
        ticket = f"kubeadm join {where} --token {token} --discovery-token-ca-cert-hash sha256:{secrets.token_hex(32)}"
        return f"{ticket}\n{SIGNED}\nkind: Config\n"

    async def _nodes(self, asked: Asked, recorded: Answer) -> str:
        if asked.digest != digest(NODES_TABLE):
            recorded = self._recording.find(digest(NODES_TABLE), Kind.READ, Role.CONTROL_PLANE) or recorded
        return self._tables().nodes(recorded)

    async def _pods(self, asked: Asked, recorded: Answer) -> str:
        del asked
        return self._tables().pods(recorded)

    async def _containers(self, asked: Asked, recorded: Answer) -> str:
        node = asked.values.get("NODE", "")
        machine = next((each for each in self.plan.machines if each.name == node), None)
        if machine is not None:
            recorded = self._recording.find(asked.digest, Kind.READ, machine.role) or recorded
        return self._tables().containers(recorded, node)

    async def _known_node(self, asked: Asked, recorded: Answer) -> str:
        """Return the recorded authority, and the node that is asked for once it has joined."""
        name = asked.values.get("NAME", "")
        joined = [f"node/{member.machine.name}" for member in self._members() if member.machine.name == name]
        return "\n".join([*(text for _, text in recorded.lines[:1]), *joined])

    def _tables(self) -> Tables:
        return Tables(self.plan, self._members())

    def _members(self) -> tuple[Member, ...]:
        members = []
        for machine in self.plan.machines:
            memory = self.memory(machine)
            join = JOIN_STEP if machine.role is Role.WORKER else JOIN_CONTROL_PLANE
            since = memory.since(INIT_STEP.name if machine.first else join.name)
            if since is not None:
                members.append(Member(machine, since))
        return tuple(members)

    async def _serve_api(self) -> int:
        if self._api is None:
            self._api = ApiServer(self._authority(), version(self.plan))
        kept = self._folder / "api-port"
        before = int(kept.read_text()) if kept.exists() else 0
        port = await self._api.open(before)
        if port != before:
            write_private(kept, str(port))
        return port

    def _authority(self) -> Authority:
        path = self._folder / "authority.json"
        if not path.exists():
            write_private(path, json.dumps(asdict(certificates.make())))
        parts = json.loads(path.read_text())
        return Authority(parts["certificate"], Pair(**parts["server"]), Pair(**parts["admin"]))

    def _read_keys(self) -> Keys:
        """Return the keys of the machines and of their user, made at the first time."""
        private_folder(self._folder)
        for path in (self._folder / "host_key", self.user_key):
            if not path.exists():
                key = asyncssh.generate_private_key("ssh-ed25519", comment="kubetui rehearsal")
                write_private(path, key.export_private_key())
        return Keys(*map(asyncssh.read_private_key, (self._folder / "host_key", self.user_key)))


_stages: dict[Path, Stage] = {}
_lock: Final = threading.Lock()


def stage_of(plan: Plan, folder: Path) -> Stage:
    """Return the stage of a cluster, one a process."""
    with _lock:
        if folder not in _stages:
            _stages[folder] = stage = Stage(plan, folder)
            atexit.register(stage.abandon)
        return _stages[folder]


async def leave(folder: Path) -> None:
    """Close a cluster's stage, if this process has it."""
    with _lock:
        stage = _stages.pop(folder, None)
    if stage is not None:
        atexit.unregister(stage.abandon)
        await stage.close()
