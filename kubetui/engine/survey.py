"""Runs every step's probe on a machine in a single call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from kubetui.engine.recipe import finding
from kubetui.engine.step import Finding, Task
from kubetui.remote.command import Command
from kubetui.remote.node import Node, Result

MARK: Final = "kubetui-probe"
_ANSWER: Final = re.compile(rf"{MARK}\|([^|]*)\|(\d{{1,3}})\|(.*)")


def script(own: Command, probes: Mapping[str, Command]) -> str:
    """Return a script that runs `own`, then each probe in its own subshell, and prints one answer line per probe."""
    parts = [_alone("own", own), 'printf "%s\\n" "$said"\n((ended == 0)) || exit "$ended"\n']
    for name, probe in probes.items():
        parts.append(_alone(name, probe))
        parts.append(f'printf "%s|%s|%s|%s\\n" {MARK} {name} "$ended" "$(tail -n 1 <<<"$said")"\n')
    return "set +e\n" + "".join(parts)


def _alone(name: str, command: Command) -> str:
    # not inside a condition: there bash ignores `set -e`, which the probe relies on
    values = command.assignments(reveal=True)
    return f"# {name}\nsaid=$(\nexec 2>&1\nset -e\n{values}{command.script}\n)\nended=$?\n"


def parse(lines: tuple[str, ...]) -> tuple[dict[str, tuple[int, str]], tuple[str, ...]]:
    """Split the script's output into the probes' answers (exit code, detail) and the other lines."""
    found: dict[str, tuple[int, str]] = {}
    others = []
    for line in lines:
        match = _ANSWER.fullmatch(line)
        if match:
            found[match[1]] = (int(match[2]), match[3])
        else:
            others.append(line)
    return found, tuple(others)


async def survey(task: Task, own: Command) -> Result:
    """Run `own` and the probe of every later step on a machine; remember what each probe found.

    Returns how `own` ended and what it printed.
    """
    plan, machine = task.plan, task.machine
    probes: dict[str, Command] = {}
    for step in task.run.steps:
        if step is not task.step and step.holds(machine):
            probe = step.recipe(plan, machine).probe
            if probe is not None:
                probes[step.name] = probe
    result, found = await ask(task.node, own, probes)
    for name, each in found.items():
        task.run.findings[machine.name, name] = each
    return result


async def ask(node: Node, own: Command, probes: Mapping[str, Command]) -> tuple[Result, Mapping[str, Finding]]:
    """Run `own` and then each probe on a machine, in a single call.

    Returns how `own` ended and what it printed, and what each probe found; none where `own` failed.
    """
    result = await node.run(Command(script(own, probes), timeout=120))
    found, lines = parse(result.lines)
    return Result(result.exit_status, lines), {name: finding(code, detail) for name, (code, detail) in found.items()}
