"""What machines said during a real run, as a file: one line of JSON for each answer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import resources
from typing import Any, Final

from kubetui.base.errors import KubetuiError
from kubetui.engine.step import Step
from kubetui.machines.rehearsal.recording.asked import digest
from kubetui.profile.plan import Plan, Role

FORMAT: Final = 1
SHIPPED: Final = "debian13.jsonl"
MAKE_ANOTHER: Final = (
    "kubetui up tests/e2e/recording.yaml --yes --record kubetui/machines/rehearsal/recording/debian13.jsonl "
    "&& kubetui destroy rec --yes"
)
"""The commands that make a new recording, on a host that can make the machines of that profile."""


class Kind(StrEnum):
    """What an answer is the answer to."""

    TODO = "todo"
    """A probe before the step's work was done."""
    DONE = "done"
    """A probe that found the work done."""
    APPLY = "apply"
    READ = "read"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a script printed, each line with its seconds since the script began, and how it ended."""

    code: int
    seconds: float
    lines: tuple[tuple[float, str], ...] = ()

    @property
    def text(self) -> str:
        """Everything that was printed."""
        return "".join(f"{line}\n" for _, line in self.lines)


Key = tuple[str, Kind, Role]
"""A script's digest, what kind of answer, and what the machine was."""


@dataclass
class Recording:
    """Answers by script, kind and role. `about` says what was recorded: when, which system, which Kubernetes."""

    about: dict[str, str]
    answers: dict[Key, Answer] = field(default_factory=dict)
    steps: dict[str, str] = field(default_factory=dict)
    """By digest: the step that the script belongs to."""

    def find(self, script: str, kind: Kind, role: Role, step: str = "") -> Answer | None:
        """Return the answer of a machine of this role, or else of another one.

        A script that changed since it was recorded gets what its step said then.
        """
        older = [name for name, known in self.steps.items() if step and known == step]
        found = (self.answers.get((name, kind, each)) for name in (script, *older) for each in (role, *Role))
        return next(filter(None, found), None)

    @property
    def kubernetes(self) -> str:
        """The version of Kubernetes that was recorded."""
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
    """Read a recording. Raises KubetuiError where it is none of this format."""
    try:
        head, *records = map(json.loads, text.splitlines())
        if head.pop("kubetui-recording") != FORMAT:
            raise ValueError("another format")  # noqa: TRY301 - told as every other way of being no recording
        recording = Recording(head)
        for record in records:
            recording.answers[record["script"], Kind(record["kind"]), Role(record["role"])] = _answer(record)
            recording.steps[record["script"]] = record["step"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise KubetuiError(f"This is not a recording: {error!r}.", id="RECORDING") from error
    return recording


def shipped() -> Recording:
    """Return the recording that kubetui brings."""
    folder = resources.files("kubetui.machines.rehearsal.recording")
    return parse(folder.joinpath(SHIPPED).read_text(encoding="utf-8"))


def scripts(plan: Plan, steps: Iterable[Step]) -> Mapping[Key, str]:
    """Return every answer that a plan's steps need, each with its step's name."""
    # one machine of each sort: what they run differs in values alone
    sorts = {(machine.role, machine.first): machine for machine in reversed(plan.machines)}
    found: dict[Key, str] = {}
    for step in steps:
        for machine in filter(step.where.holds, reversed(sorts.values())):
            recipe = step.recipe(plan, machine)
            kinds = ((recipe.probe, (Kind.TODO, Kind.DONE)), (recipe.apply, (Kind.APPLY,)))
            for command, wanted in kinds:
                # the first look at a machine has nothing to do after it
                own = (Kind.DONE,) if recipe.apply is None else wanted
                if command is not None:
                    found |= {(digest(command.script), kind, machine.role): step.name for kind in own}
    return found


def missing(recording: Recording, plan: Plan, steps: Iterable[Step]) -> tuple[str, ...]:
    """Return what the steps ask and the recording does not answer, in words."""
    wanted = scripts(plan, steps)
    return tuple(
        f"{step}: {kind}, {role}"
        for (script, kind, role), step in wanted.items()
        if (script, kind, role) not in recording.answers
    )


def _answer(record: Mapping[str, Any]) -> Answer:
    lines = tuple((at / 1000, str(text)) for at, text in record["lines"])
    return Answer(int(record["code"]), record["ms"] / 1000, lines)
