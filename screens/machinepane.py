"""The machines beside the log of a run: a heading, the list, and what the chosen one does."""

from __future__ import annotations

import re

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from screens.machinelist import Item, MachineList
from screens.static import Static


class MachinePane(Vertical):
    """Shows the machines it is given; what it was told already is not drawn again."""

    DEFAULT_CSS = """
    MachinePane > .columns { height: 1; text-style: dim; padding: 0 1; }
    MachinePane > MachineList { height: 1fr; min-height: 4; }
    MachinePane > #detail { height: auto; max-height: 75%; padding: 1 1 0 1; }
    """

    def __init__(self, *, classes: str) -> None:
        super().__init__(classes=classes)
        self._said: dict[str, Content] = {}

    def compose(self) -> ComposeResult:
        """Draw the pane."""
        yield Static("", classes="columns", markup=False)
        yield MachineList()
        yield Static("", id="detail", markup=False)

    @property
    def list(self) -> MachineList:
        """The list itself."""
        return self.query_one(MachineList)

    @property
    def machine(self) -> str:
        """The machine that is chosen."""
        shown = self.list
        return shown.items[shown.chosen][0] if shown.items else ""

    def fill(self, items: tuple[Item, ...]) -> None:
        """Show these machines, under a heading that is as wide as their names."""
        self.list.fill(items)
        self._say(".columns", Content(f"  {'Machine':<{self.list.name_width}}  Step"))

    def tell(self, detail: Content) -> None:
        """Say what the chosen machine does."""
        self._say("#detail", detail)

    def _say(self, place: str, words: Content) -> None:
        """Put words into a place; where they are the same nothing is drawn."""
        old = self._said.get(place)
        if old is None or not old.is_same(words):
            self._said[place] = words
            self.query_one(place, Static).update(words, layout=old is None or _shape(old) != _shape(words))


def _shape(words: Content) -> str:
    """Return what the room that words take depends on: times go on, and stay as wide."""
    return re.sub(r"\d", "0", words.plain)
