"""A plan as text: for `kubetui plan`, for the wizard's review, and as scripts to run by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kubetui import __version__
from kubetui.base.errors import ProfileError
from kubetui.base.net.trust import trusting
from kubetui.base.redaction import STARS, redacted
from kubetui.base.text import PROMPT, harmless
from kubetui.engine.step import Step
from kubetui.profile import authorities
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan
from kubetui.profile.words import access, added, fetched, played, renaming, trusted
from kubetui.remote.command import PRELUDE, Command
from kubetui.steps.build import STEPS

_STARRED = (
    f"# Replace {STARS} with your password; after a registry's URL, with the base64 of USER:PASSWORD.\n"
    "# kubetui never writes them into a script."
)


@dataclass(frozen=True, slots=True)
class StepText:
    """A step in words.

    `taught` are its commands on the first machine where it runs, as a person types them, and `none` says why there are
    none. `commands` is the whole script, or a comment on why it is not known yet; empty for a step without one.
    """

    name: str
    title: str
    why: str
    source: str
    where: str
    commands: str
    machine: str = ""
    taught: tuple[str, ...] = ()
    concepts: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    none: str = ""


def step_texts(plan: Plan) -> tuple[StepText, ...]:
    """Return every step of a plan. Reads or fetches the profile's own pod network manifest."""
    texts = []
    for step in _steps(plan):
        first = next(machine for machine in plan.everyone if step.runs_on(machine, plan))
        try:
            commands = whole_script(step, plan, first)
        except ProfileError as error:
            commands = "\n".join(f"# {line}" for line in str(error).splitlines())
        texts.append(
            StepText(
                step.name,
                step.title,
                step.reason(plan),
                step.source,
                step.place,
                commands,
                first.name,
                taught := taught_commands(step, plan, first),
                step.teaches.concepts,
                step.teaches.changes(plan, first),
                "" if taught else step.teaches.none,
            )
        )
    return tuple(texts)


def taught_commands(step: Step, plan: Plan, machine: Machine) -> tuple[str, ...]:
    """Return a step's commands on a machine, as a person would type them, without passwords."""
    return tuple(harmless(command) for command in step.teaches.commands(plan, machine))


def _steps(plan: Plan) -> tuple[Step, ...]:
    """Return the steps that run on at least one machine of the plan."""
    return tuple(step for step in STEPS if any(step.runs_on(machine, plan) for machine in plan.everyone))


def plan_text(plan: Plan) -> str:
    """Return the whole plan: machines, addresses, and each step with its commands on each machine.

    `scripts` has the whole of every step.
    """
    profile = plan.profile
    parts = [
        f"cluster {profile.name}, Kubernetes {plan.version}, {_source(plan)}",
        (
            f"nodes {plan.node_network}, pods {profile.network.pod_cidr}, services {profile.network.service_cidr}, "
            f"pod network {plan.pod_network.name}"
        ),
        *_notes(plan),
        "",
        *_table(plan),
        *own_settings(plan),
    ]
    for number, step in enumerate(_steps(plan), 1):
        parts += ["", *_step_lines(number, step, plan)]
    return "\n".join(parts) + "\n"


def _notes(plan: Plan) -> list[str]:
    notes = (plan.untried, played(plan), renaming(plan), *trusted(plan), *fetched(plan), *added(plan))
    return [note for note in notes if note]


def plan_document(plan: Plan) -> dict[str, Any]:
    """Return the plan as a JSON document: the profile, the machines and every task's commands and script."""
    return {
        "profile": redacted(plan.profile.model_dump(mode="json", by_alias=True)),
        "notes": _notes(plan),
        "machines": [
            {
                "name": machine.name,
                "role": machine.role.value,
                "address": str(machine.address),
                "memory": machine.memory,
                "cpus": machine.cpus,
                "box": str(plan.box_of(machine)[0]),
                "labels": dict(machine.labels),
                "taints": list(map(str, machine.taints)),
                "ports": [port.model_dump(mode="json", exclude={"machine"}) for port in machine.ports],
                "disks": [disk.size for disk in machine.disks],
            }
            for machine in plan.machines
        ],
        "steps": [
            {
                "name": step.name,
                "title": step.title,
                "why": step.reason(plan),
                "source": step.source,
                "where": step.place,
                "needs": [need.name for need in step.needs],
                **_teaching(step, plan),
                "commands": {machine.name: whole_script(step, plan, machine) for machine in _places(step, plan)},
            }
            for step in _steps(plan)
        ],
    }


def _places(step: Step, plan: Plan) -> list[Machine]:
    return [machine for machine in plan.machines if step.runs_on(machine, plan)]


def _teaching(step: Step, plan: Plan) -> dict[str, Any]:
    places = _places(step, plan)
    taught = {machine.name: list(taught_commands(step, plan, machine)) for machine in places}
    return {
        "taught": taught,
        "concepts": list(step.teaches.concepts),
        "changes": {machine.name: list(step.teaches.changes(plan, machine)) for machine in places},
        **({} if all(taught.values()) else {"without_commands": step.teaches.none}),
    }


def scripts(plan: Plan) -> dict[str, str]:
    """Return one readable shell script per machine: the same commands, to run by hand as root.

    Values that only exist once the cluster runs (a join token) come from variables; the script says how to get them.
    """
    return {machine.name: _script(plan, machine) for machine in plan.machines}


def _source(plan: Plan) -> str:
    return f"{plan.provider.title}, box {plan.box}" if plan.box else plan.provider.title


def _table(plan: Plan) -> Iterable[str]:
    width = max(len(machine.name) for machine in plan.machines)
    yield f"{'machine':<{width}}  {'role':<13}  {'address':<15}  {'memory':>10}  {'CPUs':>4}"
    for machine in plan.machines:
        # the size of an existing machine is only known once it was inspected
        size, cpus = (f"{machine.memory} MiB", machine.cpus) if machine.memory else ("", "")
        row = f"{machine.name:<{width}}  {machine.role:<13}  {machine.address!s:<15}  {size:>10}  {cpus:>4}".rstrip()
        yield f"{row}  box {machine.box}" if machine.box else row


def own_settings(plan: Plan) -> tuple[str, ...]:
    """Return a line for each machine's labels and one for its taints, then its ports, folders and disks."""
    lines: list[str] = []
    for machine in plan.machines:
        labels = [f"{key}={value}" for key, value in machine.labels.items()]
        lines += [f"{machine.name} has the {_plural('label', labels)} {', '.join(labels)}"] if labels else []
        taints = list(map(str, machine.taints))
        lines += [f"{machine.name} has the {_plural('taint', taints)} {', '.join(taints)}"] if taints else []
    return (*lines, *access(plan))


def _plural(noun: str, items: list[str]) -> str:
    return noun if len(items) == 1 else f"{noun}s"


def _step_lines(number: int, step: Step, plan: Plan) -> Iterable[str]:
    yield f"{number}. {step.title} ({step.name}), {step.place}"
    yield f"   {step.reason(plan)}"
    yield f"   [{step.source}]"
    groups: dict[tuple[str, ...], list[str]] = {}
    for machine in _places(step, plan):
        groups.setdefault(taught_commands(step, plan, machine), []).append(machine.name)
    for commands, names in groups.items():
        if commands:
            yield f"   on {', '.join(names)}:"
            yield from (f"     {PROMPT}{command}" for command in commands)
        else:
            yield f"   {step.teaches.none}"


def whole_script(step: Step, plan: Plan, machine: Machine) -> str:
    """Return the script of a step on a machine, without passwords; empty for a step without one.

    Raises ProfileError where the profile's own pod network manifest cannot be read.
    """
    with trusting(authorities.pem(authorities.found(plan.profile))):
        command = step.recipe(plan, machine).apply
    return _text(command) if command else ""


def _text(command: Command) -> str:
    return (command.assignments(reveal=False) + command.script).strip("\n")


def _in_short(step: Step, plan: Plan, machine: Machine) -> Iterable[str]:
    commands = taught_commands(step, plan, machine)
    yield "# In short:" if commands else f"# {step.teaches.none}"
    yield from (f"#   {PROMPT}{command}" for command in commands)


def _script(plan: Plan, machine: Machine) -> str:
    parts = [
        "#!/bin/bash",
        f"# {machine.name} ({machine.role}, {machine.address}) of {plan.profile.name}, by kubetui {__version__}.",
        "# Run it as root in the machine. Every part can be repeated.",
        PRELUDE,
    ]
    for step in STEPS:
        commands = whole_script(step, plan, machine) if step.runs_on(machine, plan) else ""
        if commands:
            parts += [f"# {step.title}: {step.reason(plan)}", f"# {step.source}", *_in_short(step, plan, machine)]
            parts += ["(", commands, ")", ""]
    text = "\n".join(parts)
    return text.replace(PRELUDE, f"{_STARRED}\n{PRELUDE}", 1) if STARS in text else text
