"""The screen of something done to a cluster, with its log; leaving it does not end it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from kubetui.base.errors import KubetuiError
from kubetui.base.text import harmless
from kubetui.engine.events import CommandStarted, Event, Line, Outcome, Sink, TaskFinished, TaskStarted
from kubetui.engine.stop import Stop
from screens.log.buffers import Buffer
from screens.log.pane import LogPane
from screens.log.screen import LOG_KEYS, LogScreen
from screens.threads import EngineThread, Threads
from screens.widgets.chrome import TitleLine, key, marked

Job = Callable[[Sink, Stop], Awaitable[bool]]
"""What is done; it reports its events, and returns whether all went well."""


@dataclass(frozen=True, slots=True)
class Work:
    """Something that can be done to a cluster, in words: its name, and how it stands in each of three states.

    `log` is the title of its log.
    """

    title: str
    doing: str
    done: str
    failed: str
    job: Job
    log: str = "All machines"


Show = Callable[[Work], object]
"""Shows work, and has it done."""


class WorkScreen(LogScreen):
    """Does something to a cluster and shows its log."""

    DEFAULT_CSS = "WorkScreen LogPane { padding: 0 0 0 1; }"
    BINDINGS: ClassVar[list[BindingType]] = [key("escape", "back", "Back", display="esc"), *LOG_KEYS]

    def __init__(self, name: str, work: Work, threads: Threads, machines: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._cluster = name
        self._machines = machines
        self._work = work
        self._threads = threads
        self._buffer = Buffer()
        self._good = False
        self._thread = EngineThread(f"{work.title} {self._cluster}", self._main)

    def compose(self) -> ComposeResult:
        """Draw the screen."""
        yield TitleLine(f"{self._work.title} {self._cluster}", marked("running", self._work.doing))
        yield LogPane(self._cluster)
        yield self.foot()

    def on_mount(self) -> None:
        """Start."""
        self.pane.show(self._work.log, self._buffer, machines=self._machines)
        self._threads.start(self._thread)
        self.set_interval(1 / 4, self.look)

    def look(self) -> None:
        """Show the result once there is one."""
        if not self._thread.running:
            self.query_one(TitleLine).say(self._result())

    def _result(self) -> Content:
        return marked("done", self._work.done) if self._good else marked("failed", self._work.failed)

    async def _main(self) -> None:
        try:
            self._good = await self._work.job(self._take, Stop())
        except KubetuiError as error:
            for line in str(error).splitlines():
                self._take(Line(time.time(), self._cluster, self._work.title, harmless(f"error: {line.strip()}")))
            raise

    def _take(self, event: Event) -> None:
        match event:
            case Line() | CommandStarted() | TaskStarted():
                self._buffer.append(event)
            case TaskFinished(outcome=Outcome.FAILED):
                self._buffer.append(event)
            case _:
                pass

    def action_back(self) -> None:
        """Close what is open in the log, or go back to the cluster."""
        if not self.undo_one():
            self.app.pop_screen()
