"""The review: what the run will build, whether this host is ready, and every command."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import Screen
from textual.widgets import OptionList

from kubetui.base.check import Check, blocking
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import TaskId
from kubetui.operations.boxes.choice import decided
from kubetui.operations.plan import StepText, step_texts
from kubetui.operations.state import glance
from kubetui.operations.turns import REHEARSED, offers
from kubetui.profile.plan import Plan
from kubetui.profile.questions.pages import pages
from kubetui.profile.words import note
from kubetui.record.estimate import estimate
from kubetui.steps.machine.start import START
from screens.host import Host
from screens.run.turnlist import Standing, TurnList, rows_of
from screens.widgets.chrome import key, marked
from screens.widgets.lists import RowList, SearchLine, SearchScreen
from screens.widgets.navigation import StartRun
from screens.widgets.reader import Reader
from screens.widgets.static import Static
from screens.wizard.draft import Draft
from screens.wizard.pagesline import PagesLine, go_back, stages
from screens.wizard.remarks import before, taken
from screens.wizard.reviewtext import (
    all_checks,
    checks_text,
    cluster_line,
    command,
    headless,
    machines_table,
    refusal,
    step_row,
    step_text,
    vagrant_files,
)
from screens.wizard.saving import export, leave, save


class ReviewScreen(SearchScreen):
    """Shows the plan before the run. It refuses to start where `kubetui up` would refuse.

    `page` makes a page of questions, for the way back to one that was not opened on the way here.
    """

    DEFAULT_CSS = """
    ReviewScreen #which { height: auto; padding: 0 2; }
    ReviewScreen #top { height: auto; max-height: 45%; padding: 0 1 0 2; }
    ReviewScreen #machines { height: auto; max-height: 8; }
    ReviewScreen #machines > Static, ReviewScreen #checks > Static { height: auto; }
    ReviewScreen #checks { height: auto; max-height: 9; margin: 1 0 0 0; }
    ReviewScreen #machines > Static { text-wrap: nowrap; text-overflow: ellipsis; }
    ReviewScreen.-roomy #top { layout: horizontal; }
    ReviewScreen.-roomy #machines { width: auto; max-width: 60%; max-height: 100%; }
    ReviewScreen.-roomy #machines > Static { width: auto; }
    ReviewScreen.-roomy #checks { width: 1fr; max-height: 100%; margin: 0 0 0 4; }
    ReviewScreen #steps { height: 1fr; margin: 1 0 0 0; }
    ReviewScreen #list { width: 34; height: 100%; }
    ReviewScreen.-roomy #list { width: 68; }
    ReviewScreen VerticalScroll { scrollbar-size-vertical: 1; }
    ReviewScreen #step { width: 1fr; padding: 0 1; border-left: solid $border-blurred; }
    ReviewScreen #step > Static { height: auto; }
    ReviewScreen #last { height: 1; padding: 0 2; margin: 1 0 0 0; text-wrap: nowrap; text-overflow: ellipsis; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "start", "Start", tip="Build the cluster."),
        key("space", "step", "Step", display="space", tip="Show the whole step, with its script and its files."),
        key("escape", "clear_search", "Clear search", display="esc", tip="Show every step again."),
        key("escape", "back", "Back", display="esc", tip="Go back one page. Nothing is lost."),
        key("Y", "turns", "Your turn", display="Y", tip="Choose the steps that you do by hand."),
        key("s,ctrl+s", "save", "Save", display="s", tip="Save as a profile."),
        key("h", "checks", "Checks", tip="Show every check of this host, with its finding and its fix."),
        key("r", "look", "Check again", tip="Check this host again.", show=False),
        key("c", "copy", "Copy", tip="Copy the command that does the same without the wizard."),
        key("x", "export", "Export", tip="Write the commands as one shell script per machine."),
        key("slash", "search", "Search", display="/", tip="Show only steps that contain a text.", show=False),
        key("Y", "no_turns", "", show=False),
        key("question_mark,f1", "keys", "Help", display="?", tip="This list."),
    ]

    def __init__(self, draft: Draft, host: Host, page: Callable[[int, Draft, Host], Screen[None]]) -> None:
        super().__init__()
        self._page = page
        self.draft = draft
        self.host = host
        self.plan = decided(Plan(draft.look().profile))
        self._steps: dict[str, StepText] = {}
        self._found: tuple[Check, ...] | None = None
        self._start_when_checked = False
        self._seconds: float | None = None
        self._offers = offers(self.plan)
        self._yours: set[TaskId] = set()
        """The tasks that the person does by hand."""

    def compose(self) -> ComposeResult:
        """Draw the screen."""
        yield PagesLine(stages().index("Review"), self.draft.seen)
        yield Static("", id="which", markup=False)
        with Vertical(id="top"):
            with VerticalScroll(id="machines", can_focus=False):
                yield Static(machines_table(self.plan), markup=False)
            with VerticalScroll(id="checks", can_focus=False):
                yield Static("", id="found", markup=False)
        with Horizontal(id="steps"):
            yield RowList(id="list")
            with VerticalScroll(id="step"):
                yield Static("", id="commands", markup=False)
        yield Static("", id="last", markup=False)
        yield SearchLine("esc clears the search")
        yield self.foot()

    def on_mount(self) -> None:
        """Show the steps, and check this host."""
        self.query_one(PagesLine).tell(note(self.plan.profile))
        self.query_one(RowList).focus()
        name = self.plan.profile.name
        found = glance(Cluster(name)) if taken(self.draft) else None
        self.query_one("#which", Static).update(cluster_line(self.plan, found, before(name)))
        self._seconds = estimate(self.plan)
        self.show_last()
        self.action_look()

    def on_resize(self) -> None:
        """Fit the texts to the new size."""
        self.call_after_refresh(self.show_found)
        self.call_after_refresh(self.show_rows)

    def action_look(self) -> None:
        """Check this host."""
        self._found = None
        self.show_found()
        self._look()
        self._read_steps()

    @work(group="steps", exclusive=True)
    async def _read_steps(self) -> None:
        # in a thread: a custom pod network may have to be downloaded
        texts = await asyncio.to_thread(step_texts, self.plan)
        self._steps = {step.name: step for step in texts}
        self.show_rows()

    @work(exclusive=True)
    async def _look(self) -> None:
        self._found = await self.host.checks(self.plan)
        self.show_found()
        if self._start_when_checked:
            self.action_start()

    def show_found(self) -> None:
        """Show the results of the checks, or that they are running."""
        text = marked("running", "checking this host")
        if self._found is not None:
            text = all_checks(self._found) if self.has_class("-wide") else checks_text(self._found, self.size.width - 4)
        self.query_one("#found", Static).update(text)

    def show_rows(self) -> None:
        """Show the steps that match the search."""
        wide = self.has_class("-roomy")
        yours = {task.step for task in self._yours}
        rows = [(step.name, step_row(step, wide=wide, yours=step.name in yours)) for step in self._steps.values()]
        self.query_one(RowList).show_rows((name, row) for name, row in rows if self._search in row.plain.lower())

    def show_last(self) -> None:
        """Show the estimate and the command that does the same."""
        self.query_one("#last", Static).update(headless(self.draft, self._seconds, self._yours))

    @on(OptionList.OptionHighlighted)
    def show_step(self) -> None:
        """Show the chosen step."""
        step = self._steps.get(self.query_one(RowList).chosen or "")
        self.query_one("#commands", Static).update(step_text(step, self._files(step)) if step else "")
        self.query_one("#step").scroll_home(animate=False)

    @on(PagesLine.Wanted)
    def go_to(self, event: PagesLine.Wanted) -> None:
        """Go back to a page of questions."""
        if event.index < len(pages()):
            go_back(self.app, event.index, lambda index: self._page(index, self.draft, self.host))

    def action_back(self) -> None:
        """Go back one page, also where none was opened on the way here."""
        self.go_to(PagesLine.Wanted(len(pages()) - 1))

    def action_start(self) -> None:
        """Start the run, unless a check has failed."""
        self._start_when_checked = self._found is None
        if self._found is None:
            self.notify("Starts once this host has been checked.", markup=False)
            return
        failed = blocking(self._found)
        if failed:
            title, words = refusal(failed[0])
            self.notify(words, title=title, severity="warning", markup=False)
            return
        self.draft.own.add(self.plan.profile.name)
        self.post_message(StartRun(self.plan, self._yours))

    def action_step(self) -> None:
        """Show the chosen step on the whole screen."""
        step = self._steps.get(self.query_one(RowList).chosen or "")
        if step is not None:
            files = self._files(step)
            copied = "\n".join(step.taught) or step.commands or files
            self.app.push_screen(Reader(step.title, step_text(step, files, whole=True), copied))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer no steps to do by hand in a rehearsal."""
        if action in {"turns", "no_turns"}:
            return self.plan.provider.rehearsal == (action == "no_turns")
        return super().check_action(action, parameters)

    def action_turns(self) -> None:
        """Let the person choose the steps that they do by hand."""
        self.app.push_screen(TurnList(lambda: rows_of(self._offers, self._standing), self._toggle))

    def action_no_turns(self) -> None:
        """Say why no step can be chosen."""
        self.notify(REHEARSED, markup=False)

    def _standing(self, task: TaskId) -> Standing:
        return Standing.YOURS if task in self._yours else Standing.KUBETUI

    def _toggle(self, task: TaskId) -> None:
        self._yours ^= {task}
        self.show_rows()
        self.show_last()

    def _files(self, step: StepText) -> str:
        return vagrant_files(self.plan) if step.name == START.name else ""

    def action_checks(self) -> None:
        """Show every check in full."""
        if self._found is not None:
            self.app.push_screen(Reader("This host", all_checks(self._found)))

    def action_leave(self) -> None:
        """Leave kubetui; warns about unsaved answers first."""
        leave(self.app, self.draft)

    def action_save(self) -> None:
        """Save as a profile."""
        save(self.app, self.draft, lambda _name: self.show_last())

    def action_copy(self) -> None:
        """Copy the command that does the same; saves the profile first if it has to."""
        if self.draft.changed or not self.draft.source:
            save(self.app, self.draft, self._copy)
        else:
            self._copy(self.draft.source)

    def _copy(self, name: str) -> None:
        self.show_last()
        words = command(name, self._yours)
        self.app.copy_to_clipboard(words)
        self.notify(words, title="Copied", markup=False)

    def action_export(self) -> None:
        """Write the commands as scripts."""
        export(self.app, self.plan)
