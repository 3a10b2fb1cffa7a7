"""The screen of a run: machines and their steps on the left, the log and what it teaches on the right."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.events import ScreenResume

from kubetui.engine.events import TaskId
from kubetui.operations.turns import REHEARSED
from kubetui.profile.schema.profile import Profile
from screens.explain.concepts import ConceptScreen
from screens.explain.steppage import StepPage
from screens.log.screen import LogScreen
from screens.run import ending
from screens.run import words as runwords
from screens.run.failure import FailureScreen
from screens.run.forecast import Forecast
from screens.run.keys import KEYS
from screens.run.panes.body import RunBody
from screens.run.panes.head import RunHead
from screens.run.panes.machinelist import MachineList
from screens.run.panes.steplist import StepList
from screens.run.session import Session
from screens.run.times import TimesScreen
from screens.run.turn import Notices, TurnScreen
from screens.run.turnlist import Row, TurnList, rows_of
from screens.threads import Threads
from screens.widgets.choose import Choose
from screens.widgets.navigation import GoHome, OpenCluster
from screens.widgets.panes import LISTS

HERTZ = 5
"""How often the panes beside the log look for changes; the log has its own rate."""


class RunScreen(LogScreen):
    """Shows a session and controls it.

    If a run of the same cluster still works in the background, it shows that one and starts no other. `yours` are the
    tasks that the person does by hand in a new one.
    Tests replace `make`, which creates a session, `forecast`, and `now`, which returns the time.
    """

    DEFAULT_CSS = f"""
    RunScreen > RunBody {{ height: 1fr; }}
    RunScreen #left {{ width: {LISTS[0]}; }}
    RunScreen.-wide #left {{ width: {LISTS[1]}; }}
    RunScreen.-roomy #left {{ width: {LISTS[2]}; }}
    RunScreen #left MarkedRows {{ height: 1fr; }}
    RunScreen #steps {{ height: 1fr; }}
    RunScreen #right {{ width: 1fr; }}
    RunScreen.-small #right {{ padding: 0 0 0 1; }}
    RunScreen.-small WhyPane {{ height: 5; }}
    RunScreen.-roomy #right {{ layout: horizontal; }}
    RunScreen.-roomy WhyPane {{ width: 56; height: 1fr; }}
    """
    BINDINGS: ClassVar[list[BindingType]] = KEYS

    def __init__(
        self,
        profile: Profile,
        threads: Threads,
        *,
        make: Callable[[Profile], Session] = Session,
        yours: Collection[TaskId] = (),
        forecast: Forecast | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        self._threads = threads
        self._make = make
        self._now = now
        self._leaving = False
        self._told = False
        self._owed = False
        """Whether the run has ended under something that the person reads, and its end is to be shown after that."""
        self._question: Choose | None = None
        self._entered = ""
        self._notices = Notices()
        self.session = threads.find(Session, profile.name) or self._made(profile, yours)
        self._forecast = forecast or Forecast(self.session.plan)

    def _made(self, profile: Profile, yours: Collection[TaskId]) -> Session:
        session = self._make(profile)
        for task in yours:
            session.turns.want(task)
        return session

    def compose(self) -> ComposeResult:
        """Draw the screen."""
        yield RunHead(lambda: self.session, self.status)
        yield RunBody(self.session)
        yield self.foot()

    def on_mount(self) -> None:
        """Start the run, unless it is under way, and watch it."""
        if not self.session.began:
            self._threads.start(self.session)
        # in a thread: the history of earlier runs may be long
        self.run_worker(self._forecast.load, thread=True)
        self.body.machines.focus()
        self.look()
        self.body.machines.choose(0)
        self.set_interval(1 / HERTZ, self.look)

    @property
    def body(self) -> RunBody:
        """The panes."""
        return self.query_one(RunBody)

    @property
    def machine(self) -> str:
        """The chosen machine."""
        return self.body.machine

    def look(self) -> None:
        """Fold in new events and draw what changed."""
        self.session.drain()
        self.query_one(RunHead).look()
        self.body.look(self._now())
        self._look_at_turns()
        if not self.session.running and not self._told:
            # the engine's last events may have arrived after the drain above
            self.session.drain()
            self._told = True
            self._ended()
        self.show_end()
        if self._entered != self._enter():
            self._entered = self._enter()
            self.refresh_bindings()

    def _look_at_turns(self) -> None:
        """Tell the person what waits for them, and what they have done."""
        began, done = self._notices.changes(self.session)
        for task in done:
            self.notify("It is done.", title=_named(task), markup=False)
        # what the person types into the log's prompt is no answer
        if not self.is_active or self.pane.asking:
            for task in began:
                self.notify("It waits for you.", title=f"Your turn: {_named(task)}", markup=False)
            return
        self._open_turn(self._notices.unopened(self.session))

    def status(self) -> Content:
        """Return the right end of the title line."""
        now = self._now()
        return runwords.status(self.session, now, self._forecast.rest(self.session.progress, now))

    def _ended(self) -> None:
        """Go where the run has led; what the person reads above it is never taken away."""
        # a failure that opened under a prompt would take what is typed there for its keys
        if self.is_active and not (self._failed and self.pane.asking):
            self._go_on()
        elif self._question is not None and self._question.is_active:
            self._question.dismiss(runwords.STAY)
            self.app.push_screen(ending.void(self.session, leaving=self._leaving), self._answered_at_the_end)
        else:
            # a page of the failures that is open tells the end already
            shown = any(isinstance(each, FailureScreen) for each in self.app.screen_stack)
            self._owed = not shown
            self.notify(
                ending.way_on(self.session, leaving=self._leaving, shown=shown, opens=self._opens_itself),
                title=ending.outcome(self.session),
                severity=ending.severity(self.session),
                markup=False,
            )

    @on(ScreenResume)
    def show_end(self) -> None:
        """Go where the run has led, once what was open above it is closed."""
        if self._owed and self.is_active and not self.pane.asking:
            self._owed = False
            self._go_on()

    def _go_on(self) -> None:
        if self._leaving:
            self.post_message(GoHome())
        elif self._failed:
            self._open_failure()
        elif self._succeeded and self._opens_itself:
            self.action_open()

    @property
    def _opens_itself(self) -> bool:
        """Whether the cluster opens without being asked for: not for someone who reads or searches the log."""
        return self.pane.lines.view.following and not self.pane.asking

    @on(MachineList.Chosen)
    def show_machine(self) -> None:
        """Show the log of the chosen machine."""
        self.body.together = False
        self.look()

    @on(StepList.Chosen)
    def show_step(self) -> None:
        """Show why the chosen step is needed."""
        self.look()

    def action_everyone(self) -> None:
        """Show all logs in one, or the chosen machine's again."""
        self.body.together = not self.body.together
        self.look()

    def action_commands(self) -> None:
        """Show commands alone, or all lines again."""
        self.body.commands = not self.body.commands
        self.look()

    def _enter(self) -> str:
        """Return what Enter does now."""
        if TaskId(self.body.steps.step, self.machine) in self.session.progress.turns:
            return "turn"
        if self.body.steps.has_focus:
            return "peek" if self.body.on_failed_step else "step"
        if self._told and self._succeeded:
            return "open"
        return "peek" if self._failed else "step"

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Offer the keys that apply now."""
        if action in {"open", "peek", "step", "turn"}:
            return self.is_mounted and action == self._enter()
        if action == "pause":
            return self.session.running
        if action in {"ahead", "back"}:
            return (action == "ahead") == (self._told and self._succeeded)
        if action == "retry":
            return self._told and not self._succeeded and not self._failed
        return True

    @property
    def _succeeded(self) -> bool:
        return runwords.succeeded(self.session)

    @property
    def _failed(self) -> bool:
        return runwords.failed(self.session)

    def action_step(self) -> None:
        """Show what the chosen step does."""
        if self.body.lesson is not None:
            self.app.push_screen(StepPage(self.session.plan, self.body.lesson))

    def action_turn(self) -> None:
        """Open the chosen step, which waits for the person."""
        self._open_turn(TaskId(self.body.steps.step, self.machine))

    def action_turns(self) -> None:
        """Let the person choose the steps that they do by hand."""
        session = self.session
        if session.plan.provider.rehearsal:
            self.notify(REHEARSED)
            return

        def rows() -> tuple[Row, ...]:
            return rows_of(session.offers.values(), lambda task: runwords.standing(session, task), self.machine)

        self.app.push_screen(TurnList(rows, session.toggle), self._open_turn)

    def _open_turn(self, task: TaskId | None) -> None:
        if task is not None:
            self.app.push_screen(TurnScreen(self.session, task))

    def action_explain(self) -> None:
        """Explain the concepts of the chosen step."""
        if self.body.lesson is not None and self.body.lesson.concepts:
            self.app.push_screen(ConceptScreen(self.body.lesson.concepts))
        else:
            self.notify("There is nothing more to explain about this step.")

    def action_times(self) -> None:
        """Show when each task began and ended."""
        self.app.push_screen(TimesScreen(self.session, self._now))

    def action_peek(self) -> None:
        """Show what has failed so far."""
        self._open_failure()

    def action_open(self) -> None:
        """Open the cluster, which the run has built."""
        self.post_message(OpenCluster(self.session.profile.name, built=True))

    def _open_failure(self) -> None:
        self.app.push_screen(FailureScreen(self.session, self.machine, retry=self.action_retry, leave=self.action_back))

    def action_retry(self) -> None:
        """Start a new session; the engine skips completed steps."""
        if self.session.running:
            self.notify("Other machines are still working. Retry when they have finished.")
            return
        self._told = self._leaving = self._owed = False
        self.session = self.body.session = self._made(self.session.profile, self.session.wanted)
        self._threads.start(self.session)
        self.look()

    def action_back(self) -> None:
        """Close what is open in the log, or leave; asks first while the run works."""
        if self.undo_one():
            return
        if not self.session.running:
            self.post_message(GoHome())
            return
        self._question = runwords.question(self.session)
        self.app.push_screen(self._question, self._answered)

    def action_ahead(self) -> None:
        """Close what is open in the log, or open the cluster."""
        if not self.undo_one():
            self.action_open()

    def action_leave(self) -> None:
        """Leave the run; `q` on the start screen then leaves kubetui."""
        self.action_back()

    def _answered(self, answer: str | None) -> None:
        self._question = None
        if not self.session.running and answer in {runwords.STOP, runwords.KEEP}:
            self.post_message(GoHome())
        elif answer == runwords.STOP:
            self._leaving = True
            if self.session.stopping:
                self.session.stop_now()
            else:
                self.session.wind_down()
            self.look()
        elif answer == runwords.KEEP:
            self.post_message(GoHome())

    def _answered_at_the_end(self, answer: str | None) -> None:
        if answer == ending.HOME or self._leaving:
            self.post_message(GoHome())
        elif self._failed:
            self._open_failure()
        elif self._succeeded:
            self.action_open()


def _named(task: TaskId) -> str:
    return f"{runwords.title_of(task)} on {task.machine}"
