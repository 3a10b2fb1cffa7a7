"""The machines beside the log of a run: a heading, the list, and what the chosen one does."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from screens.run.machinelist import Item, MachineList
from screens.widgets.static import Static


class MachinePane(Vertical):
    """Shows the machines it is given; what it was told already is not drawn again."""

    DEFAULT_CSS = """
    MachinePane > .columns { height: 1; text-style: dim; padding: 0 1; }
    MachinePane > MachineList { height: 1fr; min-height: 4; }
    MachinePane > #detail { height: auto; max-height: 75%; padding: 1 1 0 1; }
    """

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
        self.query_one(".columns", Static).say(Content(f"  {'Machine':<{self.list.name_width}}  Step"))

    def tell(self, detail: Content) -> None:
        """Say what the chosen machine does."""
        self.query_one("#detail", Static).say(detail)
