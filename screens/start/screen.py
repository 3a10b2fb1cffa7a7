"""The start: clusters, profiles, and what the chosen one is."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import OptionList

from screens.widgets.chrome import PlainScreen, TitleLine, key, marked
from screens.widgets.lists import Lines, SearchLine
from screens.widgets.static import Static

if TYPE_CHECKING:
    from kubetui.record.overview import ClusterOverview
    from screens.app import KubetuiApp
    from screens.start.shelf import Shelf
    from screens.wizard.draft import Draft

_READING = Content.styled("   reading", "dim")


def _filled(app: KubetuiApp) -> Shelf:
    from screens.start.shelf import Shelf  # noqa: PLC0415 - after the first frame, in a thread

    return Shelf(app.host)


class StartScreen(PlainScreen):
    """Open a cluster or a profile, go on with a run, or begin a new one."""

    app: KubetuiApp
    DEFAULT_CSS = """
    StartScreen Lines { height: 1fr; padding: 1 1 0 1; }
    StartScreen #what { height: auto; max-height: 50%; padding: 1 2; max-width: 100; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("n", "new", "New", tip="A new cluster, from the defaults."),
        key("enter", "open", "Open", tip="Open the chosen cluster, or the wizard with this profile."),
        key("g", "go_on", "Go on", tip="Go on with the run of the chosen cluster where it stopped."),
        key("d", "destroy", "Destroy", tip="Remove the chosen cluster with its machines; asks first."),
        key("u", "undo", "Undo edits", tip="Forget what was changed in the chosen profile and not saved."),
        key("slash", "search", "Search", display="/", tip="Show only the lines with a word."),
        key("question_mark,f1", "keys", "Help", display="?", tip="This list."),
        key("q", "leave", "Leave", tip="Leave kubetui."),
        key("escape", "nothing", "Back", show=False),
    ]

    def __init__(self, *, new: bool = False) -> None:
        super().__init__()
        self._new = new
        self._shelf: Shelf | None = None
        self._sought = ""

    def compose(self) -> ComposeResult:
        """Draw the screen."""
        yield TitleLine("kubetui", marked("running", "looking at this host"))
        yield Lines(id="start")
        yield Static("", id="what", markup=False)
        yield SearchLine()
        yield self.foot()

    def on_mount(self) -> None:
        """Show the frame alone; what fills it comes right after, and then the keys that were pressed meanwhile."""
        lines = self.query_one(Lines)
        lines.show_lines([("-clusters", Content.styled("Clusters", "bold")), ("-reading", _READING)])
        lines.focus()
        self.call_after_refresh(self.load)

    @work
    async def load(self) -> None:
        """Read what there is in a thread: all that knows profiles is imported with it."""
        self._shelf = await asyncio.to_thread(_filled, self.app)
        self.show_all()
        if self._new:
            self.action_new()
        self.look()
        await self.app.held.release()

    def on_screen_resume(self) -> None:
        """Read again what there is: another screen may have made or saved something."""
        if self._shelf is not None:
            self._shelf.read()
            self.show_all()

    def on_resize(self) -> None:
        """Draw the rows as wide as the terminal is."""
        self.call_after_refresh(self.show_all)

    @work
    async def look(self) -> None:
        """Say how this host is, and load the large libraries meanwhile."""
        checks = await self.app.host.checks(None)
        failed = next((check for check in checks if check.status == "failed"), None)
        ready = Content.assemble(f"{checks[0].message}  ", marked("done", "ready"))
        self.query_one(TitleLine).say(marked("failed", failed.message) if failed else ready)
        await asyncio.to_thread(import_module, "kubetui.operations.up")

    def show_all(self) -> None:
        """Show clusters, drafts and profiles."""
        if self._shelf is not None:
            self.query_one(Lines).show_lines(self._shelf.rows(self._sought, self.size.width - 4))
            self.show_what()

    @on(OptionList.OptionHighlighted)
    def show_what(self) -> None:
        """Say what the chosen line is, and show the keys that work on it."""
        if self._shelf is not None:
            self.query_one("#what", Static).update(self._shelf.about(self._chosen))
        self.refresh_bindings()

    @property
    def _chosen(self) -> str:
        return self.query_one(Lines).chosen or ""

    @property
    def _cluster(self) -> ClusterOverview | None:
        return self._shelf.cluster(self._chosen) if self._shelf else None

    @property
    def _draft(self) -> Draft | None:
        return self._shelf.draft(self._chosen) if self._shelf else None

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Tell which keys work on the chosen line."""
        if not self.is_mounted or action not in {"open", "go_on", "destroy", "undo"}:
            return True
        if action == "open":
            return bool(self._chosen)
        if action == "undo":
            return self._draft is not None
        cluster = self._cluster
        if cluster is None:
            return False
        return action == "destroy" or (cluster.state == "stopped" and cluster.profile is not None)

    @on(OptionList.OptionSelected)
    def action_open(self) -> None:
        """Open what is chosen."""
        if self._cluster is not None:
            from screens.cluster.screen import ClusterScreen  # noqa: PLC0415

            self.app.push_screen(ClusterScreen(self._cluster.name))
        elif self._shelf is not None:
            self._wizard(self._shelf.answers(self._chosen))

    def action_new(self) -> None:
        """Begin a new one."""
        if self._shelf is not None:
            self._wizard(self._shelf.fresh())

    def _wizard(self, draft: Draft | None) -> None:
        if draft is not None:
            self.app.push_screen(self.app.page(0, draft))

    def action_go_on(self) -> None:
        """Go on with a run that stopped."""
        from kubetui.profile.plan import Plan  # noqa: PLC0415
        from screens.run.begin import start_run  # noqa: PLC0415

        cluster = self._cluster
        if cluster is not None and cluster.profile is not None:
            start_run(self.app, Plan(cluster.profile))

    def action_destroy(self) -> None:
        """Remove a cluster."""
        from screens.cluster.removal import destroy  # noqa: PLC0415

        if self._cluster is not None:
            destroy(self.app, self._cluster.name, self.app.push_screen)

    def action_undo(self) -> None:
        """Forget a draft."""
        draft = self._draft
        if self._shelf is not None and draft is not None:
            self._shelf.forget(draft)
            self.show_all()

    def action_nothing(self) -> None:
        """Stay: there is nothing before the start."""

    def action_search(self) -> None:
        """Open the search."""
        self.query_one(SearchLine).open()

    @on(SearchLine.Sought)
    def seek(self, event: SearchLine.Sought) -> None:
        """Narrow the list."""
        self._sought = event.text
        self.show_all()

    @on(SearchLine.Ended)
    def found(self) -> None:
        """Go back to the list."""
        self.query_one(Lines).focus()
