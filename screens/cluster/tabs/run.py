"""The last run of a cluster: each machine's steps with their seconds, why each is needed, its commands, and its log."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.content import Content
from textual.widgets import OptionList

from kubetui.base.errors import KubetuiError
from kubetui.cluster.folder import Cluster, log_of
from kubetui.engine.events import CommandStarted, Line, Outcome, TaskStarted
from kubetui.profile.plan import Plan
from kubetui.record import lastrun
from kubetui.record.lastrun import LastRun
from screens.cluster.tabs.part import Part
from screens.cluster.tabs.runrows import current, machine_row, step_row, title_of
from screens.cluster.watch import Seen, Watch
from screens.explain.concepts import ConceptScreen
from screens.explain.lesson import Lesson, lesson
from screens.explain.spent import AS_IS_TITLE, STEP_TIP
from screens.explain.steppage import StepPage
from screens.explain.whypane import WhyPane, why
from screens.log.buffers import Buffer
from screens.log.pane import LogPane
from screens.log.screen import LOG_KEYS
from screens.widgets.chrome import ROOMY, WIDE, key
from screens.widgets.lists import RowList
from screens.widgets.panes import LISTS, Pane
from screens.widgets.symbols import signs

Entry = Line | CommandStarted | TaskStarted
_EVERY: Final = "every"
_UNTAUGHT: Final = "There is nothing more to explain about this step."
_LOG_SHOWN: Final = ("search", "filter")
_LOG_ACTIONS: Final = ("search", "filter", "wrap", "times", "clock", "full", "jump", "save", "page", "top", "follow")
"""What can be done with a log that does not grow."""


def log_keys() -> list[BindingType]:
    """Return the keys of a log; what they do is the screen's."""
    return [
        Binding(
            each.key,
            f"screen.{each.action}",
            each.description,
            each.action in _LOG_SHOWN,
            each.key_display,
            tooltip=each.tooltip,
        )
        for each in LOG_KEYS
        if isinstance(each, Binding) and each.action.partition("(")[0] in _LOG_ACTIONS
    ]


@dataclass(frozen=True, slots=True)
class _Shown:
    """The entries that the log shows, of a machine and a step, and whether only commands."""

    chosen: tuple[str, str, bool]
    entries: tuple[Entry, ...] = ()
    buffer: Buffer = field(default_factory=Buffer)

    def followed(self, chosen: tuple[str, str, bool], entries: tuple[Entry, ...]) -> _Shown:
        """Return what to show next: the same buffer if it has only grown, since another one throws the reader back."""
        grown = chosen == self.chosen and entries[: len(self.entries)] == self.entries
        start, buffer = (len(self.entries), self.buffer) if grown else (0, Buffer())
        for entry in entries[start:]:
            buffer.append(entry)
        return _Shown(chosen, entries, buffer)


class RunPart(Part):
    """Machines and steps on the left, the chosen one's log on the right."""

    DEFAULT_CSS = f"""
    RunPart > Horizontal {{ height: 1fr; }}
    RunPart .lists {{ width: {LISTS[0]}; }}
    RunPart #machines-pane {{ height: auto; max-height: 40%; }}
    RunPart #steps-pane {{ height: 1fr; }}
    RunPart RowList {{ height: auto; max-height: 100%; }}
    RunPart .right {{ width: 1fr; }}
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "step", "Step", tip=STEP_TIP),
        key("e", "explain", "Explain", tip="Explain the concepts behind the step."),
        key("c", "commands", "Commands", tip="Show only the commands that the machine was given, and all lines again."),
        *log_keys(),
    ]

    def __init__(self, cluster: Cluster, watch: Watch, plan: Plan | None) -> None:
        super().__init__(cluster, watch, "Run")
        self._plan = plan
        self._run: LastRun | None = None
        self._read_at: int | None = None
        self._entries: Sequence[Entry] = ()
        self._shown = _Shown(("", "", False))
        self._of = ""
        self._commands = False

    def compose(self) -> ComposeResult:
        """Draw the part."""
        with Horizontal():
            with Vertical(classes="lists beside-log"):
                yield Pane("Machines", RowList(id="machines"), id="machines-pane")
                yield Pane("Steps", RowList(id="steps"), id="steps-pane")
            with Container(classes="right"):
                yield LogPane(self.cluster.name)
                yield WhyPane().add_class("beside-log")

    def opened(self) -> None:
        """Read the run, and take the focus."""
        self.query_one("#machines", RowList).focus()
        self._reread()

    def look(self, seen: Seen, /) -> None:
        """Read the run again while it goes on."""
        if seen.state is not None and seen.state.plan is not None:
            self._plan = seen.state.plan
        self._reread()

    def _reread(self) -> None:
        try:
            changed = self.cluster.journal.stat().st_mtime_ns
        except OSError:
            changed = 0
        if changed != self._read_at:
            self._read_at = changed
            self._fill()

    def _fill(self) -> None:
        try:
            self._run = lastrun.read(self.cluster)
        except (KubetuiError, OSError) as error:
            self._tell(str(error))
            return
        if self._run is None:
            self._tell("No run of this cluster has begun yet.")
            return
        run = self._run
        rows = ((name, machine_row(name, run.of(name), self._width)) for name in run.machines)
        # it chooses a row, and that shows the steps
        self.query_one("#machines", RowList).show_rows(rows)

    def _tell(self, text: str) -> None:
        self.query_one("#machines", RowList).show_rows([("-none", Content(text))])

    @property
    def pane(self) -> LogPane:
        """The log."""
        return self.query_one(LogPane)

    @property
    def _width(self) -> int:
        """The columns of a row, without the frame, the scrollbar and the mark of the chosen one."""
        width = self.app.size.width
        return LISTS[(width >= WIDE) + (width >= ROOMY)] - (5 if self.screen.has_class("-small") else 6)

    @property
    def machine(self) -> str:
        """The chosen machine."""
        return self.query_one("#machines", RowList).chosen or ""

    @property
    def step(self) -> str:
        """The chosen step; empty for all of them."""
        chosen = self.query_one("#steps", RowList).chosen or _EVERY
        return "" if chosen == _EVERY else chosen

    @on(OptionList.OptionHighlighted, "#machines")
    def _show_steps(self) -> None:
        run, machine = self._run, self.machine
        if run is None or not machine:
            return
        ran = run.of(machine)
        rows = [(_EVERY, Content("All steps"))]
        rows += [(each.task.step, step_row(each, self._width, ended=run.ended)) for each in ran]
        self.query_one("#steps", RowList).show_rows(rows)
        pane = self.query_one("#steps-pane", Pane)
        pane.border_title = Content(f"Steps of {machine}").markup
        same = any(each.outcome is Outcome.UNCHANGED for each in ran)
        pane.border_subtitle = AS_IS_TITLE if same else ""
        self._read_log(machine, run.began)

    @on(OptionList.OptionHighlighted, "#steps")
    def _show_log(self) -> None:
        if self._of != self.machine:
            return
        chosen = (self.machine, self.step, self._commands)
        self._shown = self._shown.followed(chosen, tuple(filter(self._wanted, self._entries)))
        title = f"{self.machine} {signs().here} {title_of(self.step)}" if self.step else self.machine
        self.pane.show(f"{title}: commands" if self._commands else title, self._shown.buffer, self.machine)

        self._tell_why()

    def _tell_why(self) -> None:
        shown, pane = self.lesson, self.query_one(WhyPane)
        pane.border_title = f"Why: {shown.title}" if shown else "Why"
        pane.tell(Content("\n").join(why(shown, roomy=False)) if shown else Content(_UNTAUGHT))

    @property
    def lesson(self) -> Lesson | None:
        """What the chosen step teaches, or the one to look at where all are chosen; None where that is not known."""
        step = self.step or current(self._run.of(self.machine) if self._run else ())
        return lesson(self._plan, self.machine, step) if self._plan is not None else None

    def _wanted(self, entry: Entry) -> bool:
        step = entry.task.step if isinstance(entry, TaskStarted) else entry.step
        if self.step and step != self.step:
            return False
        return not self._commands or not isinstance(entry, Line)

    @work(exclusive=True)
    async def _read_log(self, machine: str, since: float) -> None:
        path = log_of(self.cluster.logs, machine)
        try:
            self._entries = await asyncio.to_thread(lambda: list(lastrun.entries(path, since)))
        except (KubetuiError, OSError) as error:
            self._entries = [Line(since, machine, "", f"The log cannot be read: {error}")]
        self._of = machine
        self._show_log()

    def action_step(self) -> None:
        """Show what the step does."""
        if self._plan is not None and self.lesson is not None:
            self.app.push_screen(StepPage(self._plan, self.lesson))
        else:
            self.notify(_UNTAUGHT)

    def action_explain(self) -> None:
        """Explain the concepts behind the step."""
        if self.lesson is not None and self.lesson.concepts:
            self.app.push_screen(ConceptScreen(self.lesson.concepts))
        else:
            self.notify(_UNTAUGHT)

    def action_commands(self) -> None:
        """Show only commands, or everything again."""
        self._commands = not self._commands
        self._show_log()
