"""A proof's answers for a plan: the recorded ones, with a line for each machine of the plan."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from typing import Final

from kubetui.machines.rehearsal.recording.asked import Asked
from kubetui.machines.rehearsal.recording.recording import Answer
from kubetui.machines.rehearsal.recording.words import Words
from kubetui.profile.machine import Machine
from kubetui.profile.plan import Plan

_SUBNET: Final = re.compile(r"«podnet\d+»")
_NODE: Final = re.compile(r"«(?:self|control\d*|worker\d+)»")
_POD: Final = re.compile(r"pod ")
_ROUTE: Final = re.compile(r"route \S+ 0 «podnet")


def pods(plan: Plan, asked: Asked, recorded: Answer) -> str:
    """Return the list of the proof's pods: a recorded row for each node that is asked for."""
    wanted = asked.values.get("WANTED", "").split()
    row = next((line for _, line in recorded.lines if line.startswith("pod ")), "")
    return _text(plan, (_moved(row, plan, machine) for machine in plan.machines if machine.name in wanted))


def heard(plan: Plan, asked: Asked, recorded: Answer) -> str:
    """Return what a node's pod hears: of each target what was recorded of one, and the rest as recorded."""
    lines = [line for _, line in recorded.lines]
    names = {line.split(" ")[0] for line in asked.values.get("TARGETS", "").splitlines()}
    return _text(plan, (*_of_targets(plan, names, lines), *_of_services(plan, lines)))


def _of_targets(plan: Plan, names: set[str], lines: list[str]) -> Iterator[str]:
    # a node may have been given another network than the plan expects: its addresses have no marks
    found = [next((line for line in lines if start.match(line)), "") for start in (_POD, _ROUTE)]
    for machine in plan.machines:
        if machine.name in names:
            yield from (_moved(line, plan, machine) for line in found)


def _of_services(plan: Plan, lines: list[str]) -> Iterator[str]:
    """Yield the other lines; the name server's reply ends with the address that this plan gives the API's service."""
    for line in lines:
        kind, target, status, said = line.split(" ", 3)
        if kind == "dns":
            reply = base64.b64decode(said)[:-4] + plan.profile.network.service_cidr[1].packed
            yield f"{kind} {target} {status} {base64.b64encode(reply).decode()}"
        elif kind == "service":
            yield f"{kind} {target} {status} {plan.machines[-1].name}"
        elif kind not in {"pod", "route"}:
            yield line


def _moved(line: str, plan: Plan, machine: Machine) -> str:
    """Return a recorded line with another machine and its pods' network in place of the recorded one's."""
    number, subnets = plan.machines.index(machine), plan.pod_subnets
    network = subnets[number] if number < len(subnets) else plan.profile.network.pod_cidr
    prefix = str(network.network_address).rpartition(".")[0]
    return _NODE.sub(machine.name, _SUBNET.sub(prefix, line))


def _text(plan: Plan, lines: Iterable[str]) -> str:
    words = Words(plan, plan.control_plane, plan.version)
    # as everywhere, a line about a machine that the plan lacks is left out
    return "".join(f"{text}\n" for text in map(words.put_in, lines) if text is not None)
