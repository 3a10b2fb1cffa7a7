"""The cluster's network as a text drawing: pure functions of a plan and this host's routes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

from textual.content import Content

from kubetui.base.text import counted
from kubetui.profile.machine import Machine
from kubetui.profile.plan import NODE_MASK, Plan
from kubetui.profile.rules.ranges import Problem, Range, ranges
from screens.widgets.chrome import marked
from screens.widgets.symbols import Mark, Signs, signs

_SHORT = {"first_address": "machines", "pod_cidr": "pods", "service_cidr": "services"}
_FIXED = 5
"""Rows of the drawing besides machines: the host, a gap and three ranges."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the drawing; it may end in a `word` with a mark."""

    text: str
    word: str = ""
    mark: Mark = "done"

    def __str__(self) -> str:
        return f"{self.text}{signs().of(self.mark)} {self.word}" if self.word else self.text


def network_map(plan: Plan, problems: Sequence[Problem], width: int, rows: int) -> tuple[Row, ...]:
    """Return the drawing, at most `width` columns wide; it leaves machines out to fit into `rows`.

    `problems` are clashes between the plan's addresses and this host's networks.
    """
    return (*_tree(plan, plan.machines, width, rows), Row(""), *_ranges(plan, problems))


def picture(plan: Plan, problems: Sequence[Problem], width: int, rows: int) -> Content:
    """Return the drawing, its verdicts with their marks."""
    lines = network_map(plan, problems, width, rows)
    return Content("\n").join(
        Content.assemble(line.text, marked(line.mark, line.word)) if line.word else Content(line.text) for line in lines
    )


def _tree(plan: Plan, machines: Sequence[Machine], width: int, rows: int) -> Iterator[Row]:
    sign = signs()
    host = "this host"
    trunk = " " * (len(host) + 3)
    head = f"  {host} {sign.line}{sign.tee}{sign.line} {plan.node_network} "
    yield Row(head + sign.line * max(0, width - len(head) - 2))
    shown, left_out = _shown(machines, max(1, rows - _FIXED))
    subnets = [str(subnet) for subnet in plan.pod_subnets]
    widest = max(len(machine.name) for machine in machines)
    for index, machine in shown:
        last = machine is machines[-1]
        if left_out and last:
            yield Row(f"{trunk} {sign.down}  {sign.dot} {left_out} more")
        pods = f"pods {subnets[index]}" if index < len(subnets) else ""
        yield Row(_machine(plan, machine, trunk, widest, last=last, sign=sign) + pods)


def _machine(plan: Plan, machine: Machine, trunk: str, widest: int, *, last: bool, sign: Signs) -> str:
    branch = sign.last if last else sign.fork
    counted = plan.provider.makes_machines and machine.address in plan.node_network
    address = f".{int(machine.address) & 0xFF}" if counted else str(machine.address)
    return f"{trunk} {branch}{sign.line} {machine.name:<{widest}}  {address:<5} {machine.role:<14} "


def _shown(machines: Sequence[Machine], room: int) -> tuple[list[tuple[int, Machine]], int]:
    every = list(enumerate(machines))
    if len(every) <= max(room, 3):
        return every, 0
    keep = max(1, room - 2)
    return [*every[:keep], every[-1]], len(every) - keep - 1


def _ranges(plan: Plan, problems: Sequence[Problem]) -> Iterator[Row]:
    everything = ranges(plan)
    for each in (everything[2], everything[0], everything[1]):
        first, last = each.network[0], each.network[-1]
        overlapping = [_SHORT[other.field] for other in everything if other is not each and _overlap(each, other)]
        text = f"  {_SHORT[each.field]:<9} {first} to {last}"
        if overlapping:
            yield Row(f"{text:<46}", f"overlaps the {' and the '.join(overlapping)}", "failed")
        elif any(problem.path == each.path for problem in problems):
            yield Row(f"{text:<46}", "overlaps this host's networks", "attention")
        else:
            yield Row(f"{text:<46}", _room(each.field, each.network))


def _overlap(one: Range, other: Range) -> bool:
    return one.network.overlaps(other.network)


def _room(field: str, network: IPv4Network) -> str:
    if field != "pod_cidr" or network.prefixlen > NODE_MASK:
        return "no overlap"
    room = 2 ** (NODE_MASK - network.prefixlen)
    return f"no overlap, room for {counted(room, 'node')}"
