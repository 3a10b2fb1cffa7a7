"""The machines beside a run's log: a heading, the list, and details of the chosen one."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from screens.run.machinelist import Item, MachineList
from screens.widgets.static import Static


class MachinePane(Vertical):
    """Shows the machines, drawing only what changed."""

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
        """The list of machines."""
        return self.query_one(MachineList)

    @property
    def machine(self) -> str:
        """The chosen machine."""
        shown = self.list
        return shown.items[shown.chosen][0] if shown.items else ""

    def fill(self, items: tuple[Item, ...]) -> None:
        """Show these machines, with the heading fitted to their names."""
        self.list.fill(items)
        self.query_one(".columns", Static).say(Content(f"  {'Machine':<{self.list.name_width}}  Step"))

    def tell(self, detail: Content) -> None:
        """Show details of the chosen machine."""
        self.query_one("#detail", Static).say(detail)
