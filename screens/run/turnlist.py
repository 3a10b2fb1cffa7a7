"""The steps that a person can do by hand, in a list: which are theirs, and how all of them stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList

from kubetui.engine.events import TaskId
from kubetui.operations.turns import Offer
from screens.widgets.chrome import key
from screens.widgets.lists import RowList
from screens.widgets.panes import Dialog
from screens.widgets.static import Static
from screens.widgets.symbols import COLOURS, Mark, signs

EVERY = 0.5
"""Seconds between two looks at how the steps stand."""


class Standing(Enum):
    """How a step stands that can be done by hand: its sign, and a word."""

    KUBETUI = ("waiting", "kubetui")
    YOURS = ("yours", "yours")
    WAITS = ("yours", "waits for you")
    RUNNING = ("running", "running")
    DONE = ("done", "done")
    FAILED = ("failed", "failed")
    STOPPED = ("attention", "stopped")

    @property
    def mark(self) -> Mark:
        """Its sign."""
        mark: Mark = self.value[0]
        return mark

    @property
    def word(self) -> str:
        """Its word: who does it, or what became of it."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the list."""

    task: TaskId
    title: str
    standing: Standing

    def drawn(self, width: int) -> Content:
        """Return the row, with its word after so many columns."""
        sign = (signs().of(self.standing.mark), COLOURS[self.standing.mark])
        return Content.assemble(sign, f" {self.title:<{width}}  ", (self.standing.word, COLOURS[self.standing.mark]))


def rows_of(offers: Iterable[Offer], standing: Callable[[TaskId], Standing], machine: str = "") -> tuple[Row, ...]:
    """Return a row for each offer, those of one machine together, and first those of `machine`."""
    rows = [Row(offer.task, offer.title, standing(offer.task)) for offer in offers]
    machines = list(dict.fromkeys([machine, *(row.task.machine for row in rows)]))
    return tuple(sorted(rows, key=lambda row: machines.index(row.task.machine)))


class TurnList(Dialog[TaskId | None]):
    """Lets the person take steps, and leave them again; closes with the waiting one that they open.

    `rows` returns how the steps stand now, and `toggle` takes or leaves one.
    """

    DEFAULT_CSS = """
    TurnList > Vertical { max-width: 72; }
    TurnList Static { margin: 0 0 1 0; }
    TurnList RowList { height: auto; max-height: 60vh; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter,space", "take", "Yours or not", tip="Take the step, or leave it to kubetui; open one that waits."),
        key("escape", "dismiss(None)", "Close", display="esc"),
    ]

    def __init__(self, rows: Callable[[], Sequence[Row]], toggle: Callable[[TaskId], object]) -> None:
        super().__init__()
        self._ask = rows
        self._toggle = toggle
        self._rows: tuple[Row, ...] = ()

    def compose(self) -> ComposeResult:
        """Draw the list."""
        with Vertical() as box:
            box.border_title = "Your turn"
            box.border_subtitle = "enter Yours or not   esc Close"
            yield Static("A step of yours waits until you have done it. The rest goes on.", markup=False)
            yield RowList()

    def on_mount(self) -> None:
        """Show the steps, and how they stand from now on."""
        self.query_one(RowList).focus()
        self.look()
        self.set_interval(EVERY, self.look)

    def look(self) -> None:
        """Draw what has changed."""
        rows = tuple(self._ask())
        if rows == self._rows:
            return
        self._rows = rows
        width = max(len(row.title) for row in rows)
        shown: dict[str, Content] = {}
        for row in rows:
            shown.setdefault(f"-{row.task.machine}", Content.styled(row.task.machine, "bold"))
            shown[str(row.task)] = row.drawn(width)
        self.query_one(RowList).show_rows(shown.items())

    @on(OptionList.OptionSelected)
    def action_take(self) -> None:
        """Take the chosen step or leave it; open one that waits."""
        self.look()
        row = next((row for row in self._rows if str(row.task) == self.query_one(RowList).chosen), None)
        if row is None:
            return
        match row.standing:
            case Standing.KUBETUI | Standing.YOURS:
                self._toggle(row.task)
                self.look()
            case Standing.WAITS:
                self.dismiss(row.task)
            case _:
                self.notify("This step has begun already. It stays as it is.")
