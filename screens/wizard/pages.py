"""The pages of questions, made from `questions.pages()`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.events import Resize

from kubetui.base.check import Check
from kubetui.profile.plan import Plan
from kubetui.profile.questions.pages import FieldPath, Question, pages
from kubetui.profile.words import note
from screens.host import Host
from screens.widgets.chrome import PlainScreen, key, marked
from screens.widgets.static import Static
from screens.wizard import gauges, networkmap
from screens.wizard.choices import Choice
from screens.wizard.draft import Draft
from screens.wizard.fields import Field
from screens.wizard.pagesline import PagesLine, go_back
from screens.wizard.remarks import Around, judged, problems_of, taken
from screens.wizard.saving import leave, save

_WIDEST = 190
"""Columns from which a preview is beside the help."""
_TOO_HIGH = "  The first address is too high: the other machines' addresses count up from it."
_EVERY = 2.0
"""Seconds between two looks at this host's free memory and disk."""


class PageScreen(PlainScreen):
    """One page of questions, with a picture of the result and help for the focused field.

    It opens at a `field` by its path, or else at its first one.
    """

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
    PageScreen.-widest #left { max-width: 86; }
    PageScreen.-widest #aside { width: 40; }
    PageScreen #preview { width: 1fr; height: auto; padding: 0 2 0 3; text-wrap: nowrap; display: none; }
    PageScreen #left { height: auto; }
    PageScreen.-ascii Field Choice > Choices { border: ascii $border; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("tab", "app.focus_next", "Next field", tip="To the next field.", show=False, first=True),
        key("shift+tab", "app.focus_previous", "Previous field", tip="To the previous field.", show=False, first=True),
        key(
            "ctrl+n",
            "go_on",
            "Next page",
            display="ctrl+n",
            tip="To the next page, if the answers on this one are right.",
            first=True,
        ),
        key("escape", "back", "Back", display="esc", tip="Go back one page. Nothing is lost."),
        key("ctrl+s", "save", "Save", display="ctrl+s", tip="Save the answers as a profile."),
        key("question_mark,f1", "keys", "Help", display="?", tip="This list. F1 also works in text fields."),
    ]

    def __init__(self, index: int, draft: Draft, host: Host, field: FieldPath = ()) -> None:
        super().__init__()
        self._first = field
        self.index = index
        self.page = pages()[index]
        self.draft = draft
        self.host = host
        self._typing: FieldPath | None = None
        self._provided: Mapping[str, tuple[Check, ...]] = {}
        self._around = Around()
        self._before: tuple[FieldPath, Plan | None] = ((), None)
        """The focused field, and the plan from before it had the focus."""

    def compose(self) -> ComposeResult:
        """Draw the page."""
        # the first frame has its width already: the help does not jump
        self.measure_page()
        self.draft.seen.add(self.index)
        yield PagesLine(self.index, self.draft.seen)
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
            yield Static("", id="preview", markup=False)
        yield self.foot()

    def on_mount(self) -> None:
        """Focus a field, and look at this host every few seconds."""
        fields = sorted(self.query(Field), key=lambda field: field.question.path != self._first)
        for field in [field for field in fields if field.display][:1]:
            # a page that closes as it opens has no fields
            field.control.focus()
        self.set_interval(_EVERY, self.show_state)
        self.show_state()
        self._look_for_providers()

    @work
    async def _look_for_providers(self) -> None:
        """Say beside each provider whether this host has it."""
        self._provided = await self.host.providers()
        for choice in self.query(Choice):
            choice.annotate(self._provided)
        self.show_state()

    def on_screen_resume(self) -> None:
        """Draw it again: a later page may have changed something."""
        if self.is_mounted:
            self.show_state()

    @on(Resize)
    def measure_page(self) -> None:
        """Set the CSS classes for the width of the terminal."""
        self.measure()
        self.set_class(self.app.size.width >= _WIDEST, "-widest")

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
        """Call the field wrong from now on, where it is; show a right value as it was read."""
        self.draft.left.add(event.question.path)
        self._typing = None
        for field in self.query(Field):
            if field.question is event.question and not field.has_focus_within:
                self.draft.enter(field.question, field.text)
                field.settle(self.draft.text(field.question))
        self.show_state()

    def on_descendant_focus(self) -> None:
        """Show the help for the focused field, and from now on what it changes."""
        here = self.question
        if here is not None and here.path != self._before[0]:
            self._before = (here.path, self.draft.look().plan)
        self.show_state()

    def show_fields(self) -> None:
        """Show the questions that apply, and never hide the focused one."""
        for field in self.query(Field):
            field.display = field.has_focus_within or self.draft.asks(field.question)

    def show_state(self) -> None:
        """Show help, problems and the picture for the current answers."""
        look = self.draft.look()
        problems = self.host.problems(look.plan) if look.plan else ()
        boxless = look.plan is not None and self.host.lacks_box(look.plan)
        self._around = Around(taken(self.draft), problems, self._provided, boxless)
        self.show_fields()
        self._show_problems()
        here = self.question
        if here is not None:
            self.query_one("#help", Static).update(Content.assemble((f"{here.title}: ", "bold"), here.help))
        self.query_one(PagesLine).tell(note(look.profile))
        self.show_picture()

    def _show_problems(self) -> None:
        found = judged(self.index, self.draft, self._around, self._typing, self.question)
        for field in self.query(Field):
            field.call(found.words.get(field.question.path, ""))
        place = self.query_one("#problems", Static)
        place.display = bool(found.lines)
        place.update(Content("\n").join(marked(mark, text) for mark, text in found.lines))

    def show_picture(self) -> None:
        """Draw what the answers need of this host, or the network; on a wide screen also what the field changes."""
        picture, plan = self.query_one("#picture", Static), self.draft.look().plan
        width, rows = self.room()
        picture.display = self.page.name in {"machines", "network"}
        if self.page.name == "machines" and plan is not None:
            picture.update(gauges.picture(plan, self.host.facts(), width))
        elif self.page.name == "network" and plan is not None:
            picture.update(networkmap.picture(plan, self._around.problems, width, rows))
        else:
            picture.update(Content.styled(_TOO_HIGH, "dim"))
        self._show_preview(plan)

    def _show_preview(self, plan: Plan | None) -> None:
        here, place = self.question, self.query_one("#preview", Static)
        place.display = self.has_class("-widest") and plan is not None and here is not None
        if not place.display or plan is None or here is None:
            return
        from screens.wizard.preview import drawn, preview  # noqa: PLC0415 - loads kubeadm's documents

        before = self._before[1] or plan
        place.update(drawn(preview(before, plan, here.path), self.size.height - 5))

    def room(self) -> tuple[int, int]:
        """Return the columns and rows available for the picture."""
        wide = self.has_class("-wide")
        aside = 0 if wide else max(5, self.query_one("#aside").size.height)
        rows = self.size.height - self.query_one("#form").size.height - aside - 5
        # a scrollbar may come or go: what is drawn may not depend on which of the two was seen first
        return (self.query_one("#left").size.width if wide else self.size.width) - 1, rows

    def action_next_field(self) -> None:
        """Go to the next field, or from the last one to the next page."""
        if self.question is not None:
            self._go_on_from(self.question)

    @on(Choice.Taken)
    def go_on_from_list(self, event: Choice.Taken) -> None:
        """Go on after a choice was taken from its list."""
        self._go_on_from(event.question)

    def _go_on_from(self, question: Question) -> None:
        self._catch_up()
        self.show_fields()
        fields = [field for field in self.query(Field) if field.display]
        after = next(index for index, field in enumerate(fields, 1) if field.question is question)
        fields[min(after, len(fields) - 1)].control.focus()
        if after == len(fields):
            self.action_go_on()

    def action_go_on(self) -> None:
        """Go to the next page, or to the first wrong field of this one."""
        # this key acts before the field has seen the keys pressed right before it, which still wait for the field
        (self.focused or self).call_later(self._go_to, self.index + 1)

    @on(PagesLine.Wanted)
    def go_to(self, event: PagesLine.Wanted) -> None:
        """Go back to an earlier page, or on to a later one, as far as the pages before it are right."""
        if event.index < self.index:
            self._go_back(event.index)
        else:
            self._go_to(event.index)

    def action_back(self) -> None:
        """Go back one page, from the first one to where the wizard began."""
        self._catch_up()
        if self.index:
            self._go_back(self.index - 1)
        else:
            super().action_back()

    def _go_back(self, index: int) -> None:
        self._catch_up()
        go_back(self.app, index, lambda page: PageScreen(page, self.draft, self.host))

    def _go_to(self, index: int) -> None:
        self._catch_up()
        self.draft.left.update(question.path for question in self.page.questions)
        self._typing = None
        self.show_state()
        found = problems_of(self.index, self.draft, self._around)
        wrong = next((field for field in self.query(Field) if field.question.path in found), None)
        if wrong is not None:
            wrong.control.focus()
        elif not found:
            after = self._next_screen()
            self.app.push_screen(after)
            if isinstance(after, PageScreen) and index > after.index:
                after.call_after_refresh(after._go_to, index)  # noqa: SLF001 - its own class

    def _next_screen(self) -> PlainScreen:
        if self.index + 1 < len(pages()):
            return PageScreen(self.index + 1, self.draft, self.host)
        from screens.wizard.review import ReviewScreen  # noqa: PLC0415 - loads every step, and no page needs them

        return ReviewScreen(self.draft, self.host, PageScreen)

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
