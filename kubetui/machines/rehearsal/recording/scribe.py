"""Writes a recording while a real cluster is built, by listening in on the machines' connections."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from kubetui.base.errors import KubetuiError, UsageError
from kubetui.base.redaction import redact
from kubetui.base.text import LineSink, clean
from kubetui.cluster.tables import CONTAINERS, NODES, PODS
from kubetui.engine.step import Connect, Step
from kubetui.engine.survey import parse
from kubetui.machines.rehearsal.recording.asked import digest, survey_parts
from kubetui.machines.rehearsal.recording.recording import Answer, Kind, Recording, missing, scripts
from kubetui.machines.rehearsal.recording.words import Words
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.remote.command import Command
from kubetui.remote.endpoint import Endpoint
from kubetui.remote.node import Node, Result
from kubetui.remote.output import as_printed

SECRET: Final = re.compile(r"PRIVATE KEY|-key-data:|certificate-authority-data:|\b[a-z0-9]{6}\.[a-z0-9]{16}\b")
_PROGRESS: Final = re.compile(r"\|[+-]{20,}\||^elapsed: |level=error msg=.active check failed")
"""ctr's progress bars, redrawn ten times a second; left out because only their result matters."""
_OLD_CGROUPS: Final = re.compile(
    r"The system verification failed|^(KERNEL_VERSION|OS|CONFIG_\w+|CGROUPS_\w+): |WARNING SystemVerification\]"
)
"""kubeadm's output about cgroup version 1, which rehearsed machines do not have."""
_SKIPPED: Final = " --ignore-preflight-errors=SystemVerification"
"""The option that this takes."""
_SYSTEM: Final = re.compile(r"^([^,]+), ")
_KERNEL: Final = re.compile(r", kernel (\S+)$", re.MULTILINE)
_VERSION: Final = re.compile(r"\bv(1\.\d+\.\d+)\b")


@dataclass
class Scribe:
    """Records what one machine of each sort prints, in a run that builds everything from scratch."""

    plan: Plan
    steps: tuple[Step, ...]
    _notes: list[tuple[Machine, str, Kind, str, Answer]] = field(default_factory=list)

    def around(self, connect: Connect) -> Connect:
        """Return a `connect` whose connections are recorded."""

        async def noting(machine: Machine, endpoint: Endpoint, log: LineSink) -> Node:
            node = await connect(machine, endpoint, log)
            return _NotedNode(node, machine, self) if machine in self._chosen() else node

        return noting

    def note(self, machine: Machine, script: str, kind: Kind, answer: Answer) -> None:
        """Keep an answer; the first of its kind wins."""
        name = digest(script)
        step = next((step for (known, _, _), step in scripts(self.plan, self.steps).items() if known == name), "")
        self._notes.append((machine, name, kind, step, answer))

    async def look_around(self, node: Node) -> None:
        """Record the finished cluster's tables from its control plane, as the wizard's last screen reads them."""
        await self._settled(node)
        for script in (NODES, PODS):
            await self._table(node, self.plan.control_plane, Command(script))
        for machine in self._chosen():
            await self._table(node, machine, Command(CONTAINERS, {"NODE": machine.name}))

    async def _settled(self, node: Node) -> None:
        """Wait until the kubelets have reported every pod, which they do once a minute."""
        for _ in range(90):
            if "0/1" not in await node.read(Command(PODS)):
                return
            await asyncio.sleep(1)

    async def _table(self, node: Node, machine: Machine, command: Command) -> None:
        text = await node.read(command)
        self.note(machine, command.script, Kind.READ, _answer(0, 0.3, ((0.3, line) for line in text.splitlines())))

    def recording(self) -> Recording:
        """Return the recording, with this cluster's own names and addresses replaced by marks.

        Raises UsageError when the run skipped completed steps, so that their output is missing.
        """
        version = self._version()
        kernel = self._facts(_KERNEL)
        words = {machine: Words(self.plan, machine, version, kernel) for machine in self._chosen()}
        about = {"made": datetime.now(UTC).date().isoformat(), "kubernetes": version, "system": self._facts(_SYSTEM)}
        recording = Recording(about)
        # of two control planes that ran the same script, the first is kept, whichever ended first
        for machine, name, kind, step, answer in sorted(self._notes, key=lambda note: not note[0].first):
            lines = tuple((at, words[machine].take_out(text)) for at, text in answer.lines)
            recording.answers.setdefault((name, kind, machine.role), Answer(answer.code, answer.seconds, lines))
            recording.steps[name] = step
        lacking = missing(recording, self.plan, self.steps)
        if lacking:
            raise UsageError(
                f"The run did not build everything from scratch, so the recording would lack {lacking[0]}.",
                fix=f"Destroy the cluster first (kubetui destroy {self.plan.profile.name}), then record again.",
                id="RECORDING",
            )
        return recording

    def save(self, path: Path) -> None:
        """Write the recording. Raises as `recording` does, and KubetuiError when it would contain a secret."""
        text = self.recording().dump()
        found = SECRET.search(text)
        if found:
            raise KubetuiError("The recording would contain a secret; nothing was written.", id="RECORDING")
        path.write_text(text, encoding="utf-8")

    def _chosen(self) -> tuple[Machine, ...]:
        """Return the first control plane, one that joins it, and one worker."""
        return (self.plan.control_plane, *self.plan.other_control_planes[:1], *self.plan.workers[:1])

    def _version(self) -> str:
        nodes = (answer.text for _, name, kind, _, answer in self._notes if name == digest(NODES))
        match = _VERSION.search(next(nodes, ""))
        return match[1] if match else ".".join(map(str, self.plan.minor))

    def _facts(self, wanted: re.Pattern[str]) -> str:
        """Return what a pattern's group finds in the line in which a machine describes itself."""
        texts = (answer.text for _, _, _, step, answer in self._notes if step == "facts")
        return next((match[1] for match in map(wanted.search, texts) if match), "")


class _NotedNode:
    """A connection that passes answers to the scribe, except those of quiet commands: their output is secret."""

    def __init__(self, node: Node, machine: Machine, scribe: Scribe) -> None:
        self._node = node
        self._machine = machine
        self._scribe = scribe

    async def run(self, command: Command, log: LineSink | None = None) -> Result:
        lines = _TimedLines(log)
        result = await self._node.run(command, lines)
        parts = survey_parts(command.script)
        if parts:
            self._survey(parts[0][0], {name: asked.script for name, asked in parts}, result, lines.seconds)
        elif not command.quiet:
            kind = Kind.TODO if result.exit_status else Kind.DONE
            self._note(command.script, kind, result.exit_status, lines)
        return result

    async def read(self, command: Command, log: LineSink | None = None) -> str:
        lines = _TimedLines(log)
        text = await self._node.read(command, lines)
        if not command.quiet:
            for line in text.splitlines():
                lines.take(line)
            self._note(command.script, Kind.READ, 0, lines)
        return text

    async def carry_out(self, task: str, command: Command, log: LineSink) -> Result:
        lines = _TimedLines(log)
        result = await self._node.carry_out(task, command, lines)
        self._note(command.script, Kind.APPLY, result.exit_status, lines)
        return result

    async def close(self) -> None:
        await self._node.close()

    def _survey(self, own: str, scripts: dict[str, str], result: Result, seconds: float) -> None:
        """Record each probe of a survey separately; the machine's own probe gets the whole duration."""
        found, said = parse(result.lines)
        self._scribe.note(
            self._machine,
            scripts.pop(own),
            Kind.DONE if result.ok else Kind.TODO,
            _answer(result.exit_status, seconds, ((seconds, line) for line in said)),
        )
        for name, (code, detail) in found.items():
            kind = Kind.TODO if code else Kind.DONE
            self._scribe.note(self._machine, scripts[name], kind, _answer(code, 0.0, [(0.0, detail)] if detail else []))

    def _note(self, script: str, kind: Kind, code: int, lines: _TimedLines) -> None:
        self._scribe.note(self._machine, script, kind, _answer(code, lines.seconds, lines.taken))


class _TimedLines:
    """Passes lines on and notes when each arrived."""

    def __init__(self, log: LineSink | None) -> None:
        self._log = log
        self._began = time.monotonic()
        self.taken: list[tuple[float, str]] = []

    def __call__(self, line: str) -> None:
        self.take(as_printed(line))
        if self._log is not None:
            self._log(line)

    def take(self, line: str) -> None:
        """Note a line without passing it on."""
        self.taken.append((self.seconds, line))

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began


def _answer(code: int, seconds: float, lines: Iterable[tuple[float, str]]) -> Answer:
    cleaned = ((at, clean(line).replace(_SKIPPED, "")) for at, line in lines)
    kept = ((at, redact(text)) for at, text in cleaned if not _PROGRESS.search(text) and not _OLD_CGROUPS.search(text))
    return Answer(code, seconds, tuple(kept))
