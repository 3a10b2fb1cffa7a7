"""A recording: what machines printed during a real run, one line of JSON per answer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any, Final

from kubetui.base.errors import KubetuiError
from kubetui.engine.step import Step
from kubetui.machines.rehearsal.recording.asked import digest
from kubetui.profile.machine import Role
from kubetui.profile.plan import Plan

FORMAT: Final = 1
SHIPPED: Final = "debian13.jsonl"
"""The recording of one control plane and workers. Both are made by tests/e2e/record.py."""
SEVERAL: Final = "debian13-ha.jsonl"
"""The recording of several control planes and a worker."""


class Kind(StrEnum):
    """The kind of command that an answer belongs to."""

    TODO = "todo"
    """A probe before the step was completed."""
    DONE = "done"
    """A probe that found the step completed."""
    APPLY = "apply"
    READ = "read"


@dataclass(frozen=True, slots=True)
class Answer:
    """A script's output and exit code; each line has its time in seconds since the start."""

    code: int
    seconds: float
    lines: tuple[tuple[float, str], ...] = ()

    @property
    def text(self) -> str:
        """Everything that was printed."""
        return "".join(f"{line}\n" for _, line in self.lines)


Key = tuple[str, Kind, Role]
"""A script's digest, the kind of answer, and the machine's role."""


@dataclass
class Recording:
    """Answers by script, kind and role. `about` has the date, the system and the Kubernetes version."""

    about: dict[str, str]
    answers: dict[Key, Answer] = field(default_factory=dict)
    steps: dict[str, str] = field(default_factory=dict)
    """The step of each script, by digest."""

    def find(self, script: str, kind: Kind, role: Role, step: str = "") -> Answer | None:
        """Return the answer of a machine with this role, or else with another.

        A script that changed since the recording gets its step's recorded answer.
        """
        older = [name for name, known in self.steps.items() if step and known == step]
        found = (self.answers.get((name, kind, each)) for name in (script, *older) for each in (role, *Role))
        return next(filter(None, found), None)

    @property
    def kubernetes(self) -> str:
        """The recorded Kubernetes version."""
        return self.about["kubernetes"]

    def dump(self) -> str:
        """Return the file's text."""
        lines = [json.dumps({"kubetui-recording": FORMAT, **self.about})]
        for (script, kind, role), answer in self.answers.items():
            record = {
                "step": self.steps[script],
                "kind": kind,
                "role": role,
                "script": script,
                "code": answer.code,
                "ms": round(answer.seconds * 1000),
                "lines": [[round(at * 1000), text] for at, text in answer.lines],
            }
            lines.append(json.dumps(record, ensure_ascii=False))
        return "\n".join(lines) + "\n"


def parse(text: str) -> Recording:
    """Parse a recording. Raises KubetuiError for any other format."""
    try:
        return _parsed(text)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise KubetuiError(f"This is not a recording: {error!r}.", id="RECORDING") from error


def _parsed(text: str) -> Recording:
    head, *records = map(json.loads, text.splitlines())
    if head.pop("kubetui-recording") != FORMAT:
        raise ValueError("it has another format")
    recording = Recording(head)
    for record in records:
        recording.answers[record["script"], Kind(record["kind"]), Role(record["role"])] = _answer(record)
        recording.steps[record["script"]] = record["step"]
    return recording


def shipped(plan: Plan) -> Recording:
    """Return the recording that kubetui ships for a plan: by whether it has several control planes."""
    return _read(SEVERAL if plan.other_control_planes else SHIPPED)


@cache
def _read(name: str) -> Recording:
    folder = resources.files("kubetui.machines.rehearsal.recording")
    return parse(folder.joinpath(name).read_text(encoding="utf-8"))


def scripts(plan: Plan, steps: Iterable[Step]) -> Mapping[Key, str]:
    """Return the key of every answer that a plan's steps need, with its step's name."""
    # one machine of each sort is enough: their scripts differ only in values
    sorts = {(machine.role, machine.first): machine for machine in reversed(plan.machines)}
    found: dict[Key, str] = {}
    for step in steps:
        for machine in filter(step.holds, reversed(sorts.values())):
            recipe = step.recipe(plan, machine)
            kinds = ((recipe.probe, (Kind.TODO, Kind.DONE)), (recipe.apply, (Kind.APPLY,)))
            for command, wanted in kinds:
                # a step without work of its own is always found completed
                own = (Kind.DONE,) if recipe.apply is None else wanted
                if command is not None:
                    found |= {(digest(command.script), kind, machine.role): step.name for kind in own}
    return found


def missing(recording: Recording, plan: Plan, steps: Iterable[Step]) -> tuple[str, ...]:
    """Return the answers that the steps need and the recording lacks, in words."""
    wanted = scripts(plan, steps)
    return tuple(
        f"{step}: {kind}, {role}"
        for (script, kind, role), step in wanted.items()
        if (script, kind, role) not in recording.answers
    )


def _answer(record: Mapping[str, Any]) -> Answer:
    lines = tuple((at / 1000, str(text)) for at, text in record["lines"])
    return Answer(int(record["code"]), record["ms"] / 1000, lines)
