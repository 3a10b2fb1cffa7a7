"""The machines of a run, one per row: sign, name, step or cause of failure, and how many steps are done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.message import Message

from screens.run.panes.markedrows import MarkedRows
from screens.widgets.chrome import key
from screens.widgets.lines import fitted
from screens.widgets.symbols import Mark

COUNTS_FROM = 40
"""Columns from which the rows show the number of steps done."""
STEP_WIDTH = 28
"""Columns that a row leaves to the step, beside a long name, where it can."""
Item = tuple[str, Mark, str, str]
"""A machine's name, mark, step, and count."""


class MachineList(MarkedRows[Item]):
    """Shows every machine; ↑ ↓ and the mouse choose one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("up,k", "move(-1)", "Machine", display="↑↓", tip="Move to the machine above."),
        key("down,j", "move(1)", "Machine", show=False, tip="Move to the machine below."),
    ]

    class Chosen(Message):
        """The person chose another machine."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self) -> None:
        super().__init__()
        self._names = 0

    def fill(self, items: Sequence[Item]) -> None:
        """Show these machines."""
        names = max((cell_len(item[0]) for item in items), default=0)
        if names != self._names:
            self._names = names
            self.refresh()
        super().fill(items)

    def said(self) -> None:
        """Tell the screen which machine is chosen."""
        self.post_message(self.Chosen(self.items[self.chosen][0]))

    def row(self, item: Item, width: int, chosen: Style) -> list[Segment]:
        """Return one machine's row; a failed one has its cause instead of its count."""
        name, mark, step, count = item
        shown = f" {count} " if width >= COUNTS_FROM and count and mark != "failed" else ""
        names = min(self._names, max(width // 2, width - STEP_WIDTH))
        room = max(0, width - names - 5 - len(shown))
        return [
            self.sign(mark),
            Segment(fitted(name, names), chosen),
            Segment("  "),
            Segment(
                fitted(step, room), self.style(mark) if mark in {"waiting", "attention", "failed", "yours"} else None
            ),
            Segment(shown, self.style("count")),
        ]
