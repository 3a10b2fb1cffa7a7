"""The home of a cluster: what it is, its nodes and pods, its last run and how long that took, and what to try next."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.widgets import ContentSwitcher

from kubetui.base.errors import ProfileError
from kubetui.cluster.folder import Cluster
from kubetui.operations import observe
from kubetui.operations.state import ClusterState, State, glance
from kubetui.profile.files import file as profilefile
from kubetui.profile.words import note
from screens.asking.meeting import meet
from screens.cluster.checks import Runs, run_check
from screens.cluster.doing import actions
from screens.cluster.doing.removal import plan_of
from screens.cluster.head import PARTS, ClusterHead, neighbour
from screens.cluster.merging import ask_to_merge
from screens.cluster.shell import open_shell
from screens.cluster.standing import headline, notice, ours
from screens.cluster.tabs.learn import LearnPart
from screens.cluster.tabs.nodes import NodesPart
from screens.cluster.tabs.part import Part
from screens.cluster.tabs.pods import PodsPart
from screens.cluster.tabs.run import RunPart
from screens.cluster.tabs.timings import TimingsPart
from screens.cluster.watch import Judges, Opens, Seen, Watch, judge, observer
from screens.log.screen import LogScreen
from screens.widgets.chrome import key
from screens.widgets.navigation import ChooseAction, DestroyCluster, StartRun
from screens.widgets.panes import LISTS
from screens.widgets.static import Static

HERTZ = 4
_PARTS_TIP: Final = "Open one of the five parts. ← and → open the one beside, where they do not scroll a table."
_ACTIONS_TIP: Final = "Stop the cluster, change its machines, mend it, and more. Shows first what that does."
_REAL: Final = {"shell": True, "merge": True, "no_shell": False, "no_merge": False}
"""What needs a real cluster, and what says why a rehearsal does not have it."""


def note_of(cluster: Cluster) -> str:
    """Return the note on a rehearsed cluster; empty for others, and where its profile cannot be read."""
    try:
        return note(profilefile.load_built(cluster))
    except ProfileError:
        return ""


class ClusterScreen(LogScreen, inherit_bindings=False):
    """Shows what a watch finds, in five parts of which one is open; `built` by a run that has just ended well.

    Tests replace what it asks.
    """

    DEFAULT_CSS = f"""
    ClusterScreen > #notice {{ height: auto; max-height: 5; padding: 0 1 1 1; display: none; }}
    ClusterScreen > ContentSwitcher {{ height: 1fr; }}
    ClusterScreen.-wide RunPart .lists {{ width: {LISTS[1]}; }}
    ClusterScreen.-roomy RunPart .lists {{ width: {LISTS[2]}; }}
    ClusterScreen.-small WhyPane {{ height: 5; }}
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("1", "open('Nodes')", "Parts", display="1-5", tip=_PARTS_TIP),
        *(key(str(number), f"open('{part}')", part, show=False) for number, part in enumerate(PARTS[1:], 2)),
        key("right", "neighbour(1)", "Next part", show=False),
        key("left", "neighbour(-1)", "Part before", show=False),
        key("r", "resume", "Resume", tip="Go on with the run of this cluster; completed steps are kept."),
        key("r", "show_run", "Run", tip="Show the run that works on this cluster."),
        key("s", "shell", "Shell", tip="Open a shell on the chosen node; exit returns here."),
        key("s", "no_shell", "Shell", tip="A rehearsed node has no shell; a real one has.", show=False),
        key("c", "check", "Check", tip="Check that pods, network, DNS, services and node ports work."),
        key("a", "actions", "Actions", tip=_ACTIONS_TIP),
        key("m", "merge", "Merge", tip="Merge the cluster's kubeconfig into kubectl's own file. Asks first."),
        key("m", "no_merge", "Merge", tip="A rehearsal's kubeconfig is not merged; a real cluster's is.", show=False),
        key("d", "destroy", "Destroy", tip="Destroy the cluster and its machines. Asks first."),
        key("escape", "back", "Back", display="esc", tip="Go to the start screen; the cluster keeps running."),
        key("q", "leave", "Leave", tip="Leave kubetui; the cluster keeps running.", show=False),
        key("question_mark,f1", "keys", "Help", display="?", tip="This list."),
        *Screen.BINDINGS,
    ]

    def __init__(
        self,
        name: str,
        *,
        built: bool = False,
        opens: Opens = observer,
        judges: Judges = judge,
        runs: Runs = run_check,
        now: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        self._cluster = Cluster(name)
        self._now = now
        self._watching = Watch(name, opens, judges)
        self._known = glance(self._cluster)
        self._built_at = self._known.when if built else None
        """When the run ended that led here, as long as nothing else was done to the cluster since."""
        self._first = NodesPart(self._cluster, self._watching, runs, self._known.plan)
        self._seen = Seen()

    def compose(self) -> ComposeResult:
        """Draw the screen."""
        cluster, watch = self._cluster, self._watching
        head = ClusterHead(lambda room: headline(self.state, self._seen, self._now(), room))
        head.note = note_of(cluster)
        yield head
        yield Static("", id="notice", markup=False)
        with ContentSwitcher(initial=PARTS[0]):
            yield self._first
            yield PodsPart(cluster, watch, self._known.plan)
            yield RunPart(cluster, watch, self._known.plan)
            yield TimingsPart(cluster, watch)
            yield LearnPart(cluster, watch, self._known.plan)
        yield self.foot()

    def on_mount(self) -> None:
        """Start watching."""
        self._watching.start()
        self.set_interval(1 / HERTZ, self.look)
        self.part.opened()
        self.look()

    def on_unmount(self) -> None:
        """Stop watching and checking."""
        self._watching.close()
        self._first.checks.end()

    @property
    def state(self) -> ClusterState:
        """What the cluster is, as far as is known."""
        return self._seen.state or self._known

    @property
    def part(self) -> Part:
        """The part that is open."""
        return self.query_one(f"#{self.query_one(ClusterHead).part}", Part)

    def look(self) -> None:
        """Draw what the watch has found since the last call."""
        before, self._seen = self.state, self._watching.seen
        self.query_one(ClusterHead).look()
        self.part.look(self._seen)
        just_built = self._built_at == self.state.when and self.part is self._first
        text = notice(self.state, self._seen, self._now(), just_built=just_built)
        place = self.query_one("#notice", Static)
        place.display = bool(text.plain)
        place.say(text)
        if before != self.state:
            self.refresh_bindings()

    @on(ClusterHead.Wanted)
    def open_wanted(self, event: ClusterHead.Wanted) -> None:
        """Open the part that was clicked."""
        self.action_open(event.part)

    def action_open(self, part: str) -> None:
        """Open a part."""
        self.remove_class("-full")
        self.query_one(ClusterHead).open(part)
        self.query_one(ContentSwitcher).current = part
        self.part.opened()
        self.part.look(self._seen)

    def action_neighbour(self, step: int) -> None:
        """Open the part beside."""
        self.action_open(neighbour(self.query_one(ClusterHead).part, step))

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Offer to go on where a run would do something, and the check where something can be checked."""
        if action in _REAL:
            return _REAL[action] != self.state.rehearsal
        if action == "resume":
            return self.state.resumable
        if action == "actions":
            return bool(actions.possible(self.state))
        if action == "show_run":
            return ours(self.state)
        if action == "check":
            return self.state.state in {State.READY, State.DEGRADED, State.UNREACHABLE, State.UNKNOWN}
        return True

    def action_resume(self) -> None:
        """Go on with the run."""
        if self.state.plan is not None:
            self.post_message(StartRun(self.state.plan))

    def action_show_run(self) -> None:
        """Show the run; starting one that works already only shows it."""
        self.action_resume()

    def action_shell(self) -> None:
        """Open a shell on the chosen node, or on the control plane."""
        machine = self._first.table.chosen or next(iter(observe.machines(self._cluster)), "")
        open_shell(self.app, self._cluster.name, machine)

    def action_no_shell(self) -> None:
        """Say why there is no shell."""
        self.action_shell()

    def action_check(self) -> None:
        """Check the cluster, after connecting to existing machines where they ask for something."""
        checks, plan = self._first.checks, plan_of(self._cluster.name)
        self.action_open(PARTS[0])
        if plan is None:
            checks.begin()
        elif not checks.running:
            meet(self.app, plan, checks.begin)

    def action_merge(self) -> None:
        """Merge the kubeconfig, after a question."""
        possible = self._cluster.kubeconfig.exists() and not self.state.rehearsal
        ask_to_merge(self.app, self._cluster, possible=possible)

    def action_no_merge(self) -> None:
        """Say why it is not merged."""
        self.action_merge()

    def action_actions(self) -> None:
        """Let the person choose what to do to the cluster."""
        self.post_message(ChooseAction(self.state))

    def action_destroy(self) -> None:
        """Destroy the cluster, after a confirmation."""
        self.post_message(DestroyCluster(self._cluster.name))

    def action_back(self) -> None:
        """Close what is open in the log, or go back."""
        if self.query_one(ClusterHead).part != "Run" or not self.undo_one():
            self.app.pop_screen()
