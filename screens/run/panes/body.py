"""The panes of a run: machines, the steps of the chosen one, its log, and why the chosen step is needed."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.content import Content

from screens.explain.lesson import Lesson, lesson
from screens.explain.spent import AS_IS, AS_IS_TITLE
from screens.explain.whypane import WhyPane, why
from screens.log.pane import LogPane
from screens.run import words as runwords
from screens.run.panes.machinelist import MachineList
from screens.run.panes.steplist import StepList
from screens.run.session import Session
from screens.widgets.panes import Pane
from screens.widgets.symbols import signs


class RunBody(Horizontal):
    """Shows a session, drawing only what changed. The screen's CSS lays the panes out."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.together = False
        """Whether the log is that of all machines."""
        self.commands = False
        """Whether the log has commands alone."""
        self._lessons: dict[tuple[str, str], Lesson | None] = {}

    def compose(self) -> ComposeResult:
        """Draw the panes."""
        with Vertical(id="left", classes="beside-log"):
            yield Pane("Machines", MachineList(), id="machines")
            yield Pane("Steps", StepList(), id="steps")
        with Container(id="right"):
            yield LogPane(self.session.profile.name)
            yield WhyPane().add_class("beside-log")

    def on_resize(self) -> None:
        """Give the machines as many rows as they need, and the steps the rest."""
        small = self.screen.has_class("-small")
        wanted = len(tuple(self.session.buffers)) + (1 if small else 2)
        self.query_one("#machines").styles.height = min(wanted, max(4, self.size.height // 2))
        # the rows of a list bring their own space
        for pane, space in (("#machines", 0), ("#steps", 0), ("LogPane", not small), ("WhyPane", not small)):
            self.query_one(pane).styles.padding = (0, int(space))

    @property
    def machines(self) -> MachineList:
        """The list of machines."""
        return self.query_one(MachineList)

    @property
    def steps(self) -> StepList:
        """The steps of the chosen machine."""
        return self.query_one(StepList)

    @property
    def machine(self) -> str:
        """The chosen machine."""
        shown = self.machines
        return shown.items[shown.chosen][0] if shown.items else ""

    @property
    def on_failed_step(self) -> bool:
        """Whether the chosen step is the one that failed on the chosen machine."""
        failure = self.session.progress.failure_of(self.machine)
        return failure is not None and failure.task.step == self.steps.step

    @property
    def lesson(self) -> Lesson | None:
        """What the chosen step teaches."""
        place = self.machine, self.steps.step
        if place not in self._lessons:
            self._lessons[place] = lesson(self.session.plan, *place)
        return self._lessons[place]

    def look(self, now: float) -> None:
        """Draw what has changed."""
        self.machines.fill(runwords.machines(self.session))
        machine = self.machine
        rows, pane = runwords.steps(self.session, machine, now), self.query_one("#steps", Pane)
        pane.border_title = f"Steps of {machine}"
        pane.border_subtitle = AS_IS_TITLE if any(last == AS_IS for *_, last in rows) else ""
        self.steps.show(machine, rows)
        failure = self.session.progress.failure_of(machine) if self.on_failed_step else None
        cause = runwords.cause_of(failure, runwords.title_of(failure.task)) if failure else ""
        lines = why(self.lesson, cause, roomy=self.screen.has_class("-roomy"))
        self.query_one(WhyPane).tell(Content("\n").join([*runwords.ending(self.session), *lines]))
        self._show_log()

    def _show_log(self) -> None:
        buffers, machine, pane = self.session.buffers, self.machine, self.query_one(LogPane)
        if self.together:
            title = "Commands on all machines" if self.commands else "All machines"
            source = buffers.commands if self.commands else buffers.all
            pane.show(title, source, machines=tuple(buffers))
        elif self.commands:
            pane.show(f"Commands on {machine}", buffers.commands_of(machine), machine)
        else:
            began = self.session.titles.get(machine)
            step = f" {signs().here} {began.title}" if began else ""
            pane.show(f"{machine}{step}", buffers.of(machine), machine)
