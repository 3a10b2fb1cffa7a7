"""What an answer changes: the part of Vagrant's values, kubeadm's configuration or the network map that it is in.

Pure functions of two plans. Only a wide screen shows a preview, and only then is this module loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

import yaml
from textual.content import Content

from kubetui.base.errors import KubetuiError
from kubetui.machines.vagrant.settings import machines_document
from kubetui.profile.plan import Plan
from kubetui.profile.questions.pages import FieldPath
from kubetui.profile.words import who
from kubetui.steps.kubeadm import init_documents, render
from screens.widgets.symbols import signs
from screens.wizard.networkmap import network_map

_CONTEXT: Final = 3
"""Lines that are shown before the first changed one, where not all fit."""
_MAP: Final = (72, 14)
"""Columns and rows of the network map."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A document that the answers make, as lines; `changed` has the numbers of those that the answer changed."""

    title: str
    lines: tuple[str, ...]
    changed: frozenset[int] = frozenset()


def preview(plan_before: Plan, plan_after: Plan, field: FieldPath) -> Preview:
    """Return the document that a field is in, with the lines that differ from the plan before.

    Where the field's own document stays the same, it is the first one that differs.
    """
    first = _own(field)
    found = [_compared(write, plan_before, plan_after) for write in (first, *(each for each in _ALL if each != first))]
    return next((each for each in found if each.changed), found[0])


def drawn(shown: Preview, rows: int) -> Content:
    """Return a preview in at most so many rows: its title, and its lines from just before the first changed one."""
    room = max(1, rows - 2)
    start = max(0, min(min(shown.changed, default=0) - _CONTEXT, len(shown.lines) - room))
    lines: list[Content] = [Content.styled(shown.title, "bold"), Content("")]
    for number, line in list(enumerate(shown.lines))[start : start + room]:
        here = number in shown.changed
        lines.append(Content.styled(f"{signs().here if here else ' '} {line}", "bold $accent" if here else ""))
    return Content("\n").join(lines)


def _compared(write: Callable[[Plan], Preview], before: Plan, after: Plan) -> Preview:
    old, new = write(before), write(after)
    if old.title != new.title:
        return Preview(new.title, new.lines, frozenset(range(len(new.lines))))
    return Preview(new.title, new.lines, _differing(old.lines, new.lines))


def _differing(old: Sequence[str], new: Sequence[str]) -> frozenset[int]:
    changes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return frozenset(line for tag, _, _, start, end in changes if tag != "equal" for line in range(start, end))


def _own(field: FieldPath) -> Callable[[Plan], Preview]:
    if field == ("network", "first_address"):
        return _network
    if field[0] in {"network", "kubernetes", "mirrors"}:
        return _kubeadm
    return _machines


def _machines(plan: Plan) -> Preview:
    """Return what the Vagrantfile reads; existing and rehearsed machines have none."""
    if not plan.provider.starts_from_box:
        rows = [
            f"{machine.name}: {machine.role}, {machine.host.way if machine.host else machine.address}"
            for machine in plan.machines
        ]
        return Preview(f"{who(plan)}, {plan.provider.title}", tuple(rows))
    try:
        document = machines_document(plan)
    except KubetuiError as error:
        return Preview("machines.json", tuple(str(error).splitlines()))
    text = yaml.safe_dump(document, sort_keys=False, default_flow_style=False, width=1000)
    return Preview("The Vagrantfile's values (machines.json)", tuple(text.splitlines()))


def _kubeadm(plan: Plan) -> Preview:
    return Preview("kubeadm init --config", tuple(render(init_documents(plan)).splitlines()))


def _network(plan: Plan) -> Preview:
    return Preview("The network", tuple(row.text.rstrip() for row in network_map(plan, (), *_MAP)))


_ALL: Final = (_machines, _kubeadm, _network)
