"""Your turn: the dialog of a task that waits for the person, and what a screen tells them about such tasks."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content

from kubetui.base.text import clean
from kubetui.engine.events import TaskId, TurnState, YourTurn
from kubetui.engine.turns import Answer
from screens.cluster.shell import open_shell
from screens.run.session import Session
from screens.widgets.chrome import key, marked
from screens.widgets.panes import Dialog
from screens.widgets.static import Static

HERTZ = 5
"""How often the dialog looks for what kubetui found."""
IN_THE_SHELL = "In the shell, type sudo -i to be root. After exit, kubetui looks."
KEYS = "s Shell   c Check again   h Hint   d Do it for me   esc Later"


class TurnScreen(Dialog[None]):
    """Shows the goal of a task that waits, and passes on what the person says; closes once it waits no more."""

    DEFAULT_CSS = """
    TurnScreen > Vertical { max-width: 80; }
    TurnScreen VerticalScroll { max-height: 70vh; margin: 0; scrollbar-size-vertical: 1; }
    TurnScreen #how, TurnScreen #found, TurnScreen #hint { margin: 1 0 0 0; }
    TurnScreen #how { text-style: dim; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("s,enter", "shell", "Shell", display="s", tip="Open a shell on the machine; kubetui looks when it ends."),
        key("c", "look", "Check again", tip="Let kubetui look whether it is done."),
        key("h", "hint", "Hint", tip="Show a hint; pressed again, the commands."),
        key("d", "leave", "Do it for me", tip="Leave the step to kubetui."),
        key("escape", "dismiss", "Later", display="esc", tip="Close this. The step goes on waiting."),
    ]

    def __init__(self, session: Session, task: TaskId) -> None:
        super().__init__()
        self._session = session
        self._of = task
        self._offer = session.offers[task]
        self._hints = 0
        self._answered: YourTurn | None = None
        """What was said last when the person answered; kubetui looks until it says more."""

    def compose(self) -> ComposeResult:
        """Draw the dialog."""
        with Vertical() as box:
            box.border_title = f"Your turn: {self._offer.title} on {self._of.machine}"
            box.border_subtitle = KEYS
            with VerticalScroll():
                yield Static(f"Goal: {clean(self._offer.goal)}", markup=False)
                yield Static(IN_THE_SHELL, id="how", markup=False)
                yield Static("", id="found", markup=False)
                yield Static("", id="hint", markup=False)

    def on_mount(self) -> None:
        """Watch what kubetui finds."""
        self.look()
        self.set_interval(1 / HERTZ, self.look)

    def look(self) -> None:
        """Show what kubetui found, or close once the task waits no more."""
        said = self._session.progress.turns.get(self._of)
        if said is None:
            if self.is_active:
                self.dismiss()
            return
        self._show("#found", self._found(said))
        self._show("#hint", self._hint())

    def _show(self, place: str, text: Content) -> None:
        part = self.query_one(place, Static)
        part.display = bool(text)
        part.say(text)

    def _found(self, said: YourTurn) -> Content:
        if said is self._answered:
            return marked("running", "Looking ...")
        return marked("attention", f"Not yet: {said.text}") if said.state is TurnState.MISSING else Content()

    def _hint(self) -> Content:
        """Return nothing first, then a word, then the commands."""
        if not self._hints:
            return Content()
        if self._hints == 1:
            return Content.assemble(f"Hint: {clean(self._offer.hint)}. ", ("h shows the commands.", "dim"))
        lines = [Content.assemble(("# ", "dim"), (clean(each), "$code")) for each in self._offer.commands]
        return Content("\n").join([Content("As root, for example:"), *lines])

    def action_shell(self) -> None:
        """Open a shell, and let kubetui look once it has ended."""
        if open_shell(self.app, self._session.profile.name, self._of.machine):
            self.action_look()

    def action_look(self) -> None:
        """Let kubetui look whether it is done."""
        said = self._session.progress.turns.get(self._of)
        if self._session.turns.answer(self._of, Answer.DONE):
            self._answered = said
        self.look()

    def action_hint(self) -> None:
        """Show a hint, or more of it."""
        self._hints += 1
        self.look()

    def action_leave(self) -> None:
        """Leave the task to kubetui."""
        self._session.turns.leave(self._of)


class Notices:
    """What a screen has told the person about the tasks that wait for them."""

    def __init__(self) -> None:
        self._waiting: frozenset[TaskId] = frozenset()
        self._opened: set[TaskId] = set()

    def changes(self, session: Session) -> tuple[list[TaskId], list[TaskId]]:
        """Return the tasks that wait since the last call, and those that the person has done since then."""
        before, now = self._waiting, session.progress.turns
        self._waiting = frozenset(now)
        self._opened &= self._waiting
        done = [task for task in before if task not in now and task in session.turns.done]
        return [task for task in now if task not in before], done

    def unopened(self, session: Session) -> TaskId | None:
        """Return the first task that waits and was not shown yet, and count it as shown."""
        found = next((task for task in session.progress.turns if task not in self._opened), None)
        if found is not None:
            self._opened.add(found)
        return found
