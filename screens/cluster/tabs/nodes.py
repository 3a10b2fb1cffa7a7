"""The nodes of a cluster as kubectl lists them, its checks, and the containers of the chosen node."""

from __future__ import annotations

from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from kubetui.base.text import counted
from kubetui.cluster.folder import Cluster
from kubetui.operations import observe
from kubetui.profile.plan import Plan
from screens.cluster.checks import CheckLines, Runs
from screens.cluster.kubetable import KubeTable
from screens.cluster.tabs.part import Part
from screens.cluster.watch import Seen, Watch
from screens.widgets.chrome import key
from screens.widgets.panes import Pane
from screens.widgets.static import Static

NO_API: Final = "kubectl finds nothing here: this is a rehearsal. A real cluster says how."


class NodesPart(Part):
    """Nodes above, the chosen node's containers below."""

    DEFAULT_CSS = """
    NodesPart > #nodes { height: auto; min-height: 3; max-height: 45%; }
    NodesPart > #containers-pane { height: 1fr; margin: 1 0 0 0; }
    NodesPart #containers { padding: 0; }
    NodesPart > #kubeconfig { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("y", "copy", "Copy", tip="Copy the export line, for a shell with kubectl on this host."),
    ]

    def __init__(self, cluster: Cluster, watch: Watch, runs: Runs, plan: Plan | None) -> None:
        super().__init__(cluster, watch, "Nodes")
        self.checks = CheckLines(cluster, runs)
        self._rehearsal = plan is not None and plan.provider.rehearsal

    def compose(self) -> ComposeResult:
        """Draw the part."""
        yield self.checks
        yield KubeTable(id="nodes")
        yield Pane("Containers", KubeTable(id="containers"), id="containers-pane")
        line = NO_API if self._rehearsal else observe.kubeconfig_line(self.cluster)
        yield Static(line, id="kubeconfig", markup=False)

    @property
    def table(self) -> KubeTable:
        """The table of nodes."""
        return self.query_one("#nodes", KubeTable)

    def opened(self) -> None:
        """Take the focus."""
        self.table.focus()

    def look(self, seen: Seen, /) -> None:
        """Fill both tables."""
        self.checks.look()
        if seen.nodes is not None:
            self.table.fill(seen.nodes)
        if seen.containers is not None:
            self.query_one("#containers", KubeTable).fill(seen.containers)
        count = f"   {counted(len(seen.containers.rows), 'container')}" if seen.containers else ""
        where = f" on {seen.node}" if seen.node else ""
        self.query_one("#containers-pane", Pane).border_title = f"Containers{where}{count}"

    @on(KubeTable.Chosen, "#nodes")
    def choose(self) -> None:
        """Look at the containers of the chosen node."""
        self.watching.choose(self.table.chosen)

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Offer the export line only where it leads to a cluster."""
        return action != "copy" or not self._rehearsal

    def action_copy(self) -> None:
        """Copy the export line."""
        self.app.copy_to_clipboard(observe.kubeconfig_line(self.cluster))
        self.notify("Copied. Paste it into a shell that has kubectl.")
