"""The run: machines with their steps on the left, the log on the right, and a bar over all."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from kubetui.profile import Profile
from screens import rehearsed, runstate, runwords
from screens.chrome import Head, key
from screens.failure import Choice, FailureScreen
from screens.logpane import LogPane
from screens.logscreen import LOG_KEYS, LogScreen
from screens.machinelist import MachineList
from screens.session import Session, running_session
from screens.symbols import signs

HERTZ = 5
"""How often the left side looks for something new; the log has a pace of its own."""


class RunHead(Head):
    """The cluster's name, the bar, and the times."""

    def __init__(self, screen: RunScreen) -> None:
        super().__init__()
        self._of = screen
        self.note = rehearsed.note(screen.session.profile)

    def line(self) -> Content:
        """Return the upper row."""
        session = self._of.session
        progress = session.progress
        total = len(progress.tasks)
        name = Content.styled(session.profile.name, "bold $accent")
        right = Content.assemble(f"{progress.done} of {total}   " if total else "", self._of.status())
        width = max(8, self.size.width - 6 - name.cell_length - right.cell_length)
        full, empty = runstate.bar(progress.done, total, width, signs().full, signs().empty)
        return Content.assemble(name, "  ", (full, "$accent"), (empty, "dim"), "  ", right)


class RunScreen(LogScreen):
    """Shows a session, and passes on what the person wants of it.

    A run of the same cluster that still goes on in the background is shown again rather than begun twice.
    `begin` makes a session, and `now` tells the time, so that tests decide on both.
    """

    DEFAULT_CSS = """
    RunScreen > Horizontal { height: 1fr; }
    RunScreen #left { width: 34; }
    RunScreen.-wide #left { width: 42%; max-width: 64; }
    RunScreen #left > .columns { height: 1; text-style: dim; padding: 0 1; }
    RunScreen #left > MachineList { height: 1fr; min-height: 4; }
    RunScreen #left > #detail { height: auto; max-height: 75%; padding: 1 1 0 1; }
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
        self._said: dict[str, Content] = {}
        self._head: Content | None = None
        self.session = running_session(profile.name) or begin(profile)

    def compose(self) -> ComposeResult:
        """Draw the screen."""
        self.set_class(signs().down != "│", "-ascii")
        yield RunHead(self)
        with Horizontal():
            with Vertical(id="left", classes="beside-log"):
                yield Static("", classes="columns", markup=False)
                yield MachineList()
                yield Static("", id="detail", markup=False)
            yield LogPane(self.session.profile.name)
        yield self.foot()

    def on_mount(self) -> None:
        """Begin, unless it runs already, and look for news from now on."""
        if not self.session.began:
            self.session.start()
        self.query_one(MachineList).focus()
        self._machines()
        self.choose(0)
        self.set_interval(1 / HERTZ, self.look)

    def choose(self, index: int) -> None:
        """Choose a machine."""
        self.query_one(MachineList).choose(index)

    @property
    def machine(self) -> str:
        """The machine that is chosen."""
        shown = self.query_one(MachineList)
        return shown.items[shown.chosen][0] if shown.items else ""

    def look(self) -> None:
        """Take in what happened and draw what changed."""
        self.session.drain()
        self._machines()
        self._say_head()
        self._detail()
        self._pane_title()
        if not self.session.running and not self._told:
            # what the engine said last may have come between the two looks
            self.session.drain()
            self._told = True
            self.refresh_bindings()
            self._ended()

    def _say_head(self) -> None:
        head = self.query_one(RunHead)
        line = head.line()
        if self._head is None or not self._head.is_same(line):
            self._head = line
            head.redraw()

    def status(self) -> Content:
        """Return the right end of the title line."""
        return runwords.status(self.session, self._now(), self._estimate)

    def _machines(self) -> None:
        shown = self.query_one(MachineList)
        shown.fill(runwords.machines(self.session))
        self._say("#left > .columns", Content(f"  {'Machine':<{shown.name_width}}  Step"))

    def _say(self, place: str, words: Content) -> None:
        """Put words into a place; where they are the same nothing is drawn."""
        old = self._said.get(place)
        if old is None or not old.is_same(words):
            self._said[place] = words
            self.query_one(place, Static).update(words, layout=old is None or len(old.plain) != len(words.plain))

    def _pane_title(self) -> None:
        began = self.session.titles.get(self.machine)
        step = f" {signs().dot} {began.title}" if began else ""
        names = tuple(self.session.buffers)
        if self._together:
            self.pane.show("All machines", self.session.buffers.all, machines=names)
        else:
            self.pane.show(f"{self.machine}{step}", self.session.buffers.of(self.machine), self.machine)

    def _detail(self) -> None:
        text = runwords.detail(self.session, self.machine, self._now())
        self._say("#detail", text)

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
        from screens.clusterview import ClusterScreen  # noqa: PLC0415 - needed at the end alone

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
