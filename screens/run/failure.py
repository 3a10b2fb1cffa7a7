"""What failed, why, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content

from kubetui.base.text import clean
from kubetui.engine.events import TaskFinished
from kubetui.profile.words import note
from screens.cluster.shell import open_shell
from screens.run.session import Session
from screens.widgets.chrome import Head, PlainScreen, key, marked
from screens.widgets.static import Static

LAST_LINES = 14


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of a failure: the cause, the command that failed, its last lines, what to do, where to read on."""

    cause: str
    command: str
    last: tuple[str, ...]
    fix: str
    where: str


class Choice(Enum):
    """How the person leaves the failure."""

    RETRY = "retry"
    LOG = "log"
    LEAVE = "leave"


class FailureHead(Head):
    """Which machine stopped where, and how far the others are."""

    def __init__(self, screen: FailureScreen) -> None:
        super().__init__()
        self._of = screen

    def line(self) -> Content:
        """Return the upper row."""
        left, right = marked("failed", self._of.headline()), Content(self._of.others())
        gap = self.size.width - 2 - left.cell_length - right.cell_length
        return Content.assemble(left.stylize("bold"), " " * gap, right) if gap > 1 else left.stylize("bold")


class FailureScreen(PlainScreen):
    """Shows one failure after the other; `choose` learns how the person goes on."""

    DEFAULT_CSS = """
    FailureScreen > VerticalScroll { height: 1fr; padding: 0 2; }
    FailureScreen > VerticalScroll > Static { height: auto; margin: 0 0 1 0; }
    FailureScreen #command { margin: 0; color: $accent; }
    FailureScreen #tail { border-left: vkey $border-blurred; padding: 0 0 0 1; }
    FailureScreen #where { text-style: dim; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("r", "choose('retry')", "Retry", tip="Begin again; only what is not done is done."),
        key("l", "choose('log')", "Log", tip="Back to the machines and their logs."),
        key("s", "shell", "Shell", tip="A shell on this machine; leave it to come back here."),
        key("y", "copy", "Copy", tip="Copy all of this, for a message to someone."),
        key("n,right", "other(1)", "Next", tip="The next failure."),
        key("left", "other(-1)", "Before", show=False, tip="The failure before."),
        key("escape", "choose('leave')", "Leave, go on later", display="esc", tip="Nothing is lost."),
        key("question_mark,f1", "keys", "Help", display="?", tip="This list."),
    ]

    def __init__(self, session: Session, machine: str, choose: Callable[[Choice], object]) -> None:
        super().__init__()
        self._session = session
        self._choose = choose
        self._failures = session.progress.failures
        mine = [index for index, event in enumerate(self._failures) if event.task.machine == machine]
        self._index = mine[0] if mine else 0

    @property
    def failure(self) -> TaskFinished | None:
        """What is shown; None where the run could not be carried out at all."""
        return self._failures[self._index] if self._failures else None

    def compose(self) -> ComposeResult:
        """Draw the screen."""
        head = FailureHead(self)
        head.note = note(self._session.profile)
        yield head
        with VerticalScroll():
            yield Static("", id="cause", markup=False)
            yield Static("", id="command", markup=False)
            yield Static("", id="tail", markup=False)
            yield Static("", id="fix", markup=False)
            yield Static("", id="where", markup=False)
        yield self.foot()

    def on_mount(self) -> None:
        """Show the first failure."""
        self.query_one(VerticalScroll).focus()
        self._fill()

    def headline(self) -> str:
        """Say where it stopped."""
        failure = self.failure
        if failure is None:
            return f"{self._session.profile.name} was not built"
        began = self._session.titles.get(failure.task.machine)
        title = began.title if began and began.task == failure.task else failure.task.step
        return f'{failure.task.machine} stopped at "{clean(title)}"'

    def others(self) -> str:
        """Say how far the whole run is."""
        progress = self._session.progress
        count = f"failure {self._index + 1} of {len(self._failures)}, " if len(self._failures) > 1 else ""
        return f"{count}{progress.done} of {len(progress.tasks)} steps are done" if progress.tasks else ""

    def words(self) -> Words:
        """Say what failed, why, and what can be done."""
        failure, error = self.failure, self._session.error
        if failure is not None:
            command = f"$ {clean(failure.command)}" if failure.command else ""
            last = tuple(map(clean, failure.tail[-LAST_LINES:]))
            fix = failure.fix or "Look at the log; retrying repeats this step alone."
            where = f"error {failure.error_id}, docs/errors.md\nlog {failure.log}"
            return Words(clean(failure.error), command, last, clean(fix), where)
        if error is None:
            raise ValueError("a run without a failure and without an error has not failed")
        cause = "\n".join(map(clean, error.message.splitlines()))
        where = f"error {error.id}, docs/errors.md\nlog {self._session.log_folder}"
        return Words(cause, "", (), clean(error.fix) or "Nothing was lost; try again.", where)

    def _fill(self) -> None:
        words = self.words()
        self.query_one("#cause", Static).update(Content.styled(words.cause, "bold"))
        for place, text in (("#command", words.command), ("#tail", "\n".join(words.last))):
            part = self.query_one(place, Static)
            part.update(Content(text))
            part.display = bool(text)
        self.query_one("#fix", Static).update(Content(words.fix))
        self.query_one("#where", Static).update(Content(words.where))
        self.query_one(FailureHead).redraw()

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Offer what makes sense here."""
        if action == "other":
            return len(self._failures) > 1
        return self.failure is not None if action == "shell" else True

    def action_other(self, step: int) -> None:
        """Show another failure."""
        self._index = (self._index + step) % len(self._failures)
        self._fill()

    def action_choose(self, how: str) -> None:
        """Go back and let the run screen do it."""
        self.app.pop_screen()
        self._choose(Choice(how))

    def action_leave(self) -> None:
        """Leave as Esc does; the start screen leaves kubetui."""
        self.action_choose("leave")

    def action_shell(self) -> None:
        """Open a shell on the machine that failed."""
        if self.failure is not None:
            open_shell(self.app, self._session.profile.name, self.failure.task.machine)

    def action_copy(self) -> None:
        """Copy everything that is shown."""
        said = self.words()
        command = [said.command] if said.command else []
        text = [self.headline(), said.cause, "", *command, *said.last, "", said.fix, said.where]
        self.app.copy_to_clipboard("\n".join(text))
        self.notify("Copied.")
