"""The start screen: clusters, profiles, and a description of the chosen one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import OptionList

from screens.threads import EngineThread
from screens.widgets.chrome import TitleLine, key, marked
from screens.widgets.lists import RowList, SearchLine, SearchScreen
from screens.widgets.navigation import DestroyCluster, OpenCluster, StartRun
from screens.widgets.static import Static

if TYPE_CHECKING:
    from kubetui.operations.state import ClusterState
    from screens.host import Host
    from screens.start.shelf import Shelf
    from screens.wizard.draft import Draft

_READING = Content.styled("   reading", "dim")


def _fill_shelf(find_host: Callable[[], Host]) -> Shelf:
    from screens.start.shelf import Shelf  # noqa: PLC0415 - loads pydantic; called in a thread, after the first frame

    return Shelf(find_host())


class StartScreen(SearchScreen):
    """Opens a cluster or a profile, resumes a run, or starts a new cluster.

    It calls `find_host` in a thread, because that loads pydantic, and `loaded` once it has its list.
    """

    DEFAULT_CSS = """
    StartScreen RowList { height: 1fr; padding: 1 1 0 1; }
    StartScreen #what { height: auto; max-height: 50%; padding: 1 2; max-width: 100; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("n", "new", "New", tip="Start a new cluster from the defaults."),
        key("enter", "open", "Open", tip="Open the chosen cluster or profile."),
        key("g", "resume", "Resume", tip="Resume the run of the chosen cluster where it stopped."),
        key("d", "destroy", "Destroy", tip="Destroy the chosen cluster and its machines. Asks first."),
        key("u", "undo", "Undo edits", tip="Discard the unsaved edits of the chosen profile."),
        key("slash", "search", "Search", display="/", tip="Show only rows that contain a text."),
        key("question_mark,f1", "keys", "Help", display="?", tip="This list."),
        key("q", "leave", "Leave", tip="Leave kubetui."),
        key("escape", "nothing", "Back", show=False),
    ]

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
        yield TitleLine("kubetui", marked("running", "checking this host"))
        yield RowList(id="start")
        yield Static("", id="what", markup=False)
        yield SearchLine()
        yield self.foot()

    def on_mount(self) -> None:
        """Show an empty frame; its list comes right after, and then the keys pressed meanwhile."""
        rows = self.query_one(RowList)
        rows.show_rows([("-clusters", Content.styled("Clusters", "bold")), ("-reading", _READING)])
        rows.focus()
        self.call_after_refresh(self.load)

    @work
    async def load(self) -> None:
        """Read clusters and profiles in a thread, which also imports pydantic."""
        self._shelf = await asyncio.to_thread(_fill_shelf, self._find_host)
        self.show_rows()
        if self._new:
            self.action_new()
        self.look(self._shelf.host)
        self._follower = EngineThread("clusters", self._shelf.standings.follow, daemon=True)
        self._follower.start()
        self.set_interval(0.5, self.draw_changes)
        await self._loaded()

    def on_screen_resume(self) -> None:
        """Read the list again: another screen may have built or saved something."""
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

    @work
    async def look(self, host: Host) -> None:
        """Check this host and show the result, then load the large libraries."""
        checks = await host.checks(None)
        failed = next((check for check in checks if check.status == "failed"), None)
        ready = Content.assemble(f"{checks[0].message}  ", marked("done", "ready"))
        self.query_one(TitleLine).say(marked("failed", failed.message) if failed else ready)
        await asyncio.to_thread(import_module, "kubetui.operations.up")

    def show_rows(self) -> None:
        """Show clusters, unsaved answers and profiles."""
        if self._shelf is not None:
            self._drawn = self._shelf.standings.all
            self.query_one(RowList).show_rows(self._shelf.rows(self._search, self.size.width - 4))
            self.show_what()

    @on(OptionList.OptionHighlighted)
    def show_what(self) -> None:
        """Describe the chosen row, and show the keys that work on it."""
        if self._shelf is not None:
            self.query_one("#what", Static).update(self._shelf.about(self._chosen))
        self.refresh_bindings()

    @property
    def _chosen(self) -> str:
        return self.query_one(RowList).chosen or ""

    @property
    def _cluster(self) -> ClusterState | None:
        return self._shelf.cluster(self._chosen) if self._shelf else None

    @property
    def _draft(self) -> Draft | None:
        return self._shelf.draft(self._chosen) if self._shelf else None

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Offer the keys that work on the chosen row."""
        if not self.is_mounted or action not in {"open", "resume", "destroy", "undo"}:
            return True
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
        """Open the chosen cluster or profile."""
        if self._cluster is not None:
            self.post_message(OpenCluster(self._cluster.name))
        elif self._shelf is not None:
            self._wizard(self._shelf.answers(self._chosen))

    def action_new(self) -> None:
        """Start a new cluster."""
        if self._shelf is not None:
            self._wizard(self._shelf.fresh())

    def _wizard(self, draft: Draft | None) -> None:
        from screens.wizard.pages import PageScreen  # noqa: PLC0415 - loads pydantic

        if draft is not None and self._shelf is not None:
            self.app.push_screen(PageScreen(0, draft, self._shelf.host))

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
