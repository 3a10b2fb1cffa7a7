"""The pages of questions, made from `questions.pages()`; this file names no field."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content

from kubetui.profile.questions.pages import FieldPath, Question, pages
from kubetui.profile.questions.typed import could_become_valid
from kubetui.profile.rules.ranges import Problem
from kubetui.profile.words import note, who
from screens.host import Host
from screens.widgets.chrome import PlainScreen, key, marked
from screens.widgets.static import Static
from screens.wizard.draft import Draft, Path, page_of
from screens.wizard.fields import Field
from screens.wizard.gauges import drawn, gauges
from screens.wizard.networkmap import network_map
from screens.wizard.pagesline import PagesLine
from screens.wizard.saving import leave, save

_LEFT, _ASIDE = 110, 40
"""The most columns for the form, and the columns of the help beside it."""
_EVERY = 2.0
"""Seconds between two looks at this host's free memory and disk."""


class PageScreen(PlainScreen):
    """One page of questions, with a picture of the result and help for the focused field."""

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
        key("shift+tab", "app.focus_previous", "Previous field", tip="To the previous field.", show=False, first=True),
        key("enter", "go_on", "Continue", tip="Go to the next page, once this one is right."),
        key("escape", "back", "Back", display="esc", tip="Go back one page. Nothing is lost."),
        key("ctrl+s", "save", "Save", display="ctrl+s", tip="Save the answers as a profile."),
        key("question_mark,f1", "keys", "Help", display="?", tip="This list. F1 also works in text fields."),
    ]

    def __init__(self, index: int, draft: Draft, host: Host) -> None:
        super().__init__()
        self.index = index
        self.page = pages()[index]
        self.draft = draft
        self.host = host
        self.host_problems: tuple[Problem, ...] = ()
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
        """Focus the first field, and look at this host every few seconds."""
        next(field for field in self.query(Field) if field.display).control.focus()
        self.set_interval(_EVERY, self.show_state)
        self.show_state()

    def on_screen_resume(self) -> None:
        """Draw it again: a later page may have changed something."""
        if self.is_mounted:
            self.show_state()

    def on_resize(self) -> None:
        """Fit the picture to the new size."""
        self.call_after_refresh(self.show_picture)

    @property
    def question(self) -> Question | None:
        """The question of the focused field."""
        return next((field.question for field in self.query(Field) if field.has_focus_within), None)

    @on(Field.Changed)
    def take(self, event: Field.Changed) -> None:
        """Take the new text of a field."""
        if event.text != self.draft.text(event.question) and event.question == self.question:
            self._typing = event.question.path
        self.draft.enter(event.question, event.text)
        self.show_state()

    @on(Field.Left)
    def leave(self, event: Field.Left) -> None:
        """Call the field wrong from now on, where it is."""
        self.draft.left.add(event.question.path)
        self._typing = None
        self.show_state()

    def on_descendant_focus(self) -> None:
        """Show the help for the focused field."""
        self.show_state()

    def show_fields(self) -> None:
        """Show the questions that apply, and never hide the focused one."""
        for field in self.query(Field):
            field.display = field.has_focus_within or self.draft.asks(field.question)

    def show_state(self) -> None:
        """Show help, problems and the picture for the current answers."""
        look = self.draft.look()
        self.host_problems = self.host.problems(look.plan) if look.plan else ()
        self.show_fields()
        self._show_problems()
        here = self.question
        if here is not None:
            self.query_one("#help", Static).update(Content.assemble((f"{here.title}: ", "bold"), here.help))
        self.query_one(PagesLine).tell(note(look.profile))
        self.show_picture()

    def _show_problems(self) -> None:
        found = self._problems()
        unsure = {self._typing, *found}
        shown: list[Content] = []
        for field in self.query(Field):
            message = found.pop(field.question.path, "")
            wrong = bool(message) and self._may_call(field.question)
            field.call("wrong" if wrong else "")
            if wrong:
                shown.append(marked("failed", self._with_help(field.question, message)))
        shown += [marked("failed", message) for message in found.values()]
        for problem in self.host_problems:
            if page_of(problem.path) == self.index and problem.path not in unsure:
                shown.append(marked("attention", str(problem)))
        place = self.query_one("#problems", Static)
        place.display = bool(shown)
        place.update(Content("\n").join(shown))

    def _problems(self) -> dict[Path, str]:
        found = self.draft.look().problems
        return {path: message for path, message in found.items() if page_of(path) == self.index}

    def _with_help(self, question: Question, message: str) -> str:
        """Return a message, with the field's help if its text is invalid and the help is not shown below anyway."""
        explained = question is self.question or not self.draft.is_invalid(question)
        return f"{question.title}: {message}" if explained else f"{question.title}: {message} {question.help}"

    def _may_call(self, question: Question) -> bool:
        """Tell whether to call a field wrong: once it was left, or when no more typing can make it right."""
        if question.path == self._typing:
            return not could_become_valid(question, self.draft.text(question))
        return question.path in self.draft.left

    def show_picture(self) -> None:
        """Draw what the answers need of this host, or the network."""
        draw = _PICTURES.get(self.page.name)
        picture = self.query_one("#picture", Static)
        picture.display = draw is not None
        if draw is not None:
            picture.update(draw(self))

    def room(self) -> tuple[int, int]:
        """Return the columns and rows available for the picture."""
        wide = self.has_class("-wide")
        aside = 0 if wide else max(5, self.query_one("#aside").size.height)
        rows = self.size.height - self.query_one("#form").size.height - aside - 5
        return min(_LEFT, self.size.width - (_ASIDE if wide else 0)), rows

    def action_go_on(self) -> None:
        """Go to the next page, or to the first wrong field of this one."""
        self._catch_up()
        self.draft.left.update(question.path for question in self.page.questions)
        self._typing = None
        found = self._problems()
        self.show_state()
        wrong = next((field for field in self.query(Field) if field.question.path in found), None)
        if wrong is not None:
            wrong.control.focus()
        elif not found:
            self.app.push_screen(self._next_screen())

    def _next_screen(self) -> PlainScreen:
        if self.index + 1 < len(pages()):
            return PageScreen(self.index + 1, self.draft, self.host)
        from screens.wizard.review import ReviewScreen  # noqa: PLC0415 - loads every step, and no page needs them

        return ReviewScreen(self.draft, self.host)

    def _catch_up(self) -> None:
        """Take the text of every field: a key pressed right after a letter arrives before the letter's message."""
        for field in self.query(Field):
            self.draft.enter(field.question, field.text)

    def action_leave(self) -> None:
        """Leave kubetui; warns about unsaved answers first."""
        leave(self.app, self.draft)

    def action_save(self) -> None:
        """Save the answers as a profile."""
        self._catch_up()
        save(self.app, self.draft)


def _draw_gauges(screen: PageScreen) -> Content:
    plan = screen.draft.look().plan
    if plan is None:
        return Content("")
    if plan.provider.rehearsal:
        return Content.styled("  Creates no machines and needs almost nothing of this host.", "dim")
    if not plan.provider.makes_machines:
        words = f"  {who(plan)}, set up over SSH. Creates no machines." if plan.profile.hosts else ""
        return Content.styled(words, "dim")
    return drawn(gauges(plan, screen.host.facts()), screen.room()[0])


def _draw_network(screen: PageScreen) -> Content:
    plan = screen.draft.look().plan
    if plan is None:
        return Content.styled("  The first address is too high: the other machines' addresses count up from it.", "dim")
    lines = network_map(plan, screen.host_problems, *screen.room())
    return Content("\n").join(
        Content.assemble(line.text, marked(line.mark, line.word)) if line.word else Content(line.text) for line in lines
    )


_PICTURES: Final[dict[str, Callable[[PageScreen], Content]]] = {"machines": _draw_gauges, "network": _draw_network}
