"""The screen of a failure: why, what to do, the command that failed, and its last lines below it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content

from kubetui.base.errors import cited
from kubetui.base.text import clean
from kubetui.engine.events import TaskFinished
from kubetui.profile.words import note
from screens.cluster.shell import open_shell
from screens.explain.errors import ErrorScreen
from screens.run.session import Session
from screens.run.words import cause_of, title_of
from screens.widgets.chrome import Head, PlainScreen, key, marked
from screens.widgets.static import Static

LAST_LINES = 14


@dataclass(frozen=True, slots=True)
class Words:
    """A failure in words, in the order of the page."""

    cause: str
    fix: str
    command: str
    last: tuple[str, ...]
    error: str
    """The error's id."""
    log: str

    @property
    def where(self) -> str:
        """Return where to read more."""
        return f"{cited(self.error)}\nlog {self.log}"


class FailureHead(Head):
    """The machine that failed, its step, and the progress of the run."""

    def __init__(self, screen: FailureScreen) -> None:
        super().__init__()
        self._of = screen

    def line(self) -> Content:
        """Return the upper row."""
        left, right = marked("failed", self._of.headline()), Content(self._of.others())
        gap = self.size.width - 2 - left.cell_length - right.cell_length
        return Content.assemble(left.stylize("bold"), " " * gap, right) if gap > 1 else left.stylize("bold")


class FailureScreen(PlainScreen):
    """Shows one failure at a time; calls `retry` or `leave` after it has closed."""

    DEFAULT_CSS = """
    FailureScreen > VerticalScroll { height: 1fr; padding: 0 2; }
    FailureScreen > VerticalScroll > Static { height: auto; margin: 0 0 1 0; }
    FailureScreen #command { margin: 0; color: $code; }
    FailureScreen #tail { border-left: vkey $border-blurred; padding: 0 0 0 1; }
    FailureScreen.-ascii #tail { border-left: ascii $border-blurred; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("r", "retry", "Retry", tip="Run again; completed steps are skipped."),
        key("l", "back", "Log", tip="Back to the machines and their logs."),
        key("s", "shell", "Shell", tip="Open a shell on this machine; exit returns here."),
        key("y", "copy", "Copy", tip="Copy this page, to send it to someone."),
        key("e", "explain", "Explain", tip="Explain the error."),
        key("n,right", "other(1)", "Next", tip="The next failure."),
        key("left", "other(-1)", "Previous", show=False, tip="The previous failure."),
        key("escape", "leave", "Leave, resume later", display="esc", tip="Leave the run. Completed steps are kept."),
        key("question_mark,f1", "keys", "Help", display="?", tip="This list."),
    ]

    def __init__(
        self, session: Session, machine: str, *, retry: Callable[[], object], leave: Callable[[], object]
    ) -> None:
        super().__init__()
        self._session = session
        self._retry, self._leave = retry, leave
        self._failures = session.progress.failures
        mine = [index for index, event in enumerate(self._failures) if event.task.machine == machine]
        self._index = mine[0] if mine else 0

    @property
    def failure(self) -> TaskFinished | None:
        """The failure on the screen; None where the run failed as a whole."""
        return self._failures[self._index] if self._failures else None

    def compose(self) -> ComposeResult:
        """Draw the screen."""
        head = FailureHead(self)
        head.note = note(self._session.profile)
        yield head
        with VerticalScroll():
            yield Static("", id="cause", markup=False)
            yield Static("", id="fix", markup=False)
            yield Static("", id="command", markup=False)
            yield Static("", id="tail", markup=False)
            yield Static("", id="where", classes="muted", markup=False)
        yield self.foot()

    def on_mount(self) -> None:
        """Show the first failure."""
        self.query_one(VerticalScroll).focus()
        self._fill()

    def headline(self) -> str:
        """Return which machine failed at which step."""
        failure = self.failure
        if failure is None:
            return f"{self._session.profile.name} was not built"
        return f'{failure.task.machine} failed at "{clean(title_of(failure.task))}"'

    def others(self) -> str:
        """Return the progress of the whole run."""
        progress = self._session.progress
        count = f"failure {self._index + 1} of {len(self._failures)}, " if len(self._failures) > 1 else ""
        return f"{count}{progress.done} of {len(progress.tasks)} steps done" if progress.tasks else ""

    def words(self) -> Words:
        """Return what failed, why, and how to fix it."""
        failure, error = self.failure, self._session.error
        if failure is not None:
            command = f"$ {clean(failure.command)}" if failure.command else ""
            last = tuple(map(clean, failure.tail[-LAST_LINES:]))
            fix = failure.fix or "Look at the log. A retry repeats this step only."
            return Words(sentence(cause_of(failure)), clean(fix), command, last, failure.error_id, failure.log)
        if error is None:
            raise ValueError("a run without a failure and without an error has not failed")
        cause = "\n".join(map(clean, error.message.splitlines()))
        fix = clean(error.fix) or "Try again; completed steps are skipped."
        return Words(cause, fix, "", (), error.id, str(self._session.log_folder))

    def _fill(self) -> None:
        words = self.words()
        self.query_one("#cause", Static).update(Content.styled(words.cause, "bold"))
        self.query_one("#fix", Static).update(Content(words.fix))
        for place, text in (("#command", words.command), ("#tail", "\n".join(words.last))):
            part = self.query_one(place, Static)
            part.update(Content(text))
            part.display = bool(text)
        self.query_one("#where", Static).update(Content(words.where))
        self.query_one(FailureHead).redraw()

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Offer the keys that apply to this failure."""
        if action == "other":
            return len(self._failures) > 1
        return self.failure is not None if action == "shell" else True

    def action_other(self, step: int) -> None:
        """Show another failure."""
        self._index = (self._index + step) % len(self._failures)
        self._fill()

    def action_retry(self) -> None:
        """Close, and run again."""
        self.action_back()
        self._retry()

    def action_leave(self) -> None:
        """Close, and leave the run; `q` on the start screen then leaves kubetui."""
        self.action_back()
        self._leave()

    def action_shell(self) -> None:
        """Open a shell on the machine that failed."""
        if self.failure is not None:
            open_shell(self.app, self._session.profile.name, self.failure.task.machine)

    def action_explain(self) -> None:
        """Explain the error."""
        self.app.push_screen(ErrorScreen(self.words().error))

    def action_copy(self) -> None:
        """Copy the whole page."""
        words = self.words()
        command = [words.command] if words.command else []
        text = [self.headline(), words.cause, words.fix, "", *command, *words.last, "", words.where]
        self.app.copy_to_clipboard("\n".join(text))
        self.notify("Copied.")


def sentence(text: str) -> str:
    """Return a cleaned cause that begins as a sentence does; a name such as kubeadm keeps its small letter."""
    cleaned = "\n".join(map(clean, text.splitlines()))
    return cleaned[:1].upper() + cleaned[1:] if cleaned.startswith(("the ", "a ", "an ")) else cleaned
