"""What every screen has: the line of pages, the title line, the keys in words, and the way back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Click, Resize
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Footer, Input, Static
from textual.widgets._footer import FooterKey

from kubetui.questions import pages
from screens.symbols import COLOURS, State, signs

LATER = ("Review", "Run", "Cluster")
"""The screens that follow the pages of questions."""
WIDE, ROOMY = 110, 160
"""Columns from which help stands beside the form, and from which lists say more in a row."""
SMALLEST = (70, 20)
"""Columns and rows below which the wizard only asks for more; it is drawn for 80 by 24."""


def stages() -> tuple[str, ...]:
    """Return every page's title, in order."""
    return (*(page.title for page in pages()), *LATER)


def marked(state: State, words: str) -> Content:
    """Return a state's sign and its words, in its colour."""
    return Content.assemble((f"{signs().of(state)} {words}", COLOURS[state]))


class Head(Widget):
    """Two rows: a line on where one is, and a rule that may carry a note."""

    DEFAULT_CSS = """
    Head { height: 2; }
    Head > Static { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    Head > .rule { padding: 0; color: $border-blurred; }
    """

    def compose(self) -> ComposeResult:
        """Draw both rows."""
        yield Static(self.line(), id="head-line", markup=False)
        yield Static("", classes="rule", markup=False)

    note = ""

    def tell(self, note: str) -> None:
        """Let the rule carry a note; empty for none."""
        self.note = note
        self.on_resize()

    def on_resize(self) -> None:
        """Draw the rule and the line as wide as the terminal is."""
        line = signs().line
        note = f"{line * 2} {self.note} " if self.note else ""
        rule = Content.assemble((note, "bold $warning"), line * max(0, self.size.width - len(note)))
        self.query_one(".rule", Static).update(rule)
        self.redraw()

    def redraw(self) -> None:
        """Draw the line anew."""
        self.query_one("#head-line", Static).update(self.line())

    def line(self) -> Content:
        """Return the upper row."""
        return Content("")


class PagesLine(Head):
    """Where one is among the pages; those that were passed can be clicked."""

    def __init__(self, current: int) -> None:
        super().__init__()
        self.current = current

    def line(self) -> Content:
        """Return the pages with their states."""
        parts: list[Content] = []
        for index, title in enumerate(stages()):
            state: State = "done" if index < self.current else "running" if index == self.current else "waiting"
            style = "" if index < self.current else f"{'bold ' if index == self.current else ''}{COLOURS[state]}"
            sign = Content.styled(signs().of(state), COLOURS[state])
            parts += [sign, Content.styled(f" {title}", style), Content.styled(f" {signs().line * 2} ", "dim")]
        return Content("").join(parts[:-1])

    def on_click(self, event: Click) -> None:
        """Go back to the page that was clicked, if it was passed."""
        end = 1
        for index, title in enumerate(stages()[: self.current]):
            end += len(title) + 2
            if event.x < end:
                for _ in range(self.current - index):
                    self.app.pop_screen()
                return
            end += 4


class TitleLine(Head):
    """A title on the left and a short state on the right."""

    def __init__(self, title: str, right: Content | None = None) -> None:
        super().__init__()
        self._title = title
        self._right = right or Content("")

    def say(self, right: Content) -> None:
        """Show another state on the right."""
        self._right = right
        self.redraw()

    def line(self) -> Content:
        """Return title and state, as far apart as the terminal is wide."""
        title = Content.styled(self._title, "bold $accent")
        gap = max(1, self.size.width - 2 - title.cell_length - self._right.cell_length)
        return Content.assemble(title, " " * gap, self._right)


def key(
    keys: str, action: str, words: str, *, display: str = "", tip: str = "", show: bool = True, first: bool = False
) -> Binding:
    """Return a binding whose key is written in the footer as a person would say it.

    `first` lets it act before the keys that follow it are taken as text.
    """
    display = display or ("enter" if keys == "enter" else "")
    return Binding(keys, action, words, show=show, key_display=display or None, tooltip=tip, priority=first)


class KeyBar(Footer):
    """The footer: the keys that work now, in the order in which the screen declares them."""

    def compose(self) -> ComposeResult:
        """Draw the keys: first those of the field or list where one is, then the screen's."""
        if not self._bindings_ready:
            return
        focused = self.screen.focused
        declared = [binding.action for binding in type(self.screen).BINDINGS if isinstance(binding, Binding)]
        active = {
            found.binding.action: found
            for found in self.screen.active_bindings.values()
            if found.binding.show and not (isinstance(focused, Input) and _is_text(focused, found.binding))
        }

        for action in sorted(active, key=lambda each: _place(each.removeprefix("screen."), declared, -1)):
            binding, enabled = active[action].binding, active[action].enabled
            words = self.app.get_key_display(binding)
            footer_key = FooterKey(binding.key, words, binding.description, action, disabled=not enabled)
            yield footer_key.data_bind(compact=Footer.compact)


class PlainScreen(Screen[None]):
    """A screen with its keys in one place: Esc goes back, `?` explains, `q` leaves."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "back", "Back", display="esc", tip="One screen back; nothing is lost."),
        key("question_mark,f1", "keys", "Help", display="?", tip="This list. F1 works inside text, too."),
        key("q", "leave", "Leave", tip="Leave kubetui.", show=False),
    ]

    @on(Resize)
    def measure(self) -> None:
        """Say in classes how much room there is."""
        width = self.app.size.width
        self.set_class(width < WIDE, "-narrow")
        self.set_class(width >= WIDE, "-wide")
        self.set_class(width >= ROOMY, "-roomy")

    def action_back(self) -> None:
        """Go one screen back."""
        self.app.pop_screen()

    def action_keys(self) -> None:
        """Show every key of this screen."""
        self.app.push_screen(KeysScreen(tuple(_keys(self))))

    def action_leave(self) -> None:
        """Leave kubetui."""
        self.app.exit(0)

    def foot(self) -> Footer:
        """Return the footer; the command palette keeps its key without taking a place in it."""
        return KeyBar(show_command_palette=False)


KeyLine = tuple[str, str, str, str]
"""A group, a key, what it does, and a sentence on it."""


def _keys(screen: Screen[Any]) -> Iterator[KeyLine]:
    """Yield the keys of a screen, of what is chosen in it, and those that work everywhere."""
    app, focused = screen.app, screen.focused
    groups: list[tuple[str, Any]] = [("On this screen", screen)]
    if focused is not None:
        name = "In this text field" if isinstance(focused, Input) else "In this list"
        groups.append((name, focused))
    seen: set[str] = set()
    for group, owner in (*groups, ("Everywhere", app)):
        for name, binding in _own(owner):
            if binding.description and name not in seen:
                seen.add(name)
                yield (group, name, binding.description, binding.tooltip)


def _is_text(field: Input, binding: Binding) -> bool:
    """Tell whether a text field takes a binding's key as a character."""
    shown = binding.key_display or ""
    return len(shown) == 1 and field.check_consume_key(binding.key, shown)


def _place(action: str, declared: list[str], unknown: int) -> int:
    return declared.index(action) if action in declared else unknown


def _own(owner: Any) -> Iterator[tuple[str, Binding]]:
    merged: dict[tuple[str, str], list[str]] = {}
    kept: dict[tuple[str, str], Binding] = {}
    for name, bindings in owner._bindings.key_to_bindings.items():  # noqa: SLF001 - Textual has no public way
        for binding in bindings:
            if owner.check_action(binding.action, ()) is False or binding.system:
                continue
            shown = binding.key_display or owner.app.get_key_display(binding) or name
            merged.setdefault((binding.action, binding.description), []).append(shown)
            kept.setdefault((binding.action, binding.description), binding)
    declared = [binding.action for binding in type(owner).BINDINGS if isinstance(binding, Binding)]
    for which, names in sorted(merged.items(), key=lambda item: _place(item[0][0], declared, len(declared))):
        yield ", ".join(dict.fromkeys(names)), kept[which]


class KeysScreen(ModalScreen[None]):
    """Every key in words, made from the bindings themselves."""

    DEFAULT_CSS = """
    KeysScreen { background: $background; }
    KeysScreen > VerticalScroll {
        height: 100%; padding: 1 2; border: round $border; background: $surface; scrollbar-size-vertical: 1;
    }
    KeysScreen Static { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape,q,question_mark,f1,enter", "dismiss", "Close", display="esc"),
        key("j", "down", "Down", show=False),
        key("k", "up", "Up", show=False),
    ]

    def __init__(self, lines: tuple[KeyLine, ...]) -> None:
        super().__init__()
        self._lines = lines

    def compose(self) -> ComposeResult:
        """Draw the list."""
        with VerticalScroll() as box:
            box.border_title = "Keys"
            box.border_subtitle = "esc Close"
            yield Static(self._text())

    def _text(self) -> Content:
        rows: list[Content] = []
        width = min(20, max((len(name) for _, name, _, _ in self._lines), default=0))
        group = ""
        for of, name, words, tip in self._lines:
            if of != group:
                group = of
                rows += [Content(""), Content.styled(of, "bold")] if rows else [Content.styled(of, "bold")]
            text = tip or words
            rows.append(Content.assemble("  ", (f"{name:<{width}}", "$accent"), "  ", text))
        return Content("\n").join(rows)

    def action_down(self) -> None:
        """Scroll down."""
        self.query_one(VerticalScroll).scroll_down()

    def action_up(self) -> None:
        """Scroll up."""
        self.query_one(VerticalScroll).scroll_up()


class TooSmall(ModalScreen[None]):
    """Asks for more room; goes by itself once there is."""

    DEFAULT_CSS = "TooSmall { align: center middle; background: $background; } TooSmall Static { text-align: center; }"
    BINDINGS: ClassVar[list[BindingType]] = [key("q", "app.quit", "Leave")]
    _gone = False

    def compose(self) -> ComposeResult:
        """Say what is needed."""
        yield Static("", markup=False)

    def on_resize(self) -> None:
        """Say what there is, or go."""
        if self._gone:
            return
        if fits(self.app.size.width, self.app.size.height):
            self._gone = True
            self.dismiss()
            return
        have = f"{self.app.size.width} by {self.app.size.height}"
        self.query_one(Static).update(f"kubetui needs 80 by 24 characters.\nHere are {have}: make the window larger.")


def fits(columns: int, rows: int) -> bool:
    """Tell whether a terminal of this size is large enough."""
    return columns >= SMALLEST[0] and rows >= SMALLEST[1]
