"""The last run of a cluster: each machine's steps with their seconds, its commands, and its log."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import OptionList

from kubetui.base.errors import KubetuiError
from kubetui.base.text import duration
from kubetui.cluster.folder import Cluster, log_of
from kubetui.engine.events import CommandStarted, Line, Outcome, TaskStarted
from kubetui.record import lastrun
from kubetui.record.lastrun import LastRun, Ran
from kubetui.steps.build import STEPS
from screens.cluster.tabs.part import Part
from screens.cluster.watch import Seen, Watch
from screens.log.buffers import Buffer
from screens.log.pane import LogPane
from screens.log.screen import LOG_KEYS
from screens.widgets.chrome import WIDE, key
from screens.widgets.lines import fitted
from screens.widgets.lists import RowList
from screens.widgets.panes import Pane
from screens.widgets.symbols import COLOURS, Mark, signs

Entry = Line | CommandStarted | TaskStarted
TITLES: Final = {step.name: step.title for step in STEPS}
_EVERY: Final = "every"
NARROW, WIDER = 36, 48
"""Columns of the lists beside the log, on a narrow and on a wide terminal."""
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
    RunPart .lists {{ width: {NARROW}; }}
    RunPart #machines-pane {{ height: auto; max-height: 40%; }}
    RunPart #steps-pane {{ height: 1fr; }}
    RunPart RowList {{ height: auto; max-height: 100%; }}
    RunPart LogPane {{ width: 1fr; }}
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("c", "commands", "Commands", tip="Show only the commands that the machine was given, and all lines again."),
        *log_keys(),
    ]

    def __init__(self, cluster: Cluster, watch: Watch) -> None:
        super().__init__(cluster, watch, "Run")
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
            yield LogPane(self.cluster.name)

    def opened(self) -> None:
        """Read the run, and take the focus."""
        self.query_one("#machines", RowList).focus()
        self._reread()

    def look(self, _seen: Seen, /) -> None:
        """Read the run again while it goes on."""
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
        """The columns of a row, without the frame and the mark of the chosen one."""
        return (WIDER if self.app.size.width >= WIDE else NARROW) - 6

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
        pane.border_subtitle = f"{_SAME} nothing to change" if same else ""
        self._read_log(machine, run.began)

    @on(OptionList.OptionHighlighted, "#steps")
    def _show_log(self) -> None:
        if self._of != self.machine:
            return
        chosen = (self.machine, self.step, self._commands)
        self._shown = self._shown.followed(chosen, tuple(filter(self._wanted, self._entries)))
        title = f"{self.machine} {signs().here} {TITLES.get(self.step, self.step)}" if self.step else self.machine
        self.pane.show(f"{title}: commands" if self._commands else title, self._shown.buffer, self.machine)

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

    def action_commands(self) -> None:
        """Show only commands, or everything again."""
        self._commands = not self._commands
        self._show_log()


_MARKS: Final[dict[Outcome | None, Mark]] = {
    Outcome.DONE: "done",
    Outcome.UNCHANGED: "done",
    Outcome.FAILED: "failed",
    Outcome.BLOCKED: "waiting",
}
_SAME: Final = "="
"""Stands before the seconds of a step that had nothing to change."""


def step_row(ran: Ran, width: int, *, ended: bool) -> Content:
    """Return a step's row: its sign, its title, its seconds or what became of it."""
    mark = _MARKS.get(ran.outcome, "attention" if ended else "running")
    last = f"{_SAME if ran.outcome is Outcome.UNCHANGED else ''} {ran.seconds:.1f} s"
    if ran.outcome is None:
        last = "cut short" if ended else "running"
    elif ran.outcome is Outcome.BLOCKED:
        last = "not begun"
    title = fitted(TITLES.get(ran.task.step, ran.task.step), max(4, width - len(last) - 3))
    return Content.assemble((f"{signs().of(mark)} ", COLOURS[mark]), title, (f" {last}", "dim"))


def machine_row(name: str, ran: Sequence[Ran], width: int) -> Content:
    """Return a machine's row: its sign, its name, how many steps are done, and the time that they took."""
    failed = any(each.outcome is Outcome.FAILED for each in ran)
    done = sum(each.outcome in {Outcome.DONE, Outcome.UNCHANGED} for each in ran)
    mark: Mark = "failed" if failed else "done" if done == len(ran) else "attention"
    last = f"{done}/{len(ran)} {duration(sum(each.seconds for each in ran)):>6}"
    return Content.assemble(
        (f"{signs().of(mark)} ", COLOURS[mark]), fitted(name, max(4, width - len(last) - 3)), (f" {last}", "dim")
    )
