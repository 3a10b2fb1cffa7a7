"""What a plan needs of this host, as bars: pure functions of the plan and the host's facts."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content

from kubetui.host.checks import DISK_A_MACHINE, cpu_check, disk_check, extra_disks, memory_check
from kubetui.profile.plan import Plan
from kubetui.profile.words import who
from screens.host import GIB, HostFacts
from screens.widgets.chrome import marked
from screens.widgets.symbols import COLOURS, OF_CHECKS, Mark, signs

_WIDEST = 30
"""The most columns of a bar; a narrow screen has fewer, and at worst none."""
_LABELS, _GAP = 29, 2
"""The columns before the numbers, and those between parts."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """One bar: `share` is the needed part of what the host has; None where the host does not report it."""

    label: str
    words: str
    share: float | None
    mark: Mark
    remark: str = ""


def gauges(plan: Plan, facts: HostFacts) -> tuple[Gauge, ...]:
    """Return the bars for memory, CPUs and disk."""
    return (_memory(plan, facts), _cpus(plan, facts), _disk(plan, facts))


def picture(plan: Plan, facts: HostFacts, width: int) -> Content:
    """Return what a plan needs of this host: bars, or words for machines that are not made here."""
    if plan.provider.rehearsal:
        return Content.styled("  Creates no machines and needs almost nothing of this host.", "dim")
    if not plan.provider.makes_machines:
        words = f"  {who(plan)}, set up over SSH. Creates no machines." if plan.profile.hosts else ""
        return Content.styled(words, "dim")
    return drawn(gauges(plan, facts), width)


def _memory(plan: Plan, facts: HostFacts) -> Gauge:
    shared = not plan.provider.isolates
    needed = plan.memory_of(plan.machines)
    mark = OF_CHECKS[memory_check(plan, plan.machines, facts.memory, facts.memory_free).status]
    free = f"{_gib(facts.memory_free)} GiB free"
    counted = f"shared: {_gib(plan.container_memory)} GiB each" if shared else ""
    remark = {"done": counted, "attention": f"only {free}", "failed": "too much"}.get(mark, "")
    words = f"{_gib(needed)} of {_gib(facts.memory)} GiB"
    return Gauge("memory", words, needed / max(1, facts.memory), mark, remark)


def _cpus(plan: Plan, facts: HostFacts) -> Gauge:
    needed = sum(machine.cpus for machine in plan.machines)
    check = cpu_check(plan, facts.cpus)
    mark = OF_CHECKS[check.status]
    if facts.cpus is None:
        return Gauge("CPUs", str(needed), None, mark, "not known here")
    remark = "too many in one" if mark != "done" else ""
    if not remark and needed > facts.cpus:
        remark = "shared, fine"
    return Gauge("CPUs", f"{needed} of {facts.cpus}", needed / facts.cpus, mark, remark)


def _disk(plan: Plan, facts: HostFacts) -> Gauge:
    count, extra = len(plan.machines), extra_disks(plan.machines)
    needed = count * DISK_A_MACHINE + extra
    if facts.disk_free is None:
        return Gauge("disk", f"{needed} GiB", None, "attention", "not known here")
    mark = OF_CHECKS[disk_check("", facts.disk_free * GIB, count, extra).status]
    remark = {"done": "", "attention": "tight", "failed": "too little"}.get(mark, "")
    words = f"{needed} of {facts.disk_free} GiB"
    return Gauge("disk", words, needed / max(1, facts.disk_free), mark, remark)


def _gib(mib: int) -> str:
    return f"{mib / 1024:.1f}"


def drawn(found: tuple[Gauge, ...], width: int) -> Content:
    """Return the bars, one per row, in `width` columns."""
    words = max(len(gauge.words) for gauge in found) + _GAP
    remarks = max(_remark(gauge).cell_length for gauge in found)
    columns = max(0, min(_WIDEST, width - _LABELS - words - remarks))
    rows = []
    for index, gauge in enumerate(found):
        head = f"  {'' if index else 'This host':<20}{gauge.label:<7}{gauge.words:<{words}}"
        rows.append(Content.assemble(head, _bar(gauge, columns), _remark(gauge)))
    return Content("\n").join(rows)


def _remark(gauge: Gauge) -> Content:
    if not gauge.remark:
        return Content("")
    quiet = Content.styled(gauge.remark, "dim")
    return Content.assemble(" " * _GAP, quiet if gauge.mark == "done" else marked(gauge.mark, gauge.remark))


def _bar(gauge: Gauge, columns: int) -> Content:
    if gauge.share is None:
        return Content("")
    full = min(columns, max(1, round(gauge.share * columns)))
    colour = "$accent" if gauge.mark == "done" else COLOURS[gauge.mark]
    return Content.assemble((signs().full * full, colour), (signs().empty * (columns - full), "dim"))
