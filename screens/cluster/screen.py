"""The screen of a running cluster: its nodes, its pods, a node's containers, and its kubeconfig."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content

from kubetui.base.errors import ProfileError
from kubetui.base.text import duration
from kubetui.cluster.folder import Cluster
from kubetui.operations import observe
from kubetui.profile.files import file as profilefile
from kubetui.profile.words import note
from kubetui.record import timings
from screens.asking.meeting import meet
from screens.cluster.checks import CheckLines, Runs, run_check
from screens.cluster.kubetable import KubeTable
from screens.cluster.removal import plan_of
from screens.cluster.shell import open_shell
from screens.cluster.watch import Opens, Seen, Watch, observer
from screens.widgets.chrome import Head, PlainScreen, key, marked
from screens.widgets.navigation import DestroyCluster
from screens.widgets.static import Static

HERTZ = 4


class ClusterHead(Head):
    """The state of the cluster, and how long its last run took."""

    def __init__(self, screen: ClusterScreen) -> None:
        super().__init__()
        self._of = screen

    def line(self) -> Content:
        """Return the upper row."""
        left, right = self._of.state(), Content.styled(self._of.took(), "dim")
        gap = max(1, self.size.width - 2 - left.cell_length - right.cell_length)
        return Content.assemble(left.stylize("bold"), " " * gap, right)


def built_in(cluster: Cluster) -> float | None:
    """Return the seconds of the last successful run; None where they were not recorded."""
    times = timings.read(cluster)
    return times.seconds if times is not None and times.ok else None


def note_of(cluster: Cluster) -> str:
    """Return the note on a rehearsed cluster; empty for others, and where its profile cannot be read."""
    try:
        return note(profilefile.load_built(cluster))
    except ProfileError:
        return ""


class ClusterScreen(PlainScreen):
    """Shows what a watch finds. `seconds` is how long the last run took, where the caller knows it."""

    DEFAULT_CSS = """
    ClusterScreen > #trouble { height: auto; padding: 0 1 1 1; display: none; }
    ClusterScreen > #nodes { height: auto; min-height: 3; max-height: 45%; }
    ClusterScreen > #below { height: 1fr; }
    ClusterScreen .part { height: 1fr; width: 1fr; padding: 1 0 0 0; }
    ClusterScreen .part > Static { height: 1; padding: 0 1; }
    ClusterScreen #containers-part { display: none; }
    ClusterScreen.-containers #containers-part { display: block; }
    ClusterScreen.-containers #pods-part { display: none; }
    ClusterScreen.-wide #pods-part, ClusterScreen.-wide #containers-part { display: block; }
    ClusterScreen.-wide #pods-part { width: 3fr; }
    ClusterScreen.-wide #containers-part { width: 2fr; }
    ClusterScreen > #kubeconfig { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("y", "copy", "Copy", tip="Copy the export line, for a shell with kubectl on this host."),
        key("s", "shell", "Shell", tip="Open a shell on the chosen node; exit returns here."),
        key("p", "containers", "Containers", tip="Show the containers of the chosen node instead of the pods."),
        key("p", "pods", "Pods", tip="Show all pods instead of the containers."),
        key("c", "check", "Check", tip="Check that pods, network, DNS, services and node ports work."),
        key("d", "destroy", "Destroy", tip="Destroy the cluster and its machines. Asks first."),
        key("escape", "back", "Back", display="esc", tip="Go to the start screen; the cluster keeps running."),
        key("q", "leave", "Leave", tip="Leave kubetui; the cluster keeps running."),
        key("question_mark,f1", "keys", "Help", display="?", tip="This list."),
    ]

    def __init__(
        self,
        name: str,
        *,
        seconds: float | None = None,
        opens: Opens = observer,
        runs: Runs = run_check,
        now: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        self._cluster = Cluster(name)
        self._seconds = built_in(self._cluster) if seconds is None else seconds
        self._now = now
        self._checks = CheckLines(self._cluster, runs)
        self._watching = Watch(name, opens)
        self._drawn = Seen()

    def compose(self) -> ComposeResult:
        """Draw the screen."""
        head = ClusterHead(self)
        head.note = note_of(self._cluster)
        yield head
        yield Static("", id="trouble", markup=False)
        yield self._checks
        yield KubeTable(id="nodes")
        with Horizontal(id="below"):
            with Vertical(classes="part", id="pods-part"):
                yield Static("", id="pods-title", markup=False)
                yield KubeTable(id="pods")
            with Vertical(classes="part", id="containers-part"):
                yield Static("", id="containers-title", markup=False)
                yield KubeTable(id="containers")
        yield Static(observe.kubeconfig_line(self._cluster), id="kubeconfig", markup=False)
        yield self.foot()

    def on_mount(self) -> None:
        """Start watching."""
        self.query_one("#nodes").focus()
        self._watching.start()
        self.set_interval(1 / HERTZ, self.look)
        self._titles()

    def on_unmount(self) -> None:
        """Stop watching and checking."""
        self._watching.close()
        self._checks.end()

    def look(self) -> None:
        """Draw what the watch has found since the last call."""
        seen = self._watching.seen
        self.query_one(ClusterHead).redraw()
        if seen is not self._drawn:
            self._drawn = seen
            for place, table in (("#nodes", seen.nodes), ("#pods", seen.pods), ("#containers", seen.containers)):
                if table is not None:
                    self.query_one(place, KubeTable).fill(table)
            self._titles()
        self._trouble()
        self._checks.look()

    def state(self) -> Content:
        """Return the cluster's state in words."""
        name, seen = self._cluster.name, self._drawn
        if seen.trouble:
            return marked("attention", f"{name} does not respond")
        if seen.nodes is None:
            return marked("running", f"{name}: connecting ...")
        status = seen.nodes.column("STATUS")
        ready = sum(word.split(",")[0] == "Ready" for word in status)
        if ready == len(status):
            return marked("done", f"{name} is ready")
        return marked("attention", f"{name}: {ready} of {len(status)} nodes are Ready")

    def took(self) -> str:
        """Return how long the last run took, in words."""
        return f"built in {duration(self._seconds)}" if self._seconds is not None else ""

    def _trouble(self) -> None:
        place, seen = self.query_one("#trouble", Static), self._drawn
        place.display = bool(seen.trouble)
        if not seen.trouble:
            return
        last = "It has not responded since you opened this screen."
        if seen.nodes is not None:
            stamp = time.strftime("%H:%M:%S", time.localtime(seen.nodes.at))
            ago = duration(self._now() - seen.nodes.at)
            last = f"It last responded at {stamp}, {ago} ago; the tables below are from then."
        place.update(Content.assemble((seen.trouble, "$warning"), f"\n{last} kubetui tries again every few seconds."))

    def _titles(self) -> None:
        seen = self._drawn
        counts = Counter(seen.pods.column("STATUS")) if seen.pods else Counter()
        words = ", ".join(f"{count} {status}" for status, count in counts.most_common()) or "none yet"
        self.query_one("#pods-title", Static).update(Content.assemble(("Pods", "bold"), f"  {words}"))
        count = f"  {len(seen.containers.rows)} containers" if seen.containers else ""
        where = f" on {seen.node}" if seen.node else ""
        title = Content.assemble((f"Containers{where}", "bold"), count)
        self.query_one("#containers-title", Static).update(title)

    @on(KubeTable.Chosen, "#nodes")
    def choose(self) -> None:
        """Look at the containers of the chosen node."""
        self._watching.choose(self.node)

    @property
    def node(self) -> str:
        """The chosen node."""
        return self.query_one("#nodes", KubeTable).chosen

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Offer to switch between pods and containers where only one of them fits."""
        if action in {"containers", "pods"}:
            return not self.has_class("-wide") and self.has_class("-containers") == (action == "pods")
        return True

    def on_resize(self) -> None:
        """Show the keys that apply at the new size."""
        self.refresh_bindings()

    def action_containers(self) -> None:
        """Show the containers instead of the pods."""
        self.add_class("-containers")
        self.refresh_bindings()

    def action_pods(self) -> None:
        """Show the pods again."""
        self.remove_class("-containers")
        self.refresh_bindings()

    def action_copy(self) -> None:
        """Copy the export line."""
        self.app.copy_to_clipboard(observe.kubeconfig_line(self._cluster))
        self.notify("Copied. Paste it into a shell that has kubectl.")

    def action_shell(self) -> None:
        """Open a shell on the chosen node, or on the control plane."""
        machine = self.node or next(iter(observe.machines(self._cluster)), "")
        open_shell(self.app, self._cluster.name, machine)

    def action_check(self) -> None:
        """Check the cluster, after connecting to existing machines where they ask for something."""
        plan = plan_of(self._cluster.name)
        if plan is None:
            self._checks.begin()
        elif not self._checks.running:
            meet(self.app, plan, self._checks.begin)

    def action_destroy(self) -> None:
        """Destroy the cluster, after a confirmation."""
        self.post_message(DestroyCluster(self._cluster.name))
