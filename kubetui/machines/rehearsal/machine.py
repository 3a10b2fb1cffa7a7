"""One rehearsed machine: its answers, made from the recording, its memory and the plan."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from kubetui.engine.step import WorkState
from kubetui.engine.survey import MARK
from kubetui.machines.rehearsal.faults import RESET_LINES, Fault
from kubetui.machines.rehearsal.memory import Memory
from kubetui.machines.rehearsal.recording.asked import Asked, survey_parts
from kubetui.machines.rehearsal.recording.recording import Answer, Kind, Recording
from kubetui.machines.rehearsal.recording.words import Words
from kubetui.machines.rehearsal.unrecorded import made_up
from kubetui.profile.machine import Machine, Role
from kubetui.profile.plan import Plan

LOST: Final = Answer(125, 0.0, ((0.0, "error: the rehearsal has no recording of this command"),))
"""The answer to a command that the recording lacks."""


@dataclass
class RehearsedMachine:
    """A machine of the plan that exists only as answers. `calls` lists the commands it received, as step and kind."""

    plan: Plan
    machine: Machine
    recording: Recording
    memory: Memory
    steps: Mapping[tuple[str, Role], str]
    """The step of each script, by script and role."""
    fault: Fault | None = None

    def __post_init__(self) -> None:
        self.calls: list[tuple[str, Kind]] = []
        self._words: tuple[Plan, Machine, Words] | None = None

    @property
    def words(self) -> Words:
        """The names, addresses and versions of this machine's plan."""
        known = self._words
        if known is None or known[0] is not self.plan or known[1] is not self.machine:
            # cached: they name every machine, and building them took longer than an answer takes over SSH
            known = self._words = (self.plan, self.machine, Words(self.plan, self.machine, self.plan.version))
        return known[2]

    @property
    def pace(self) -> float:
        """The factor applied to recorded times; no two machines of a real cluster are equally fast."""
        return 0.85 + zlib.crc32(self.machine.name.encode()) % 31 / 100

    def step_of(self, asked: Asked) -> str:
        """Return the step that a script belongs to; empty when it belongs to none."""
        return self.steps.get((asked.digest, self.machine.role), "")

    def look(self, asked: Asked) -> Answer:
        """Answer a survey or a probe."""
        parts = survey_parts(asked.script)
        return self._survey(parts) if parts else self._told(self._probe(asked))

    def read(self, asked: Asked) -> Answer:
        """Answer a command that only reads."""
        return self._told(self._recorded(asked, Kind.READ))

    def begin(self, asked: Asked) -> tuple[Answer, Fault | None]:
        """Answer a step's command, with the fault that hits it, if any."""
        step = self.step_of(asked)
        recorded = self._recorded(asked, Kind.APPLY)
        fault = self.fault
        if fault and fault.strikes(self.plan, self.machine, step) and fault.name not in self.memory.faults:
            return self._told(recorded if fault.drops else fault.answer(recorded)), fault
        if step in self.memory.halves:
            recorded = _after(RESET_LINES, recorded)
        return self._told(recorded), None

    def end(self, asked: Asked, code: int, fault: Fault | None) -> None:
        """Remember how a step's command ended."""
        step = self.step_of(asked)
        if fault:
            self.memory.fail(step, fault.name, fault.leaves)
        if code == 0 and step:
            self.memory.finish(step, asked.values)

    def _survey(self, parts: tuple[tuple[str, Asked], ...]) -> Answer:
        """Answer as the survey's shell does: the machine's own lines, then one line per probe."""
        (_, own), *others = parts
        answer = self._told(self._probe(own))
        if answer.code:
            return answer
        lines = [*answer.lines]
        for name, asked in others:
            found = self._told(self._probe(asked))
            detail = found.lines[-1][1] if found.lines else ""
            lines.append((answer.seconds, f"{MARK}|{name}|{found.code}|{detail}"))
        return Answer(0, answer.seconds, tuple(lines))

    def _probe(self, asked: Asked) -> Answer:
        step = self.step_of(asked)
        todo = self._answer(asked, Kind.TODO)
        if todo is None or self.memory.holds(step, asked.values):
            return self._recorded(asked, Kind.DONE)
        self._note(step, Kind.TODO)
        if step in self.memory.halves:
            return Answer(WorkState.PARTIAL.value, todo.seconds, ((todo.seconds, self.memory.halves[step]),))
        if step in self.memory.done:
            return Answer(WorkState.PARTIAL.value, todo.seconds, ((todo.seconds, "it was done for another plan"),))
        return todo

    def _recorded(self, asked: Asked, kind: Kind) -> Answer:
        step = self.step_of(asked)
        self._note(step, kind)
        return self._answer(asked, kind) or LOST

    def _answer(self, asked: Asked, kind: Kind) -> Answer | None:
        step = self.step_of(asked)
        recorded = self.recording.find(asked.digest, kind, self.machine.role, step)
        return recorded or made_up(step, asked, kind)

    def _note(self, step: str, kind: Kind) -> None:
        self.calls.append((step, kind))

    def _told(self, answer: Answer) -> Answer:
        """Return a recorded answer with this machine's names and at its pace."""
        lines = tuple((at * self.pace, text) for at, text in self._spoken(answer))
        return Answer(answer.code, answer.seconds * self.pace, lines)

    def _spoken(self, answer: Answer) -> Iterator[tuple[float, str]]:
        words = self.words
        for at, line in answer.lines:
            text = words.put_in(line)
            if text is not None:
                yield at, text


def _after(lines: tuple[tuple[float, str], ...], answer: Answer) -> Answer:
    late = lines[-1][0] + 0.5
    return Answer(answer.code, answer.seconds + late, (*lines, *((at + late, text) for at, text in answer.lines)))
