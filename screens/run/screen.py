"""The run: machines with their steps on the left, the log on the right, and a bar over all."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content

from kubetui.profile.schema.profile import Profile
from screens.log.pane import LogPane
from screens.log.screen import LOG_KEYS, LogScreen
from screens.run import words as runwords
from screens.run.failure import Choice, FailureScreen
from screens.run.head import RunHead
from screens.run.machinelist import MachineList
from screens.run.machinepane import MachinePane
from screens.run.session import Session, running_session
from screens.widgets.chrome import key
from screens.widgets.symbols import signs

HERTZ = 5
"""How often the left side looks for something new; the log has a pace of its own."""


class RunScreen(LogScreen):
    """Shows a session, and passes on what the person wants of it.

    A run of the same cluster that still goes on in the background is shown again rather than begun twice.
    `begin` makes a session, and `now` tells the time, so that tests decide on both.
    """

    DEFAULT_CSS = """
    RunScreen > Horizontal { height: 1fr; }
    RunScreen MachinePane { width: 34; }
    RunScreen.-wide MachinePane { width: 42%; max-width: 64; }
    RunScreen LogPane { width: 1fr; border-left: vkey $border-blurred; padding: 0 0 0 1; }
    RunScreen.-full LogPane { border-left: none; }
    RunScreen.-ascii LogPane { border-left: ascii $border-blurred; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "open", "Open", tip="What to do next: the cluster, or what failed."),
        key("enter", "peek", "What failed", show=False, tip="What has failed so far."),
        key("a", "everyone", "All", tip="The logs of all machines in one, with their names; and back to one."),
        key("r", "retry", "Go on", tip="Begin again; what is done is not done twice."),
        *LOG_KEYS,
        key("t", "times(True)", "Times", show=False, tip="Show when each line came."),
        key(
            "escape",
            "back",
            "Leave",
            display="esc",
            show=False,
            tip="Leave the run. It asks first, and nothing is lost.",
        ),
    ]

    def __init__(
        self,
        profile: Profile,
        *,
        begin: Callable[[Profile], Session] = Session,
        estimate: float | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        self._begin = begin
        self._now = now
        self._estimate = estimate
        self._together = False
        self._leaving = False
        self._told = False
        self.session = running_session(profile.name) or begin(profile)

    def compose(self) -> ComposeResult:
        """Draw the screen."""
        self.set_class(signs().down != "│", "-ascii")
        yield RunHead(lambda: self.session, self.status)
        with Horizontal():
            yield MachinePane(classes="beside-log")
            yield LogPane(self.session.profile.name)
        yield self.foot()

    def on_mount(self) -> None:
        """Begin, unless it runs already, and look for news from now on."""
        if not self.session.began:
            self.session.start()
        self.machines.list.focus()
        self._machines()
        self.machines.list.choose(0)
        self.set_interval(1 / HERTZ, self.look)

    @property
    def machines(self) -> MachinePane:
        """The machines, on the left."""
        return self.query_one(MachinePane)

    @property
    def machine(self) -> str:
        """The machine that is chosen."""
        return self.machines.machine

    def look(self) -> None:
        """Take in what happened and draw what changed."""
        self.session.drain()
        self._machines()
        self.query_one(RunHead).look()
        self._detail()
        self._pane_title()
        if not self.session.running and not self._told:
            # what the engine said last may have come between the two looks
            self.session.drain()
            self._told = True
            self.refresh_bindings()
            self._ended()

    def status(self) -> Content:
        """Return the right end of the title line."""
        return runwords.status(self.session, self._now(), self._estimate)

    def _machines(self) -> None:
        self.machines.fill(runwords.machines(self.session))

    def _pane_title(self) -> None:
        began = self.session.titles.get(self.machine)
        step = f" {signs().dot} {began.title}" if began else ""
        names = tuple(self.session.buffers)
        if self._together:
            self.pane.show("All machines", self.session.buffers.all, machines=names)
        else:
            self.pane.show(f"{self.machine}{step}", self.session.buffers.of(self.machine), self.machine)

    def _detail(self) -> None:
        self.machines.tell(runwords.detail(self.session, self.machine, self._now()))

    def _ended(self) -> None:
        if self._leaving:
            self._home()
        elif self._failed:
            self._open_failure()
        elif self._succeeded and self.is_current and self.pane.lines.view.following and not self.pane.asking:
            self._open_cluster()

    @on(MachineList.Chosen)
    def chosen(self) -> None:
        """Show the log of the machine that was chosen."""
        self._together = False
        self._detail()
        self._pane_title()

    def action_everyone(self) -> None:
        """Show all logs in one, or one again."""
        self._together = not self._together
        self._pane_title()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what can be done now."""
        if action == "open":
            return self._told and (self._succeeded or self._failed)
        if action == "peek":
            return not self._told and self._failed
        if action == "pause":
            return self.session.running
        if action == "times":
            return bool(parameters) == self._told
        if action == "retry":
            return self._told and not self._succeeded and not self._failed
        return True

    @property
    def _succeeded(self) -> bool:
        return runwords.succeeded(self.session)

    @property
    def _failed(self) -> bool:
        return runwords.failed(self.session)

    def action_peek(self) -> None:
        """Show what has failed so far."""
        self._open_failure()

    def action_open(self) -> None:
        """Go where the run's state leads."""
        if self._succeeded:
            self._open_cluster()
        else:
            self._open_failure()

    def _open_cluster(self) -> None:
        from screens.cluster.screen import ClusterScreen  # noqa: PLC0415 - needed at the end alone

        finished = self.session.progress.finished
        app, name = self.app, self.session.profile.name
        self._home()
        app.push_screen(ClusterScreen(name, seconds=finished.seconds if finished else None))

    def _open_failure(self) -> None:
        self.app.push_screen(FailureScreen(self.session, self.machine, self._after_failure))

    def _after_failure(self, choice: Choice) -> None:
        if choice is Choice.RETRY:
            self.action_retry()
        elif choice is Choice.LEAVE:
            self.action_back()

    def action_retry(self) -> None:
        """Begin a new session; the engine finds what is done."""
        if self.session.running:
            self.notify("The other machines are not through yet; retry when they are.")
            return
        self._told = self._leaving = False
        self.session = self._begin(self.session.profile)
        self.session.start()
        self.refresh_bindings()
        self.look()

    def action_back(self) -> None:
        """Close what is open, or leave; a run that goes on asks first."""
        if self.undo_one():
            return
        if not self.session.running:
            self._home()
            return
        self.app.push_screen(runwords.question(self.session), self._answered)

    def action_leave(self) -> None:
        """Leave the run first; the start screen leaves kubetui."""
        self.action_back()

    def _answered(self, answer: str | None) -> None:
        if answer == runwords.STOP:
            self._leaving = True
            self.session.stop()
            self.look()
        elif answer == runwords.KEEP:
            self._home()

    def _home(self) -> None:
        """Go back to the first screen."""
        app = self.app
        while len(app.screen_stack) > 1:
            app.pop_screen()
