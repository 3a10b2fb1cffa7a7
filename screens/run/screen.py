"""The screen of a run: machines and their steps on the left, the log on the right, a progress bar above."""

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
from screens.run.failure import FailureScreen
from screens.run.head import RunHead
from screens.run.machinelist import MachineList
from screens.run.machinepane import MachinePane
from screens.run.session import Session
from screens.threads import Threads
from screens.widgets.chrome import key
from screens.widgets.navigation import GoHome, OpenCluster
from screens.widgets.symbols import signs

HERTZ = 5
"""How often the left side looks for changes; the log has its own rate."""


class RunScreen(LogScreen):
    """Shows a session and controls it.

    If a run of the same cluster still works in the background, it shows that one and starts no other.
    Tests replace `make`, which creates a session, and `now`, which returns the time.
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
        key("enter", "open", "Open", tip="Open the cluster, or show what failed."),
        key("enter", "peek", "What failed", show=False, tip="Show what has failed so far."),
        key("a", "everyone", "All", tip="Show the logs of all machines in one, and back."),
        key("r", "retry", "Resume", tip="Run again; completed steps are skipped."),
        *LOG_KEYS,
        key("t", "times(True)", "Times", show=False, tip="Show the time of each line."),
        key("escape", "back", "Leave", display="esc", show=False, tip="Leave the run. Asks first; nothing is lost."),
    ]

    def __init__(
        self,
        profile: Profile,
        threads: Threads,
        *,
        make: Callable[[Profile], Session] = Session,
        estimate: float | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        self._threads = threads
        self._make = make
        self._now = now
        self._estimate = estimate
        self._together = False
        self._leaving = False
        self._told = False
        self.session = threads.find(Session, profile.name) or make(profile)

    def compose(self) -> ComposeResult:
        """Draw the screen."""
        self.set_class(signs().down != "│", "-ascii")
        yield RunHead(lambda: self.session, self.status)
        with Horizontal():
            yield MachinePane(classes="beside-log")
            yield LogPane(self.session.profile.name)
        yield self.foot()

    def on_mount(self) -> None:
        """Start the run, unless it is under way, and watch it."""
        if not self.session.began:
            self._threads.start(self.session)
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
        """The chosen machine."""
        return self.machines.machine

    def look(self) -> None:
        """Fold in new events and draw what changed."""
        self.session.drain()
        self._machines()
        self.query_one(RunHead).look()
        self._detail()
        self._pane_title()
        if not self.session.running and not self._told:
            # the engine's last events may have arrived after the drain above
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
            self.post_message(GoHome())
        elif self._failed:
            self._open_failure()
        elif self._succeeded and self.is_current and self.pane.lines.view.following and not self.pane.asking:
            self._open_cluster()

    @on(MachineList.Chosen)
    def show_machine(self) -> None:
        """Show the log of the chosen machine."""
        self._together = False
        self._detail()
        self._pane_title()

    def action_everyone(self) -> None:
        """Show all logs in one, or the chosen machine's again."""
        self._together = not self._together
        self._pane_title()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the keys that apply now."""
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
        """Open the cluster, or show what failed."""
        if self._succeeded:
            self._open_cluster()
        else:
            self._open_failure()

    def _open_cluster(self) -> None:
        finished = self.session.progress.finished
        self.post_message(OpenCluster(self.session.profile.name, finished.seconds if finished else None))

    def _open_failure(self) -> None:
        self.app.push_screen(FailureScreen(self.session, self.machine, retry=self.action_retry, leave=self.action_back))

    def action_retry(self) -> None:
        """Start a new session; the engine skips completed steps."""
        if self.session.running:
            self.notify("Other machines are still working. Retry when they have finished.")
            return
        self._told = self._leaving = False
        self.session = self._make(self.session.profile)
        self._threads.start(self.session)
        self.refresh_bindings()
        self.look()

    def action_back(self) -> None:
        """Close what is open in the log, or leave; asks first while the run works."""
        if self.undo_one():
            return
        if not self.session.running:
            self.post_message(GoHome())
            return
        self.app.push_screen(runwords.question(self.session), self._answered)

    def action_leave(self) -> None:
        """Leave the run; `q` on the start screen then leaves kubetui."""
        self.action_back()

    def _answered(self, answer: str | None) -> None:
        if answer == runwords.STOP:
            self._leaving = True
            if self.session.stopping:
                self.session.stop_now()
            else:
                self.session.wind_down()
            self.look()
        elif answer == runwords.KEEP:
            self.post_message(GoHome())
