"""Generates the answers that depend on the plan, the cluster's members or the time, and so cannot be replayed."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Final

from kubetui.cluster.tables import CONTAINERS, NODES, POD_ABOUT, POD_LOGS, PODS
from kubetui.machines.rehearsal import proof
from kubetui.machines.rehearsal.memory import Memory
from kubetui.machines.rehearsal.recording.asked import Asked, digest
from kubetui.machines.rehearsal.recording.recording import Answer, Kind, Recording
from kubetui.machines.rehearsal.tables import Member, Tables
from kubetui.profile.machine import Machine, Role
from kubetui.profile.plan import Plan
from kubetui.remote.guest import CALLS
from kubetui.steps.cluster.init import INIT_STEP
from kubetui.steps.cluster.join import JOIN_STEP, KNOWN
from kubetui.steps.cluster.join_control_plane import JOIN_CONTROL_PLANE
from kubetui.steps.cluster.join_token import CREATE_TOKEN, SIGNED
from kubetui.steps.cluster.proof.commands import ASK
from kubetui.steps.cluster.proof.commands import PODS as PROOF_PODS
from kubetui.steps.cluster.taught import CREATING
from kubetui.steps.machine.clock import SHOW

_LETTERS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
Make = Callable[[Plan, Asked, Answer], str]
"""Generates a command's output for a plan, from the recorded answer if there is one."""


class Answers:
    """Generates command output. `memory` returns what a machine remembers, such as whether it has joined."""

    def __init__(self, recording: Recording, memory: Callable[[Machine], Memory]) -> None:
        self._recording = recording
        self._memory = memory
        self._made: dict[str, Make] = {
            digest(SHOW): self._clock,
            digest(CREATE_TOKEN): self._join_command,
            digest(KNOWN): self._known_node,
            digest(NODES): self._nodes,
            digest(PODS): self._pods,
            digest(CONTAINERS): self._containers,
            digest(POD_LOGS): self._unrecorded,
            digest(POD_ABOUT): self._unrecorded,
            digest(PROOF_PODS): proof.pods,
            digest(ASK): proof.heard,
        }

    def find(self, asked: Asked) -> Make | None:
        """Return the function that generates a command's output; None if the recording has it."""
        return self._made.get(asked.digest)

    def _clock(self, _plan: Plan, _asked: Asked, _recorded: Answer) -> str:
        """Return the current time; the recorded one is long past."""
        return f"{time.time():.9f}\n"

    def _join_command(self, plan: Plan, _asked: Asked, _recorded: Answer) -> str:
        """Return a join command as kubeadm prints it; rehearsed machines ignore its join token."""
        token = ".".join("".join(secrets.choice(_LETTERS) for _ in range(size)) for size in (6, 16))
        where = f"{plan.control_plane.address}:6443"
        command = f"kubeadm join {where} --token {token} --discovery-token-ca-cert-hash sha256:{secrets.token_hex(32)}"
        return f"{CALLS}{CREATING}\n{command}\n{SIGNED}\nkind: Config\n"

    def nodes(self, plan: Plan, recorded: Answer) -> str:
        """Return the nodes that have joined; those whose machine is halted are not Ready."""
        return self._tables(plan).nodes(recorded)

    def _nodes(self, plan: Plan, _asked: Asked, recorded: Answer) -> str:
        return self.nodes(plan, recorded)

    def _pods(self, plan: Plan, _asked: Asked, recorded: Answer) -> str:
        return self._tables(plan).pods(recorded)

    def _containers(self, plan: Plan, asked: Asked, recorded: Answer) -> str:
        node = asked.values.get("NODE", "")
        machine = next((each for each in plan.machines if each.name == node), None)
        if machine is not None:
            recorded = self._recording.find(asked.digest, Kind.READ, machine.role) or recorded
        return self._tables(plan).containers(recorded, node)

    def _unrecorded(self, _plan: Plan, asked: Asked, _recorded: Answer) -> str:
        """Say that a pod itself was not recorded, only its row in the list."""
        pod = asked.values.get("POD", "")
        return f"This is a rehearsal: there is no pod {pod}, and nothing that it wrote or did was recorded.\n"

    def _known_node(self, plan: Plan, asked: Asked, recorded: Answer) -> str:
        """Return the recorded certificate authority, and the requested node once it has joined."""
        name = asked.values.get("NAME", "")
        joined = [f"node/{member.machine.name}" for member in self._members(plan) if member.machine.name == name]
        return "\n".join([*(text for _, text in recorded.lines[:1]), *joined])

    def _tables(self, plan: Plan) -> Tables:
        return Tables(plan, self._members(plan))

    def _members(self, plan: Plan) -> tuple[Member, ...]:
        members = []
        for machine in plan.machines:
            memory = self._memory(machine)
            join = JOIN_STEP if machine.role is Role.WORKER else JOIN_CONTROL_PLANE
            since = memory.since(INIT_STEP.name if machine.first else join.name)
            if since is not None:
                members.append(Member(machine, since, ready=not memory.halted))
        return tuple(members)
