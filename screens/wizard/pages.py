"""The pages of questions, drawn from `questions.pages()`: no field is named here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content

from kubetui.profile.questions.pages import FieldPath, Question, pages
from kubetui.profile.questions.typed import could_become_valid
from kubetui.profile.rules.ranges import Problem
from kubetui.profile.words import note, who
from screens.widgets.chrome import PlainScreen, key, marked
from screens.widgets.static import Static
from screens.wizard.draft import Draft, Path, page_of
from screens.wizard.fields import Field
from screens.wizard.gauges import drawn, gauges
from screens.wizard.networkmap import network_map
from screens.wizard.pagesline import PagesLine
from screens.wizard.saving import leave

if TYPE_CHECKING:
    from screens.app import KubetuiApp

_LEFT, _ASIDE = 110, 40
"""Columns that the form takes at most, and those of the help beside it."""
_EVERY = 2.0
"""Seconds between two looks at what this host has free."""


class PageScreen(PlainScreen):
    """One page of questions, with a picture of what they make and the help for the one where one is."""

    app: KubetuiApp
    DEFAULT_CSS = """
    PageScreen #body { height: 1fr; padding: 1 0 0 0; scrollbar-size-vertical: 1; }
    PageScreen #form { height: auto; }
    PageScreen #picture { height: auto; margin: 1 0 0 0; text-wrap: nowrap; }
    PageScreen #aside { height: auto; padding: 1 2 0 2; }
    PageScreen #help { height: auto; max-width: 96; }
    PageScreen #problems { height: auto; max-width: 96; }
    PageScreen.-wide #body { layout: horizontal; }
    PageScreen.-wide #left { width: 1fr; max-width: 110; }
    PageScreen.-wide #aside { width: 40; padding: 0 2 0 1; }
    PageScreen.-roomy #aside { width: 60; }
    PageScreen #left { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("tab", "app.focus_next", "Next field", tip="To the next field.", first=True),
        key("shift+tab", "app.focus_previous", "Field before", tip="To the field before.", show=False, first=True),
        key("enter", "go_on", "Continue", tip="To the next page, once this one is right."),
        key("escape", "back", "Back", display="esc", tip="One page back; nothing is lost."),
        key("ctrl+s", "save", "Save", display="ctrl+s", tip="Save the answers as a profile."),
        key("question_mark,f1", "keys", "Help", display="?", tip="This list. F1 works inside every field."),
    ]

    def __init__(self, index: int, draft: Draft) -> None:
        super().__init__()
        self.index = index
        self.page = pages()[index]
        self.draft = draft
        self._typing: FieldPath | None = None

    def compose(self) -> ComposeResult:
        """Draw the page."""
        yield PagesLine(self.index)
        with VerticalScroll(id="body", can_focus=False):
            with Vertical(id="left"):
                with Vertical(id="form"):
                    for question in self.page.questions:
                        field = Field(question, self.draft.text(question))
                        field.display = self.draft.asks(question)
                        yield field
                yield Static("", id="picture", markup=False)
            with Vertical(id="aside"):
                yield Static("", id="problems", markup=False)
                yield Static("", id="help", markup=False)
        yield self.foot()

    def on_mount(self) -> None:
        """Begin in the first field, and look again now and then at what the host has free."""
        next(field for field in self.query(Field) if field.display).control.focus()
        self.set_interval(_EVERY, self.show_picture)
        self.show_state()

    def on_screen_resume(self) -> None:
        """Draw anew after a later page may have changed something."""
        if self.is_mounted:
            self.show_state()

    def on_resize(self) -> None:
        """Draw the picture for the new size."""
        self.call_after_refresh(self.show_picture)

    @property
    def question(self) -> Question | None:
        """The question where one is."""
        return next((field.question for field in self.query(Field) if field.has_focus_within), None)

    @on(Field.Said)
    def take(self, event: Field.Said) -> None:
        """Keep what was typed."""
        if event.text != self.draft.text(event.question) and event.question == self.question:
            self._typing = event.question.path
        self.draft.enter(event.question, event.text)
        self.show_state()

    @on(Field.Left)
    def leave(self, event: Field.Left) -> None:
        """From now on this field may be called wrong."""
        self.draft.left.add(event.question.path)
        self._typing = None
        self.show_state()

    def on_descendant_focus(self) -> None:
        """Show the help of the field where one is now."""
        self.show_state()

    def show_fields(self) -> None:
        """Show the questions that make sense with the answers; none goes while one is in it."""
        for field in self.query(Field):
            field.display = field.has_focus_within or self.draft.asks(field.question)

    def show_state(self) -> None:
        """Show help, problems and the picture as the answers now are."""
        self.show_fields()
        found = self._problems()
        called: list[Content] = []
        for field in self.query(Field):
            message = found.pop(field.question.path, "")
            is_called = bool(message) and self._may_call(field.question)
            field.call("wrong" if is_called else "")
            if is_called:
                called.append(marked("failed", self._said_of(field.question, message)))
        called += [marked("failed", message) for message in found.values()]
        called += [marked("attention", str(problem)) for problem in self._of_the_host()]
        problems = self.query_one("#problems", Static)
        problems.display = bool(called)
        problems.update(Content("\n").join(called))
        here = self.question
        if here is not None:
            self.query_one("#help", Static).update(Content.assemble((f"{here.title}: ", "bold"), here.help))
        self.query_one(PagesLine).tell(note(self.draft.profile()))
        self.show_picture()

    def _problems(self) -> dict[Path, str]:
        return {path: message for path, message in self.draft.problems().items() if page_of(path) == self.index}

    def _said_of(self, question: Question, message: str) -> str:
        """Return what is wrong; of what is wrong by itself also what is right, unless that is the help shown below."""
        explained = question is self.question or not self.draft.is_wrong_by_itself(question)
        return f"{question.title}: {message}" if explained else f"{question.title}: {message} {question.help}"

    def _may_call(self, question: Question) -> bool:
        if question.path == self._typing:
            return not could_become_valid(question, self.draft.text(question))
        return question.path in self.draft.left

    def _of_the_host(self) -> list[Problem]:
        unsure = {self._typing, *self._problems()}
        plan = self.draft.plan()
        problems = self.app.host.problems(plan.profile) if plan else ()
        return [problem for problem in problems if page_of(problem.path) == self.index and problem.path not in unsure]

    def show_picture(self) -> None:
        """Draw what the answers make of this host or of the network."""
        draw = _PICTURES.get(self.page.name)
        picture = self.query_one("#picture", Static)
        picture.display = draw is not None
        if draw is not None:
            picture.update(draw(self))

    def room(self) -> tuple[int, int]:
        """Return the columns and rows that a picture may take."""
        wide = self.has_class("-wide")
        aside = 0 if wide else max(5, self.query_one("#aside").size.height)
        rows = self.size.height - self.query_one("#form").size.height - aside - 5
        return min(_LEFT, self.size.width - (_ASIDE if wide else 0)), rows

    def action_go_on(self) -> None:
        """Go to the next page, or to what is wrong on this one."""
        self._catch_up()
        self.draft.left.update(question.path for question in self.page.questions)
        self._typing = None
        found = self._problems()
        self.show_state()
        wrong = next((field for field in self.query(Field) if field.question.path in found), None)
        if wrong is not None:
            wrong.control.focus()
        elif not found:
            self.app.push_screen(self.app.page(self.index + 1, self.draft))

    def _catch_up(self) -> None:
        """Take what the fields show: a key that was pressed at once after a letter arrives before its news."""
        for field in self.query(Field):
            self.draft.enter(field.question, field.text)

    def action_leave(self) -> None:
        """Leave kubetui; with answers that are not saved, at the second time."""
        leave(self.app, self.draft)

    def action_save(self) -> None:
        """Save as a profile."""
        self._catch_up()
        self.app.save(self.draft)


def _draw_gauges(screen: PageScreen) -> Content:
    plan = screen.draft.plan()
    if plan is None:
        return Content("")
    if plan.provider.rehearsal or not plan.provider.makes_machines:
        words = "No machine is made: this needs next to nothing of this host."
        if not plan.provider.makes_machines:
            words = f"{who(plan)}, set up over SSH. No machine is made." if plan.profile.hosts else ""
        return Content.styled(f"  {words}" if words else "", "dim")
    return drawn(gauges(plan, screen.app.host.facts()), screen.room()[0])


def _draw_network(screen: PageScreen) -> Content:
    plan = screen.draft.plan()
    if plan is None:
        return Content.styled("  The other machines' addresses count up from the first: it is too high.", "dim")
    lines = network_map(plan, screen.app.host.problems(plan.profile), *screen.room())
    return Content("\n").join(
        Content.assemble(line.text, marked(line.state, line.word)) if line.word else Content(line.text)
        for line in lines
    )


_PICTURES: Final[dict[str, Callable[[PageScreen], Content]]] = {"machines": _draw_gauges, "network": _draw_network}
