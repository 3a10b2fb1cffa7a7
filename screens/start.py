"""The start: clusters, profiles, and what the chosen one is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import OptionList, Static

from kubetui import library, overview
from screens.chrome import PlainScreen, TitleLine, key, marked
from screens.dialogs import Confirm
from screens.draft import Draft
from screens.lists import Lines, SearchLine
from screens.passwords import ask
from screens.rehearsed import is_rehearsal
from screens.startrows import cluster_row, draft_row, entry_row, heading

if TYPE_CHECKING:
    from screens.app import KubetuiApp


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

    def __init__(self) -> None:
        super().__init__()
        self._drafts: list[Draft] = []
        self._clusters: dict[str, overview.ClusterOverview] = {}
        self._entries: dict[str, library.Entry] = {}
        self._sought = ""

    def compose(self) -> ComposeResult:
        """Draw the screen."""
        yield TitleLine("kubetui", marked("running", "looking at this host"))
        yield Lines(id="start")
        yield Static("", id="what", markup=False)
        yield SearchLine()
        yield self.foot()

    def on_mount(self) -> None:
        """Show what there is, then look at the host and load what comes next."""
        self.query_one(Lines).focus()
        self.call_after_refresh(self.look)

    def on_screen_resume(self) -> None:
        """Read again what there is: another screen may have made or saved something."""
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
        await asyncio.to_thread(import_module, "kubetui.up")

    def show_all(self) -> None:
        """Show clusters, drafts and profiles."""
        self._clusters = {f"cluster {each.name}": each for each in overview.clusters()}
        entries = library.listing()
        if not self.app.host.builds():
            # what works here stands first
            entries = tuple(sorted(entries, key=lambda each: not is_rehearsal(each.profile)))
        self._entries = {f"{each.kind} {each.name}": each for each in entries}
        self._drafts = [draft for draft in self._drafts if draft.changed]
        width, now = self.size.width - 4, self.app.host.now()
        rows = [("-clusters", heading("Clusters"))]
        rows += self._sifted((id_, cluster_row(each, width, now)) for id_, each in self._clusters.items())
        if len(rows) == 1:
            rows.append(("-none", Content.styled("   none" if self._sought else "   none yet: n begins one", "dim")))
        rows += [("-gap", Content("")), ("-profiles", heading("Profiles"))]
        rows += self._sifted((f"draft {index}", draft_row(draft, width)) for index, draft in self._new_drafts())
        rows += self._sifted(
            (id_, entry_row(each, width, edited=self._edited(each) is not None)) for id_, each in self._entries.items()
        )
        self.query_one(Lines).show_lines(rows)
        self.show_what()

    def _sifted(self, rows: Iterable[tuple[str, Content]]) -> list[tuple[str, Content]]:
        return [(id_, row) for id_, row in rows if self._sought in row.plain.lower()]

    def _new_drafts(self) -> list[tuple[int, Draft]]:
        return [(index, draft) for index, draft in enumerate(self._drafts) if not draft.source]

    def _edited(self, entry: library.Entry) -> Draft | None:
        return next((draft for draft in self._drafts if draft.source == entry.name and entry.profile), None)

    @on(OptionList.OptionHighlighted)
    def show_what(self) -> None:
        """Say what the chosen line is, and show the keys that work on it."""
        self.query_one("#what", Static).update(self._what())
        self.refresh_bindings()

    def _what(self) -> Content:
        chosen = self.query_one(Lines).chosen or ""
        cluster, entry = self._clusters.get(chosen), self._entries.get(chosen)
        draft = self._draft(chosen)
        if entry is not None and entry.error:
            error = entry.error.replace(str(entry.path), entry.path.name)
            return Content.assemble(marked("failed", "It cannot be read"), f"\n{error}")
        profile = draft.profile() if draft else cluster.profile if cluster else entry.profile if entry else None
        if profile is None:
            return Content("")
        if draft and draft.plan() is None:
            return marked("failed", "Its first address is too high for the other machines to count up from.")
        note = Content.styled("Changed and not saved. ", "$warning") if draft else Content("")
        return Content.assemble(("What it is\n", "bold"), note, overview.in_words(profile))

    def _draft(self, chosen: str) -> Draft | None:
        if chosen.startswith("draft "):
            return self._drafts[int(chosen.removeprefix("draft "))]
        entry = self._entries.get(chosen)
        return self._edited(entry) if entry else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Tell which keys work on the chosen line."""
        del parameters
        if not self.is_mounted or action not in {"open", "go_on", "destroy", "undo"}:
            return True
        chosen = self.query_one(Lines).chosen or ""
        cluster = self._clusters.get(chosen)
        if action == "open":
            return bool(chosen)
        if action == "undo":
            return self._draft(chosen) is not None
        if cluster is None:
            return False
        return action == "destroy" or (cluster.state == "stopped" and cluster.profile is not None)

    @on(OptionList.OptionSelected)
    def action_open(self) -> None:
        """Open what is chosen."""
        chosen = self.query_one(Lines).chosen or ""
        cluster, entry = self._clusters.get(chosen), self._entries.get(chosen)
        if cluster is not None:
            from screens.clusterview import ClusterScreen  # noqa: PLC0415

            self.app.push_screen(ClusterScreen(cluster.name))
        elif draft := self._draft(chosen):
            self._wizard(draft)
        elif entry is not None and entry.profile is not None:
            self._wizard(Draft(entry.profile, entry.name))

    def action_new(self) -> None:
        """Begin a new one."""
        self._wizard(Draft(self.app.host.first_choice()))

    def _wizard(self, draft: Draft) -> None:
        if draft not in self._drafts:
            self._drafts.append(draft)
        self.app.push_screen(self.app.page(0, draft))

    def action_go_on(self) -> None:
        """Go on with a run that stopped."""
        from screens.run import RunScreen  # noqa: PLC0415

        cluster = self._clusters.get(self.query_one(Lines).chosen or "")
        profile = cluster.profile if cluster else None
        if profile is not None:
            ask(self.app, profile, lambda: self.app.push_screen(RunScreen(profile)))

    def action_destroy(self) -> None:
        """Remove a cluster."""
        cluster = self._clusters.get(self.query_one(Lines).chosen or "")
        if cluster is None:
            return

        def answered(sure: bool | None) -> None:  # noqa: FBT001 - the dialog's result
            if sure:
                from screens.destroying import DestroyScreen  # noqa: PLC0415

                self.app.push_screen(DestroyScreen(cluster.name))

        words = "Its machines and everything in them are removed, its logs and its kubeconfig. Saved profiles stay."
        self.app.push_screen(Confirm(f"Destroy {cluster.name}", words, cluster.name), answered)

    def action_undo(self) -> None:
        """Forget a draft."""
        draft = self._draft(self.query_one(Lines).chosen or "")
        if draft is not None:
            self._drafts.remove(draft)
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
