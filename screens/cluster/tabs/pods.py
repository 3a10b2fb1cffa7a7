"""The pods of all namespaces, narrowed by node, namespace and text; logs and description of the chosen one."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from kubetui.base.errors import KubetuiError
from kubetui.base.text import counted
from kubetui.cluster.folder import Cluster
from kubetui.cluster.tables import Table
from kubetui.profile.plan import Plan
from screens.cluster.kubetable import KubeTable
from screens.cluster.tabs.part import Part
from screens.cluster.watch import Seen, Watch
from screens.widgets.choose import Choose
from screens.widgets.chrome import key
from screens.widgets.lists import SearchLine
from screens.widgets.panes import Pane
from screens.widgets.reader import Reader
from screens.widgets.symbols import signs

_VALUE = "only "
"""Starts the names of answers; nothing follows in the one that takes a filter away."""


_TITLES: Final = {"logs": "Logs", "describe": "Description"}


class PodsPart(Part):
    """One table under a title that says what it is narrowed to."""

    DEFAULT_CSS = """
    PodsPart > #pods-pane { height: 1fr; }
    PodsPart #pods { padding: 0; height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "describe", "Describe", tip="Show what kubectl describe says about the chosen pod."),
        key("l", "logs", "Logs", tip="Show the last 500 lines of each container of the chosen pod."),
        key("enter", "no_describe", "Describe", tip="A rehearsal has no pods to describe.", show=False),
        key("l", "no_logs", "Logs", tip="A rehearsal has no pods that write.", show=False),
        key("o", "narrow('NODE')", "Node", tip="Show the pods of one node only, and all of them again."),
        key("n", "narrow('NAMESPACE')", "Namespace", tip="Show the pods of one namespace only, and all of them again."),
        key("slash", "search", "Search", display="/", tip="Show only rows that contain a text."),
    ]

    def __init__(self, cluster: Cluster, watch: Watch, plan: Plan | None) -> None:
        super().__init__(cluster, watch, "Pods")
        self._rehearsal = plan is not None and plan.provider.rehearsal
        self._all = Table(0.0, "", (), ())
        self._search = ""
        self._only = {"NODE": "", "NAMESPACE": ""}

    def compose(self) -> ComposeResult:
        """Draw the part."""
        yield Pane("Pods", KubeTable(id="pods"), id="pods-pane")
        yield SearchLine()

    @property
    def table(self) -> KubeTable:
        """The table of pods."""
        return self.query_one("#pods", KubeTable)

    def opened(self) -> None:
        """Take the focus."""
        self.table.focus()

    def look(self, seen: Seen, /) -> None:
        """Fill the table when there are new rows."""
        if seen.pods is not None and seen.pods is not self._all:
            self._all = seen.pods
            self._fill()

    def _fill(self) -> None:
        shown = replace(self._all, rows=tuple(row for row in self._all.rows if self._passes(row)))
        self.table.fill(shown)
        counts = Counter(shown.column("STATUS"))
        words = ", ".join(f"{count} {status}" for status, count in counts.most_common()) or "none"
        filters = [f"{title.lower()} {value}" for title, value in self._only.items() if value]
        filters += [f"“{self._search}”"] if self._search else []
        of = f"{len(shown.rows)} of {len(self._all.rows)}" if filters else str(len(shown.rows))
        title = f" {signs().dot} ".join(("Pods", *filters))
        self.query_one("#pods-pane", Pane).border_title = Content(f"{title}   {of}: {words}").markup

    def _passes(self, row: Sequence[str]) -> bool:
        cells = dict(zip(self._all.columns, row, strict=False))
        if any(value and cells.get(title) != value for title, value in self._only.items()):
            return False
        return not self._search or any(self._search in cell.lower() for cell in row)

    def action_search(self) -> None:
        """Open the search line."""
        self.query_one(SearchLine).open()

    @on(SearchLine.Typed)
    def filter_rows(self, event: SearchLine.Typed) -> None:
        """Narrow the table while the person types."""
        event.stop()
        self._search = event.text
        self._fill()

    @on(SearchLine.Closed)
    def focus_table(self, event: SearchLine.Closed) -> None:
        """Return to the table."""
        event.stop()
        self.table.focus()

    def action_narrow(self, title: str) -> None:
        """Ask for a node or a namespace."""
        counts = Counter(self._all.column(title))
        values = sorted(value for value in counts if value != "<none>")

        def chosen(answer: str | None) -> None:
            if answer is not None:
                self._only[title] = answer.removeprefix(_VALUE)
                self._fill()

        answers = [(f"{_VALUE}{value}", value, counted(counts[value], "pod")) for value in values]
        answers.insert(0, (_VALUE, "all", counted(len(self._all.rows), "pod")))
        # Esc gives the first answer, so that is what holds now
        answers.sort(key=lambda answer: answer[0] != f"{_VALUE}{self._only[title]}")
        self.app.push_screen(Choose(title.capitalize(), "", answers), chosen)

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Offer to read a pod where it is one."""
        if action in {"describe", "logs"}:
            return not self._rehearsal
        return self._rehearsal if action in {"no_describe", "no_logs"} else True

    def action_no_describe(self) -> None:
        """Say why there is no description."""
        self.action_describe()

    def action_no_logs(self) -> None:
        """Say why there are no logs."""
        self.action_logs()

    def action_describe(self) -> None:
        """Show what kubectl says about the chosen pod."""
        self._read("describe")

    def action_logs(self) -> None:
        """Show what the chosen pod wrote."""
        self._read("logs")

    @work(exclusive=True)
    async def _read(self, what: str) -> None:
        namespace, pod = self.table.cell("NAMESPACE"), self.table.cell("NAME")
        if not pod:
            self.notify("There is no pod to read.")
            return
        pane = self.query_one("#pods-pane", Pane)
        pane.border_subtitle = Content(f"reading {what} of {pod} ...").markup
        try:
            asked = self.watching.ask(
                lambda looks: looks.logs(namespace, pod) if what == "logs" else looks.describe(namespace, pod)
            )
            text = await asyncio.wrap_future(asked)
        except (KubetuiError, OSError) as error:
            self.notify(str(error), severity="error", markup=False)
            return
        finally:
            pane.border_subtitle = ""
        said = text or f"{pod} has written nothing." if what == "logs" else text
        self.app.push_screen(Reader(f"{_TITLES[what]} of {namespace}/{pod}", Content(said), said))
