"""What a choice needs of this host, as bars: pure functions of a plan and the host's facts."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content

from kubetui.base.check import Status
from kubetui.host.checks import DISK_A_MACHINE, MEMORY_SHARED, cpu_check, disk_check, memory_check
from kubetui.profile.plan import Plan
from screens.host import GIB, HostFacts
from screens.widgets.chrome import marked
from screens.widgets.symbols import COLOURS, State, signs

_BARS = (11, 30)
"""Columns of a bar, at least and at most."""
_BEFORE, _AFTER = 46, 22
"""Columns before a bar, and those that a remark needs."""
_STATES: dict[Status, State] = {"ok": "done", "warning": "attention", "failed": "failed"}


@dataclass(frozen=True, slots=True)
class Gauge:
    """One bar: what is needed of what there is; `share` is None where the host does not say."""

    label: str
    words: str
    share: float | None
    state: State
    remark: str = ""


def gauges(plan: Plan, facts: HostFacts) -> tuple[Gauge, ...]:
    """Return memory, CPUs and disk."""
    return (_memory(plan, facts), _cpus(plan, facts), _disk(plan, facts))


def _memory(plan: Plan, facts: HostFacts) -> Gauge:
    shared = not plan.provider.isolates
    needed = sum(MEMORY_SHARED if shared else machine.memory for machine in plan.machines)
    state = _STATES[memory_check(plan, plan.machines, facts.memory, facts.memory_free).status]
    free = f"{_gib(facts.memory_free)} GiB free"
    remark = {"done": "", "attention": f"only {free}", "failed": "more than there is"}.get(state, "")
    words = f"{_gib(needed)} of {_gib(facts.memory)} GiB"
    return Gauge("memory", words, needed / max(1, facts.memory), state, remark)


def _cpus(plan: Plan, facts: HostFacts) -> Gauge:
    needed = sum(machine.cpus for machine in plan.machines)
    check = cpu_check(plan, facts.cpus)
    state = _STATES[check.status]
    if facts.cpus is None:
        return Gauge("CPUs", str(needed), None, state, "this host does not say how many it has")
    remark = "more in one machine" if state != "done" else ""
    if not remark and needed > facts.cpus:
        remark = "shared, that is fine"
    return Gauge("CPUs", f"{needed} of {facts.cpus}", needed / facts.cpus, state, remark)


def _disk(plan: Plan, facts: HostFacts) -> Gauge:
    count = len(plan.machines)
    needed = count * DISK_A_MACHINE
    if facts.disk_free is None:
        return Gauge("disk", f"{needed} GiB", None, "attention", "this host does not say how much is free")
    state = _STATES[disk_check("", facts.disk_free * GIB, count).status]
    remark = {"done": "", "attention": "that will be tight", "failed": "too little"}.get(state, "")
    words = f"{needed} of {facts.disk_free} GiB"
    return Gauge("disk", words, needed / max(1, facts.disk_free), state, remark)


def _gib(mib: int) -> str:
    return f"{mib / 1024:.1f}"


def drawn(found: tuple[Gauge, ...], width: int) -> Content:
    """Return the bars below one another, in `width` columns."""
    rows = []
    columns = min(_BARS[1], max(_BARS[0], width - _BEFORE - _AFTER))
    for index, gauge in enumerate(found):
        head = Content.assemble(f"  {'' if index else 'This host':<20}{gauge.label:<7}{gauge.words:<17}")
        parts = [head, _bar(gauge, columns)]
        if gauge.remark:
            quiet = Content.styled(gauge.remark, "dim")
            parts += [Content("  "), quiet if gauge.state == "done" else marked(gauge.state, gauge.remark)]
        rows.append(Content.assemble(*parts))
    return Content("\n").join(rows)


def _bar(gauge: Gauge, columns: int) -> Content:
    if gauge.share is None:
        return Content("")
    full = min(columns, max(1, round(gauge.share * columns)))
    colour = "$accent" if gauge.state == "done" else COLOURS[gauge.state]
    return Content.assemble((signs().full * full, colour), (signs().empty * (columns - full), "dim"))
