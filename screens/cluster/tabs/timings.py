"""When each step of the last run began and how long it took, as a chart."""

from __future__ import annotations

from textual.app import ComposeResult

from kubetui.base.errors import KubetuiError
from kubetui.base.text import duration
from kubetui.cluster.folder import Cluster
from kubetui.record import gantt, lastrun
from kubetui.record.timings import Timings
from screens.cluster.gantt import Gantt, bars_of
from screens.cluster.tabs.part import Part
from screens.cluster.watch import Watch
from screens.widgets.static import Static


class TimingsPart(Part):
    """The chart, and a line about it."""

    DEFAULT_CSS = """
    TimingsPart > #summary { height: auto; padding: 0 1 1 1; }
    TimingsPart > Gantt { height: 1fr; }
    """

    def __init__(self, cluster: Cluster, watch: Watch) -> None:
        super().__init__(cluster, watch, "Timings")

    def compose(self) -> ComposeResult:
        """Draw the part."""
        yield Static("", id="summary", markup=False)
        yield Gantt()

    def opened(self) -> None:
        """Read the times, and take the focus."""
        chart = self.query_one(Gantt)
        chart.display = False
        try:
            run = lastrun.read(self.cluster)
            timings = lastrun.timings_of(self.cluster, run)
        except (KubetuiError, OSError) as error:
            self._say(f"The times of the last run cannot be read: {error}")
            return
        if timings is None:
            self._say("No run of this cluster was measured yet.")
            return
        chart.display = True
        chart.focus()
        chart.show(bars_of(timings), timings.seconds)
        self._say(summary(timings, ended=run is None or run.ended))

    def _say(self, text: str) -> None:
        self.query_one("#summary", Static).update(text)


def summary(timings: Timings, *, ended: bool) -> str:
    """Return a line about the run; without its end, nothing is known about its critical path."""
    if timings.path:
        return f"{gantt.summary(timings)}. A star marks the critical path: what the whole run waited for."
    word = "The run took" if ended else "The run has not ended;"
    return f"{word} {duration(timings.seconds)}{'' if ended else ' are written down'}."
