"""The chart of a run's times in the terminal."""

from typing import Any

import pytest
from textual.app import ComposeResult
from textual.pilot import Pilot

from kubetui.engine.events import Outcome, TaskFinished, TaskId, TaskStarted
from kubetui.engine.progress import Progress
from kubetui.record.timings import Span, Timings
from screens.cluster.gantt import Bar, Gantt, bars_of, bars_so_far
from screens.widgets.chrome import PlainScreen
from tests.screens.apps import LARGER, LARGEST, SIZE, OneScreen

SPANS = (
    Span(TaskId("start", "kubmaster"), 0.0, 10.0, Outcome.DONE, critical=True),
    Span(TaskId("runtime", "kubmaster"), 10.0, 20.0, Outcome.DONE),
    Span(TaskId("init", "kubmaster"), 20.0, 40.0, Outcome.FAILED, critical=True),
    Span(TaskId("start", "kubnode1"), 0.0, 0.1, Outcome.UNCHANGED),
)
TIMINGS = Timings("lab", "", 0.0, 40.0, ok=False, spans=SPANS)


class Shows(PlainScreen):
    def compose(self) -> ComposeResult:
        yield Gantt()

    def on_mount(self) -> None:
        self.query_one(Gantt).show(bars_of(TIMINGS), TIMINGS.seconds, ("kubmaster", "kubnode1"))


def drawn(pilot: Pilot[Any]) -> list[str]:
    chart = pilot.app.screen.query_one(Gantt)
    return [chart.render_line(y).text for y in range(8)]


@pytest.mark.parametrize("size", [SIZE, LARGER, LARGEST])
async def test_bars_stand_where_their_times_are(size: tuple[int, int]) -> None:
    async with OneScreen(Shows).run_test(size=size) as pilot:
        await pilot.pause()
        axis, machine, start, runtime, init, other, as_is, _ = drawn(pilot)
    assert (machine.strip(), other.strip()) == ("kubmaster", "kubnode1")
    assert "0:00" in axis
    assert start.startswith(" * Start")
    assert runtime.startswith("   Install the runtime")
    assert init.startswith(" ✕ ")
    assert init.rstrip().endswith("20.0 s")
    assert start.index("█") == axis.index("0:00")
    assert start.rindex("█") + 1 == runtime.index("█")
    assert init.count("█") == pytest.approx(2 * runtime.count("█"), abs=1)
    assert as_is.count("░") == 1


async def test_without_unicode_the_chart_is_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "C")
    async with OneScreen(Shows).run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert all(line.isascii() for line in drawn(pilot))


def test_a_run_that_goes_on_has_a_growing_bar() -> None:
    progress = Progress(began=100.0)
    first, second = TaskId("start", "m"), TaskId("runtime", "m")
    progress.apply(TaskFinished(110.0, first, Outcome.DONE, 10.0))
    progress.apply(TaskFinished(110.0, TaskId("join", "m"), Outcome.BLOCKED, 0.0))
    progress.apply(TaskStarted(112.0, second, "Install the runtime", "", ""))
    assert bars_so_far(progress, 115.0) == (
        Bar("m", "Start the machine", 0.0, 10.0),
        Bar("m", "Install the runtime", 12.0, 15.0, "running"),
    )
