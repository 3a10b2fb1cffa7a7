"""A field whose value is one of a list: it opens in a panel, and says beside each choice what this host has of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import on, widgets
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Key
from textual.message import Message
from textual.widgets import Select
from textual.widgets._select import SelectCurrent, SelectOverlay

from kubetui.base.check import Check
from kubetui.profile.questions.pages import Question
from kubetui.profile.schema.kinds import PROVIDERS, ProviderKind
from screens.widgets.chrome import key
from screens.widgets.symbols import Mark, signs

_LACKING = ("Vagrant missing", "not installed", "plugin missing")
"""What to say of a provider, by the place of its first failed check."""
_ARROW, _AROUND = 4, 6
"""Columns beside a value for its arrow, and beside a choice for its mark, its padding and the border."""


class Choices(SelectOverlay):
    """The open list; a mark shows the chosen row, also without colour. Letters search it, and `?` opens the help."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "select", "Choose", tip="Take this choice, and go to the next field."),
        key("escape", "dismiss", "Close", display="esc", tip="Close the list; the value stays."),
    ]

    def __init__(self, rows: tuple[str, ...]) -> None:
        super().__init__()
        self.rows = rows
        self._marked: int | None = None

    def show(self, rows: tuple[str, ...]) -> None:
        """Show other words for the same choices."""
        self.rows = rows
        for index in range(self.option_count):
            self._draw(index)

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        """Tell whether a key searches the list."""
        return character != "?" and super().check_consume_key(key, character)

    async def _on_key(self, event: Key) -> None:
        if event.character == "?":
            event.prevent_default()  # but not stop(): the screen opens the help

    def watch_highlighted(self, highlighted: int | None) -> None:
        """Move the mark."""
        super().watch_highlighted(highlighted)
        before, self._marked = self._marked, highlighted
        for index in (before, highlighted):
            if index is not None and index < self.option_count:
                self._draw(index)

    def _draw(self, index: int) -> None:
        mark = signs().here if index == self.highlighted else " "
        self.replace_option_prompt_at_index(index, f"{mark} {self.rows[index]}")


class Choice(Select[str], inherit_bindings=False):
    """A one-row choice: Enter or space opens the list, left and right change the value."""

    DEFAULT_CSS = """
    Choice > SelectCurrent { padding: 0; }
    Choice:focus > SelectCurrent > #label { text-style: bold; color: $accent; }
    Choice > Choices, Choice > Choices:focus { border: round $border; padding: 0; max-height: 12; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "show_overlay", "Choose", tip="Open the list; enter there goes to the next field."),
        Binding("space", "show_overlay", "Choose", show=False),
        key("right,l", "step(1)", "Next choice", show=False),
        key("left,h", "step(-1)", "Previous choice", show=False),
        key("up,k", "app.focus_previous", "Field above", show=False),
        key("down,j", "app.focus_next", "Field below", show=False),
    ]

    class Taken(Message):
        """A choice was taken from the open list."""

        def __init__(self, question: Question) -> None:
            super().__init__()
            self.question = question

    def __init__(self, question: Question, value: str) -> None:
        rows = rows_of(question, {})
        super().__init__(list(zip(rows, question.choices, strict=True)), value=value, allow_blank=False, compact=True)
        self.question = question

    def compose(self) -> ComposeResult:
        """Draw the value and, above all else, the list."""
        yield SelectCurrent(self.prompt)
        yield Choices(rows_of(self.question, {}))

    def on_mount(self) -> None:
        """Draw the sign of a list that opens."""
        for arrow in self.query(".arrow").results(widgets.Static):
            arrow.update(signs().opens)
        self._fit(rows_of(self.question, {}))

    def _setup_options_renderables(self) -> None:
        super()._setup_options_renderables()
        overlay = self.query_one(Choices)
        overlay.show(overlay.rows)

    def _fit(self, rows: tuple[str, ...]) -> None:
        widest = max(map(len, rows))
        self.styles.width = widest + _ARROW
        self.query_one(Choices).styles.width = widest + _AROUND

    def annotate(self, provided: Mapping[str, Sequence[Check]]) -> None:
        """Say beside choices what this host has of them."""
        found = {name: standing(PROVIDERS[name], checks) for name, checks in provided.items()}
        rows = rows_of(self.question, {name: f"{signs().of(mark)} {words}" for name, (mark, words) in found.items()})
        self._options = list(zip(rows, self.question.choices, strict=True))
        self._fit(rows)
        self.query_one(Choices).show(rows)
        self.query_one(SelectCurrent).update(rows[self.question.choices.index(str(self.value))])

    def action_step(self, by: int) -> None:
        """Take the next choice (1) or the previous one (-1)."""
        choices = self.question.choices
        self.value = choices[(choices.index(str(self.value)) + by) % len(choices)]

    @on(SelectOverlay.UpdateSelection)
    def take(self, event: SelectOverlay.UpdateSelection) -> None:
        """Take a choice and close the list; the page moves the focus on."""
        event.stop()
        event.prevent_default()
        self.value = self.question.choices[event.option_index]
        self.expanded = False
        self.post_message(self.Taken(self.question))


def standing(kind: ProviderKind, checks: Sequence[Check]) -> tuple[Mark, str]:
    """Return in two words what this host has of a provider, after the first thing that it lacks."""
    lacking = next((index for index, check in enumerate(checks) if check.status == "failed"), None)
    if lacking is None:
        return ("done", "installed") if kind.default_box else ("attention", "needs your box")
    return "failed", _LACKING[min(lacking, len(_LACKING) - 1)]


def rows_of(question: Question, notes: Mapping[str, str]) -> tuple[str, ...]:
    """Return each choice as a person reads it, with its note, if it has one, in a column of its own."""
    titles = [PROVIDERS[choice].title if choice in PROVIDERS else choice for choice in question.choices]
    width = max(map(len, titles))
    both = zip(titles, question.choices, strict=True)
    return tuple(f"{title:<{width}}  {notes.get(choice, '')}".rstrip() for title, choice in both)
