"""The start screen: what can be begun, clusters, profiles, and a description of the chosen one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import OptionList

from screens.start.panelist import PaneList
from screens.threads import EngineThread
from screens.widgets.chrome import TitleLine, key, marked
from screens.widgets.lists import SearchLine, SearchScreen
from screens.widgets.navigation import DestroyCluster, OpenCluster, StartRun
from screens.widgets.panes import Pane
from screens.widgets.static import Static

if TYPE_CHECKING:
    from kubetui.operations.state import ClusterState
    from kubetui.profile.questions.pages import FieldPath
    from screens.host import Host
    from screens.start.shelf import Shelf
    from screens.wizard.draft import Draft

_READING = Content.styled("reading", "dim")


def _fill_shelf(find_host: Callable[[], Host]) -> Shelf:
    from screens.start.shelf import Shelf  # noqa: PLC0415 - loads pydantic; called in a thread, after the first frame

    return Shelf(find_host())


class StartScreen(SearchScreen):
    """Begins a cluster, or opens one, or a profile.

    It calls `find_host` in a thread, because that loads pydantic, and `loaded` once it has its lists.
    """

    DEFAULT_CSS = """
    StartScreen #panes, StartScreen #left, StartScreen #right { height: 1fr; }
    StartScreen #panes { layout: vertical; }
    StartScreen #left, StartScreen #begin-pane { height: auto; }
    StartScreen #clusters-pane { height: auto; max-height: 40%; }
    StartScreen #profiles-pane { height: 1fr; min-height: 4; }
    StartScreen #begin, StartScreen #clusters { height: auto; }
    StartScreen #profiles { height: 1fr; }
    StartScreen #what { height: auto; max-height: 5; padding: 0 2; max-width: 110; }
    StartScreen.-wide #panes { layout: horizontal; padding: 1 1 0 1; }
    StartScreen.-wide #left { width: 42; height: 1fr; margin: 0 1 0 0; }
    StartScreen.-roomy #left { width: 56; }
    StartScreen.-wide #what { max-height: 8; padding: 0 3 1 3; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "open", "Open", tip="Begin or open what is chosen."),
        key("escape", "clear_search", "Clear search", display="esc", tip="Show all clusters and profiles again."),
        key("tab", "app.focus_next", "Pane", tip="To the next pane."),
        key("n", "new", "New", tip="Start a new cluster from the defaults."),
        key("g", "resume", "Resume", tip="Resume the run of the chosen cluster where it stopped."),
        key("d", "destroy", "Destroy", tip="Destroy the chosen cluster and its machines. Asks first."),
        key("u", "undo", "Undo edits", tip="Discard the unsaved edits of the chosen profile."),
        key("slash", "search", "Search", display="/", tip="Show only clusters and profiles that contain a text."),
        key("question_mark,f1", "keys", "Help", display="?", tip="This list."),
        key("q", "leave", "Leave", tip="Leave kubetui."),
        key("escape", "nothing", "", show=False),
    ]

    LEAVING = "nothing"

    def __init__(
        self, find_host: Callable[[], Host], loaded: Callable[[], Awaitable[None]], *, new: bool = False
    ) -> None:
        super().__init__()
        self._find_host = find_host
        self._loaded = loaded
        self._new = new
        self._shelf: Shelf | None = None
        self._follower: EngineThread | None = None
        self._drawn: object = None

    def compose(self) -> ComposeResult:
        """Draw the screen."""
        yield TitleLine("kubetui", marked("running", "looking at this host"))
        with Horizontal(id="panes"):
            with Vertical(id="left"):
                yield Pane("Begin", PaneList(id="begin"), id="begin-pane")
            with Vertical(id="right"):
                yield Pane("Clusters", PaneList(id="clusters"), id="clusters-pane")
                yield Pane("Profiles", PaneList(id="profiles"), id="profiles-pane")
        yield Static("", id="what", markup=False)
        yield SearchLine("esc clears the search")
        yield self.foot()

    def on_mount(self) -> None:
        """Show an empty frame; its lists come right after, and then the keys pressed meanwhile."""
        for rows in self._lists:
            rows.show_rows([("-reading", _READING)])
        self._lists[0].focus()
        self.call_after_refresh(self.load)

    @property
    def _lists(self) -> list[PaneList]:
        return list(self.query(PaneList))

    @work
    async def load(self) -> None:
        """Read clusters and profiles in a thread, which also imports pydantic."""
        self._shelf = await asyncio.to_thread(_fill_shelf, self._find_host)
        self.show_rows()
        self._choose_first()
        if self._new:
            self.action_new()
        self.look()
        self._follower = EngineThread("clusters", self._shelf.standings.follow, daemon=True)
        self._follower.start()
        self.set_interval(0.5, self.draw_changes)
        await self._loaded()

    def _choose_first(self) -> None:
        """Begin where a person most likely goes on: in the clusters, once there is one."""
        begin, clusters, _ = self._lists
        (clusters if clusters.chosen else begin).focus()

    def on_screen_resume(self) -> None:
        """Read the lists again: another screen may have built or saved something."""
        if self._shelf is not None:
            self._shelf.standings.paused = False
            self._shelf.standings.forget()
            self._shelf.read()
            self.show_rows()

    def on_screen_suspend(self) -> None:
        """Ask no cluster while another screen is open."""
        if self._shelf is not None:
            self._shelf.standings.paused = True

    def on_unmount(self) -> None:
        """Stop following the clusters."""
        if self._follower is not None:
            self._follower.stop_now()

    def draw_changes(self) -> None:
        """Draw the rows again once a cluster is something else."""
        if self._shelf is not None and self.is_current and self._shelf.standings.all is not self._drawn:
            self.show_rows()

    def on_resize(self) -> None:
        """Fit the rows to the new width."""
        self.call_after_refresh(self.show_rows)

    @work(exclusive=True, group="look")
    async def look(self) -> None:
        """Check this host and show what it can do, then load the large libraries."""
        shelf = self._shelf
        if shelf is None:
            return
        shelf.learn(await shelf.host.checks(None))
        self.show_rows()
        shelf.expect(await asyncio.to_thread(_usual_seconds, shelf))
        self.show_rows()

    def show_rows(self) -> None:
        """Show what can be begun, clusters, unsaved answers and profiles."""
        shelf = self._shelf
        if shelf is None:
            return
        self._drawn = shelf.standings.all
        begin, clusters, profiles = self._lists
        self.query_one(TitleLine).say(shelf.title(self.size.width - len(" kubetui  ")))
        begin.show_rows(shelf.beginnings(_room(begin), brief=self.has_class("-small")))
        clusters.show_rows(shelf.clusters(self._search, _room(clusters)))
        profiles.show_rows(shelf.profiles(self._search, _room(profiles)))
        self.show_what()

    @on(OptionList.OptionHighlighted)
    def show_what(self) -> None:
        """Describe the chosen row, and show the keys that work on it."""
        if self._shelf is not None:
            self.query_one("#what", Static).update(self._shelf.about(self._chosen))
        self.refresh_bindings()

    def on_descendant_focus(self) -> None:
        """Describe the row of the list that has the focus now."""
        self.show_what()

    @on(PaneList.Passed)
    def pass_on(self, event: PaneList.Passed) -> None:
        """Go on in the next list that has rows, at its near end."""
        lists = [each for each in self._lists if each.chosen or each.has_focus]
        here = next((index for index, each in enumerate(lists) if each.has_focus), 0)
        there = lists[(here + event.by) % len(lists)]
        there.focus()
        if event.by > 0:
            there.action_first()
        else:
            there.action_last()

    def found_list(self) -> PaneList:
        """Return the first list with a hit."""
        _, clusters, profiles = self._lists
        return clusters if clusters.chosen else profiles

    @property
    def _chosen(self) -> str:
        lists = self._lists
        here = next((each for each in lists if each.has_focus), None)
        return (here.chosen if here else None) or ""

    @property
    def _cluster(self) -> ClusterState | None:
        return self._shelf.cluster(self._chosen) if self._shelf else None

    @property
    def _draft(self) -> Draft | None:
        return self._shelf.draft(self._chosen) if self._shelf else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the keys that work on the chosen row."""
        if not self.is_mounted or action not in {"open", "resume", "destroy", "undo"}:
            return super().check_action(action, parameters)
        if action == "open":
            return bool(self._chosen)
        if action == "undo":
            return self._draft is not None
        cluster = self._cluster
        if cluster is None:
            return False
        return action == "destroy" or cluster.resumable

    @on(OptionList.OptionSelected)
    def action_open(self) -> None:
        """Begin or open what is chosen."""
        if self._shelf is None:
            return
        if self._cluster is not None:
            self.post_message(OpenCluster(self._cluster.name))
        elif self._chosen.startswith("begin "):
            self._begin(self._shelf, self._chosen.removeprefix("begin "))
        else:
            self._wizard(self._shelf.answers(self._chosen))

    def _begin(self, shelf: Shelf, what: str) -> None:
        from screens.start.doctor import HostScreen  # noqa: PLC0415 - loads pydantic
        from screens.wizard.pages import PageScreen  # noqa: PLC0415
        from screens.wizard.remarks import BOX  # noqa: PLC0415
        from screens.wizard.review import ReviewScreen  # noqa: PLC0415

        if what == "rehearse":
            self.app.push_screen(ReviewScreen(shelf.fresh("rehearsal"), shelf.host, PageScreen))
        elif what == "fix" or (what == "build" and not shelf.offer.makers):
            self.app.push_screen(HostScreen(shelf.host, shelf.offer.checks, shelf.learn))
        elif what == "build" and shelf.offer.boxless:
            self._wizard(shelf.fresh(), BOX)
        elif what == "build":
            self.app.push_screen(ReviewScreen(shelf.fresh(), shelf.host, PageScreen))
        else:
            self._wizard(shelf.fresh("hosts" if what == "hosts" else ""))

    def action_new(self) -> None:
        """Start a new cluster."""
        if self._shelf is not None:
            self._wizard(self._shelf.fresh())

    def _wizard(self, draft: Draft | None, field: FieldPath = ()) -> None:
        from screens.wizard.pages import PageScreen  # noqa: PLC0415 - loads pydantic

        if draft is not None and self._shelf is not None:
            self.app.push_screen(PageScreen(0, draft, self._shelf.host, field))

    def action_resume(self) -> None:
        """Resume a run that stopped."""
        cluster = self._cluster
        if cluster is not None and cluster.plan is not None:
            self.post_message(StartRun(cluster.plan))

    def action_destroy(self) -> None:
        """Destroy the chosen cluster, after a confirmation."""
        if self._cluster is not None:
            self.post_message(DestroyCluster(self._cluster.name))

    def action_undo(self) -> None:
        """Discard the unsaved edits of the chosen row."""
        draft = self._draft
        if self._shelf is not None and draft is not None:
            self._shelf.forget(draft)
            self.show_rows()

    def action_nothing(self) -> None:
        """Stay: no screen comes before the start screen."""


def _room(rows: PaneList) -> int:
    """Return the columns for a row beside its mark."""
    return max(20, rows.size.width - 2)


def _usual_seconds(shelf: Shelf) -> float | None:
    """Return how long the build of the first choice takes, judging by earlier runs here; loads the large libraries."""
    from kubetui.operations import up  # noqa: F401, PLC0415 - loaded here, so that a run begins without a wait
    from kubetui.operations.boxes.choice import decided  # noqa: PLC0415
    from kubetui.profile.plan import Plan  # noqa: PLC0415
    from kubetui.record.estimate import estimate  # noqa: PLC0415

    return estimate(decided(Plan(shelf.first))) if shelf.offer.makers else None
