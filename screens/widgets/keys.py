"""Keys: how screens declare them, the key bar at the bottom, and the help screen."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar, Final

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Footer, Input, TextArea
from textual.widgets._footer import FooterKey

from screens.widgets.static import Static


def key(
    keys: str, action: str, words: str, *, display: str = "", tip: str = "", show: bool = True, first: bool = False
) -> Binding:
    """Return a binding, with its key spelled as people say it.

    `first` gives it priority: it acts before the focused field sees the key.
    """
    display = display or ("enter" if keys == "enter" else "")
    return Binding(keys, action, words, show=show, key_display=display or None, tooltip=tip, priority=first)


PALETTE = "command_palette"
"""The action that opens the list of all actions."""

_Shown = tuple[str, str, str, str, bool]
"""A key, its spelling, its description, its action, and whether it is enabled."""


_NAMES: Final = 15
"""Columns of the keys' names in the list of all keys."""
_OF_TEXTUAL: Final[Mapping[str, tuple[str, str]]] = {
    "Focus Next": ("tab", "Next pane or field"),
    "Focus Previous": ("shift+tab", "Pane or field before"),
    "Copy selected text": ("ctrl+c", "Copy the text that the mouse has marked"),
}
"""The keys and the words for what Textual binds and describes itself."""
_KEPT = frozenset({"keys", PALETTE})
"""The actions that list all the others; they stay in the narrowest bar."""


def fitting(shown: Sequence[_Shown], width: int) -> tuple[_Shown, ...]:
    """Return the keys that fit into a bar of some columns: the first ones, and those that list the others."""
    room = width - sum(_cells(each) for each in shown if _kept(each))
    found: list[_Shown] = []
    full = False
    for each in shown:
        if not _kept(each):
            room -= _cells(each)
            full = full or room < 0
            if full:
                continue
        found.append(each)
    return tuple(found)


def _kept(shown: _Shown) -> bool:
    return shown[3].rpartition(".")[2] in _KEPT


def _cells(shown: _Shown) -> int:
    """Return the columns of a key as Textual draws it: a space on both sides of the key, and one behind the words."""
    return cell_len(shown[1]) + cell_len(shown[2]) + 3


class KeyBar(Footer):
    """The key bar: the keys that work now, in the order the screen declares them, and the palette last."""

    _asked: tuple[_Shown, ...] | None = None
    """The keys that the bar shows."""

    def compose(self) -> ComposeResult:
        """Draw the keys."""
        if not self._bindings_ready:
            return
        for name, words, description, action, enabled in self._shown():
            footer_key = FooterKey(name, words, description, action, disabled=not enabled)
            yield footer_key.data_bind(compact=Footer.compact)

    def bindings_changed(self, screen: Screen[object]) -> None:
        """Draw the keys again if they differ: Textual reports a change at every move in a list."""
        if screen is not self.screen or not self.app.app_focus:
            return
        shown = self._shown()
        if shown != self._asked:
            self._asked = shown
            super().bindings_changed(screen)

    def on_resize(self) -> None:
        """Draw the keys again if others fit now."""
        self.bindings_changed(self.screen)

    def _shown(self) -> tuple[_Shown, ...]:
        """Return the keys that fit: first those of the focused field or list, then the screen's, then the app's."""
        focused = self.screen.focused
        declared = [binding.action for binding in type(self.screen).BINDINGS if isinstance(binding, Binding)]
        active = {
            found.binding.action: found
            for found in self.screen.active_bindings.values()
            if found.binding.show and not (isinstance(focused, Input | TextArea) and _is_text(focused, found.binding))
        }
        last = len(declared)

        # what a part offers of its screen, such as a search in the log, matters less than what the screen declares
        offered = _place("keys", declared, last) - 0.5

        def place(action: str) -> float:
            if active[action].node is self.app:
                return last
            name = action.removeprefix("screen.")
            if name in declared:
                return declared.index(name)
            return -1 if name == action or active[action].node is focused else offered

        ordered = sorted(active, key=place)
        found = ((active[action].binding, active[action].enabled) for action in ordered)
        shown = tuple(
            (binding.key, self.app.get_key_display(binding), binding.description, action, enabled)
            for action, (binding, enabled) in zip(ordered, found, strict=True)
        )
        return fitting(shown, self.size.width) if self.size.width else shown


KeyLine = tuple[str, str, str, str]
"""A group, a key, its description, and a sentence of help."""


class KeyedPart(Vertical):
    """A part of a screen with keys of its own, which work while the focus is in it."""


def _parts(focused: Widget | None) -> list[DOMNode]:
    """Return the parts with keys of their own that a widget is in."""
    return [node for node in focused.ancestors if isinstance(node, KeyedPart)] if focused is not None else []


def keys_of(screen: Screen[None]) -> Iterator[KeyLine]:
    """Yield the keys of a screen, of the part and the widget with the focus, and of the whole app."""
    app, focused = screen.app, screen.focused
    groups: list[tuple[str, DOMNode]] = [("In this part", part) for part in _parts(focused)]
    groups.append(("On this screen", screen))
    if focused is not None:
        name = "In this text field" if isinstance(focused, Input | TextArea) else "In this list"
        groups.append((name, focused))
    groups.append(("Everywhere", app))
    listed = focused is not None and not isinstance(focused, Input | TextArea)
    # a list acts on a key before the screen sees it
    first = [each for each in groups if listed and each[1] is focused]
    seen: set[str] = set()
    found: dict[str, list[KeyLine]] = {}
    for group, owner in (*first, *(each for each in groups if each not in first)):
        for name, binding in _own(owner):
            if binding.description and name not in seen:
                seen.add(name)
                found.setdefault(group, []).append((group, name, binding.description, binding.tooltip))
    for group in dict.fromkeys(group for group, _ in groups):
        yield from found.get(group, ())


def actions_of(screen: Screen[object], focused: Widget | None) -> Iterator[tuple[DOMNode, str, Binding]]:
    """Yield what can be done on a screen now: the owner of each action, its keys and its binding.

    Movements inside the focused field or list are left out: they are not for a menu.
    """
    seen: set[str] = set()
    owners: list[DOMNode] = [*_parts(focused), screen, *([focused] if focused is not None else []), screen.app]
    for owner in owners:
        for names, binding in _own(owner):
            wanted = (binding.show or owner is not focused) and binding.action != PALETTE
            if wanted and binding.description and binding.description not in seen:
                seen.add(binding.description)
                yield owner, names, binding


def _is_text(field: Input | TextArea, binding: Binding) -> bool:
    """Tell whether a text field takes a binding's key as text."""
    shown = binding.key_display or ""
    return len(shown) == 1 and field.check_consume_key(binding.key, shown)


def _place(action: str, declared: list[str], unknown: int) -> int:
    return declared.index(action) if action in declared else unknown


def _own(owner: DOMNode) -> Iterator[tuple[str, Binding]]:
    merged: dict[tuple[str, str], list[str]] = {}
    kept: dict[tuple[str, str], Binding] = {}
    for name, bindings in owner._bindings.key_to_bindings.items():  # noqa: SLF001 - Textual has no public way
        for binding in bindings:
            if owner.check_action(binding.action, ()) is False or binding.system:
                continue
            shown, words = _OF_TEXTUAL.get(binding.description, ("", binding.description))
            shown = shown or binding.key_display or owner.app.get_key_display(binding) or name
            shown = f"ctrl+{shown[1:]}" if shown.startswith("^") else shown
            merged.setdefault((binding.action, words), []).append(shown)
            kept.setdefault((binding.action, words), replace(binding, description=words))
    declared = [binding.action for binding in type(owner).BINDINGS if isinstance(binding, Binding)]
    for which, names in sorted(merged.items(), key=lambda item: _place(item[0][0], declared, len(declared))):
        yield ", ".join(dict.fromkeys(names)), kept[which]


class KeysScreen(ModalScreen[None]):
    """The help screen: every key with its description, taken from the bindings."""

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
            yield Static("")

    def on_resize(self) -> None:
        """Draw the list in the columns that there are."""
        self.query_one(Static).update(self._text(self.query_one(VerticalScroll).scrollable_content_region.width))

    def _text(self, columns: int) -> Content:
        """Return the list; a sentence that needs several rows stays beside its key."""
        rows: list[Content] = []
        group = ""
        for of, name, words, tip in self._lines:
            if of != group:
                group = of
                rows += [Content(""), Content.styled(of, "bold")] if rows else [Content.styled(of, "bold")]
            first, *more = textwrap.wrap(tip or words, max(20, columns - _NAMES - 4)) or [""]
            rows.append(Content.assemble("  ", (f"{name:<{_NAMES}}", "$accent"), "  ", first))
            rows += [Content(f"{' ' * (_NAMES + 4)}{line}") for line in more]
        return Content("\n").join(rows)

    def action_down(self) -> None:
        """Scroll down."""
        self.query_one(VerticalScroll).scroll_down()

    def action_up(self) -> None:
        """Scroll up."""
        self.query_one(VerticalScroll).scroll_up()
