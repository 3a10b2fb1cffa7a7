"""A run's timings as a table and as a Gantt chart in SVG."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import Final

from kubetui.base.text import duration
from kubetui.engine.events import Outcome
from kubetui.record.timings import Span, Timings

WIDTH: Final = 1120
LEFT: Final = 150
RIGHT: Final = 24
TOP: Final = 92
ROW: Final = 20
BAR: Final = 14
GAP: Final = 16
CHARACTER: Final = 6.2
"""The approximate width of a character of the small font."""
_TICKS: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600)
_MOST_TICKS: Final = 12

_STYLE: Final = """
text { font: 11px "DejaVu Sans", Verdana, sans-serif; fill: #24292f; }
.title { font-size: 17px; font-weight: bold; }
.quiet { fill: #6e7781; }
.machine { font-size: 12px; font-weight: bold; }
.grid { stroke: #eaeef2; }
.band { fill: #f6f8fa; }
.bar { fill: #b6d4f0; }
.unchanged { fill: #dde3e9; }
.failed { fill: #cf222e; }
.critical { fill: #d9822b; }
.chain { stroke: #d9822b; stroke-width: 1.5; fill: none; }
"""


def summary(timings: Timings) -> str:
    """Return one line on how long the run took and how much of it was the critical path, if that is known."""
    if not timings.path:
        return f"{duration(timings.seconds)} are written down; what a run waited for is known once it has ended"
    return (
        f"{duration(timings.seconds)} in all, {timings.critical:.1f} s of it ({timings.share:.1%}) "
        f"on the critical path, {timings.overhead:.1f} s beside it"
    )


def table(timings: Timings) -> str:
    """Return every task with its start, end and duration; a star marks the critical path."""
    names = [(span, f"{span.task.machine}  {span.task.step}") for span in timings.spans]
    width = max((len(span.task.machine) for span, _ in names), default=7)
    lines = [f"  {'start':>7} {'end':>7} {'seconds':>8}  {'machine':<{width}}  task"]
    for span in timings.spans:
        mark = "*" if span.critical else " "
        outcome = "" if span.outcome is Outcome.DONE else f" ({span.outcome.value})"
        times = f"{duration(span.start):>7} {duration(span.end):>7} {span.seconds:8.1f}"
        lines.append(f"{mark} {times}  {span.task.machine:<{width}}  {span.task.step}{outcome}")
    lines += ["", f"{'* ' if timings.path else ''}{summary(timings)}"]
    return "\n".join(lines)


def svg(timings: Timings) -> str:
    """Return a Gantt chart: a band per machine, a bar per task, the critical path marked and joined by a line."""
    rows = _placed(timings.spans)
    bands = _bands(rows)
    height = max((top + high for _, top, high in bands), default=TOP) + 40
    scale = (WIDTH - LEFT - RIGHT) / max(timings.seconds, 0.001)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}">',
        f"<style>{_STYLE}</style>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text class="title" x="24" y="32">{escape(timings.cluster)}: {duration(timings.seconds)}</text>',
        f'<text class="quiet" x="24" y="52">{escape(summary(timings))}</text>',
        *_legend(),
        *(_band(name, top, high) for name, top, high in bands),
        *_grid(timings.seconds, scale, height),
        _chain(timings.path, rows, scale),
    ]
    for span, row in rows:
        parts += _bar(span, row, scale, rows)
    return "\n".join([*parts, "</svg>"]) + "\n"


_Rows = list[tuple[Span, float]]


def _placed(spans: Iterable[Span]) -> _Rows:
    """Give each span a row: overlapping tasks of a machine get rows below each other."""
    machines: dict[str, list[Span]] = {}
    for span in spans:
        machines.setdefault(span.task.machine, []).append(span)
    rows: _Rows = []
    top: float = TOP
    for own in machines.values():
        lines: list[list[Span]] = []
        for span in sorted(own, key=lambda span: not span.critical):
            free = next((index for index, line in enumerate(lines) if _fits(span, line)), len(lines))
            lines[free:] = [[*lines[free], span], *lines[free + 1 :]] if free < len(lines) else [[span]]
            rows.append((span, top + free * ROW))
        top += len(lines) * ROW + GAP
    return rows


def _fits(span: Span, line: Iterable[Span]) -> bool:
    return all(other.end <= span.start + 0.001 or span.end <= other.start + 0.001 for other in line)


def _bands(rows: _Rows) -> list[tuple[str, float, float]]:
    found: dict[str, list[float]] = {}
    for span, row in rows:
        found.setdefault(span.task.machine, []).append(row)
    return [(name, min(own), max(own) + ROW - min(own)) for name, own in found.items()]


def _band(name: str, top: float, high: float) -> str:
    return (
        f'<rect class="band" x="0" y="{top - 5:g}" width="{WIDTH}" height="{high + 4:g}"/>'
        f'<text class="machine" x="24" y="{top + 11:g}">{escape(name)}</text>'
    )


def _grid(seconds: float, scale: float, height: float) -> Iterator[str]:
    step = next((tick for tick in _TICKS if seconds / tick <= _MOST_TICKS), _TICKS[-1])
    for tick in range(0, int(seconds) + 1, step):
        x = LEFT + tick * scale
        yield f'<line class="grid" x1="{x:.1f}" y1="{TOP - 10}" x2="{x:.1f}" y2="{height - 32:g}"/>'
        yield f'<text class="quiet" x="{x:.1f}" y="{height - 16:g}" text-anchor="middle">{duration(tick)}</text>'


def _legend() -> Iterator[str]:
    x = LEFT
    for style, text in (("critical", "critical path"), ("bar", "beside it"), ("unchanged", "was there already")):
        yield f'<rect class="{style}" x="{x}" y="64" width="12" height="10" rx="2"/>'
        yield f'<text class="quiet" x="{x + 18}" y="73">{text}</text>'
        x += 40 + round(len(text) * CHARACTER)


def _chain(path: Iterable[Span], rows: _Rows, scale: float) -> str:
    where = {span.task: row for span, row in rows}
    points = []
    for span in path:
        y = where[span.task] + BAR / 2
        points += [f"{LEFT + span.start * scale:.1f},{y:g}", f"{LEFT + span.end * scale:.1f},{y:g}"]
    return f'<polyline class="chain" points="{" ".join(points)}"/>'


def _bar(span: Span, row: float, scale: float, rows: _Rows) -> Iterator[str]:
    x, width = LEFT + span.start * scale, max(span.seconds * scale, 1.5)
    style = "failed" if span.outcome is Outcome.FAILED else "critical" if span.critical else _plain(span)
    text = f"{span.task}: {span.seconds:.1f} s, {duration(span.start)} to {duration(span.end)}, {span.outcome.value}"
    yield f'<rect class="{style}" x="{x:.1f}" y="{row:g}" width="{width:.1f}" height="{BAR}" rx="2">'
    yield f"<title>{escape(text)}</title></rect>"
    label = span.task.step
    if len(label) * CHARACTER + 8 < width:
        yield f'<text x="{x + 4:.1f}" y="{row + 11:g}">{escape(label)}</text>'
        return
    next_x = min(
        (LEFT + other.start * scale for other, y in rows if y == row and other.start >= span.end), default=WIDTH
    )
    if x + width + 4 + len(label) * CHARACTER < min(next_x, WIDTH - 4):
        yield f'<text class="quiet" x="{x + width + 4:.1f}" y="{row + 11:g}">{escape(label)}</text>'


def _plain(span: Span) -> str:
    return "unchanged" if span.outcome is Outcome.UNCHANGED else "bar"
