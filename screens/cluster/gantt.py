"""A run's times as a chart in the terminal: a row per task below its machine, the critical path marked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, Literal

from rich.cells import cell_len
from rich.segment import Segment
from textual.binding import BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from kubetui.base.text import duration
from kubetui.engine.events import Outcome
from kubetui.engine.progress import Progress
from kubetui.record.timings import Timings
from kubetui.steps.build import STEPS
from screens.widgets.chrome import key
from screens.widgets.lines import fitted
from screens.widgets.symbols import signs

Kind = Literal["done", "unchanged", "failed", "running"]
TITLES: Final[Mapping[str, str]] = {step.name: step.title for step in STEPS}
TICKS: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600)
TICK_CELLS: Final = 10
"""Cells between two times on the axis, at least."""
SECONDS_WIDTH: Final = 9
LONGEST_TITLE: Final = 44
_KINDS: Final[Mapping[Outcome, Kind]] = {
    Outcome.UNCHANGED: "unchanged",
    Outcome.FAILED: "failed",
    # it began, and nothing says how it ended
    Outcome.BLOCKED: "running",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One task on the chart; times are in seconds since the run began."""

    machine: str
    title: str
    start: float
    end: float
    kind: Kind = "done"
    critical: bool = False


def bars_of(timings: Timings) -> tuple[Bar, ...]:
    """Return the bars of a finished run."""
    return tuple(
        Bar(
            span.task.machine,
            TITLES.get(span.task.step, span.task.step),
            span.start,
            span.end,
            _KINDS.get(span.outcome, "done"),
            span.critical,
        )
        for span in timings.spans
    )


def bars_so_far(progress: Progress, now: float) -> tuple[Bar, ...]:
    """Return the bars of a run that goes on. Which tasks were critical is known only at its end."""
    ended = [
        Bar(
            task.machine,
            TITLES.get(task.step, task.step),
            event.at - event.seconds - progress.began,
            event.at - progress.began,
            _KINDS.get(event.outcome, "done"),
        )
        for task, event in progress.ended.items()
        if event.outcome is not Outcome.BLOCKED
    ]
    running = [
        Bar(task.machine, event.title, event.at - progress.began, now - progress.began, "running")
        for task, event in progress.running.items()
    ]
    return (*ended, *running)


_Line = Bar | str
"""A bar, or the name of the machine whose bars follow."""


def lines_of(bars: Iterable[Bar], machines: Iterable[str] = ()) -> tuple[_Line, ...]:
    """Return each machine's name with its bars below it in order of time; `machines` come first, in their order."""
    found: dict[str, list[Bar]] = {name: [] for name in machines}
    for bar in sorted(bars, key=lambda bar: (bar.start, bar.end)):
        found.setdefault(bar.machine, []).append(bar)
    lines: list[_Line] = []
    for name, own in found.items():
        lines += [name, *own] if own else []
    return tuple(lines)


class Gantt(ScrollView, can_focus=True, inherit_bindings=False):
    """Draws only the visible rows; the time axis stays on top."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "gantt--machine",
        "gantt--axis",
        "gantt--done",
        "gantt--unchanged",
        "gantt--failed",
        "gantt--running",
        "gantt--critical",
    }
    DEFAULT_CSS = """
    Gantt {
        scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0; overflow-x: hidden; overflow-y: auto;
        & > .gantt--machine { text-style: bold; }
        & > .gantt--axis { text-style: dim; }
        & > .gantt--unchanged { text-style: dim; }
        & > .gantt--failed { color: $error; }
        & > .gantt--running { color: $accent; }
        & > .gantt--critical { color: $warning; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("up,k", "line(-1)", "Scroll", display="↑↓", tip="One row up."),
        key("down,j", "line(1)", "Down", show=False, tip="One row down."),
        key("pageup", "page(-1)", "Page up", show=False),
        key("pagedown", "page(1)", "Page down", show=False),
        key("home", "scroll_home", "First row", show=False),
        key("end", "scroll_end", "Last row", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.lines: tuple[_Line, ...] = ()
        self._seconds = 0.0
        self._title_width = 0

    def show(self, bars: Iterable[Bar], seconds: float, machines: Iterable[str] = ()) -> None:
        """Show these bars of a run that took `seconds`; `machines` come in their order."""
        self.lines, self._seconds = lines_of(bars, machines), max(seconds, 0.001)
        titles = (cell_len(line.title) for line in self.lines if isinstance(line, Bar))
        self._title_width = min(LONGEST_TITLE, max(titles, default=0))
        # one more than the rows: the axis takes the first row of the screen
        self.virtual_size = Size(self.size.width, len(self.lines) + 1)
        self.refresh()

    def action_line(self, rows: int) -> None:
        """Scroll by rows."""
        self.scroll_relative(y=rows, animate=False)

    def action_page(self, direction: int) -> None:
        """Scroll by a page."""
        self.scroll_relative(y=direction * (self.size.height - 2), animate=False)

    def render_line(self, y: int) -> Strip:
        """Draw the axis, a machine's name or a bar."""
        width = self.scrollable_content_region.width
        base = self.rich_style
        index = y - 1 + round(self.scroll_y)
        if y == 0:
            segments = [Segment(" " * self._left(width)), self._segment(self._axis(width), "axis")]
        elif index >= len(self.lines):
            return Strip.blank(width, base)
        else:
            line = self.lines[index]
            segments = [self._segment(f" {line}", "machine")] if isinstance(line, str) else self._bar(line, width)
        return Strip(segments).adjust_cell_length(width).apply_style(base)

    def _left(self, width: int) -> int:
        return min(self._title_width, width * 2 // 5) + 4

    def _room(self, width: int) -> int:
        return max(8, width - self._left(width) - SECONDS_WIDTH)

    def _segment(self, text: str, component: str) -> Segment:
        return Segment(text, self.get_component_rich_style(f"gantt--{component}", partial=True))

    def _axis(self, width: int) -> str:
        room = self._room(width)
        tick = next((each for each in TICKS if each / self._seconds * room >= TICK_CELLS), TICKS[-1])
        text = ""
        for second in range(0, int(self._seconds) + 1, tick):
            place = round(second / self._seconds * room)
            # a time that would not fit is left out, so that each stands where its bar begins
            if place + len(duration(second)) <= room and place >= len(text):
                text = text.ljust(place) + duration(second)
        return text

    def _bar(self, bar: Bar, width: int) -> list[Segment]:
        left, room = self._left(width), self._room(width)
        start = min(room - 1, int(bar.start / self._seconds * room))
        end = min(room, max(start + 1, round(bar.end / self._seconds * room)))
        component = "critical" if bar.critical and bar.kind != "failed" else bar.kind
        sign = signs().empty if bar.kind == "unchanged" else signs().full
        mark = signs().failed if bar.kind == "failed" else "*" if bar.critical else " "
        return [
            self._segment(f" {mark} ", component),
            Segment(fitted(bar.title, left - 4) + " "),
            Segment(" " * start),
            self._segment(sign * (end - start), component),
            Segment(" " * (room - end) + f"{bar.end - bar.start:{SECONDS_WIDTH - 3}.1f} s "),
        ]
