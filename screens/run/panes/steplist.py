"""The steps of one machine in order, with the seconds that each took."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.message import Message

from screens.run.panes.markedrows import MarkedRows
from screens.widgets.chrome import key
from screens.widgets.lines import fitted
from screens.widgets.symbols import Mark

Item = tuple[str, Mark, str, str]
"""A step's name, mark, title, and how long it took or what became of it."""
LAST_WIDTH = 6


class StepList(MarkedRows[Item]):
    """Shows the steps of a machine. The choice follows the running step until the person moves it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("up,k", "move(-1)", "Step", display="↑↓", tip="Move to the step before."),
        key("down,j", "move(1)", "Step", show=False, tip="Move to the step after."),
    ]

    class Chosen(Message):
        """The person chose another step."""

    def __init__(self) -> None:
        super().__init__()
        self.machine = ""
        self.following = True

    def show(self, machine: str, items: Sequence[Item]) -> None:
        """Show the steps of a machine; those of another machine follow its running step again."""
        if machine != self.machine:
            self.machine, self.following = machine, True
        self.fill(items)
        if self.following:
            now = current(self.items)
            if now != self.chosen:
                self.show_chosen(now)

    @property
    def step(self) -> str:
        """The name of the chosen step; empty where there is none."""
        return self.items[self.chosen][0] if self.items else ""

    def said(self) -> None:
        """Stop following: the person looks at a step of their own choice."""
        self.following = False
        self.post_message(self.Chosen())

    def row(self, item: Item, width: int, chosen: Style) -> list[Segment]:
        """Return one step's row."""
        _, mark, title, last = item
        shown = f" {last:>{LAST_WIDTH}} "
        style = self.style(mark) if mark in {"waiting", "attention", "failed", "yours"} else Style.null()
        return [
            self.sign(mark),
            Segment(fitted(title, max(0, width - 3 - len(shown))), style + chosen),
            Segment(shown, self.style("running" if mark == "running" else "count")),
        ]


def current(items: Sequence[Item]) -> int:
    """Return the step to look at: the failed one, the person's, the running one, or else the last that has ended."""
    for wanted in ("failed", "yours", "running"):
        for index, item in enumerate(items):
            if item[1] == wanted:
                return index
    return max((index for index, item in enumerate(items) if item[1] == "done"), default=0)
