"""The times of a run, while it works and after it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from kubetui.base.text import duration
from kubetui.profile.words import note
from kubetui.record.gantt import summary, table
from screens.cluster.gantt import Gantt, bars_of, bars_so_far
from screens.run.session import Session
from screens.widgets.chrome import PlainScreen, TitleLine, key
from screens.widgets.panes import Pane
from screens.widgets.static import Static


class TimesScreen(PlainScreen):
    """Shows when each task began and ended; the critical path once the run has ended."""

    DEFAULT_CSS = """
    TimesScreen > #summary { height: auto; padding: 0 2; }
    TimesScreen > Pane { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("y", "copy", "Copy", tip="Copy the times as a table."),
        key("escape", "back", "Back", display="esc", tip="Go back to the run."),
        key("question_mark,f1", "keys", "Help", display="?", tip="This list."),
    ]

    def __init__(self, session: Session, now: Callable[[], float] = time.time) -> None:
        super().__init__()
        self._session = session
        self._now = now
        self._ended = False

    def compose(self) -> ComposeResult:
        """Draw the screen."""
        head = TitleLine(f"Times of {self._session.profile.name}")
        head.note = note(self._session.profile)
        yield head
        yield Static("", id="summary", markup=False)
        yield Pane("Tasks", Gantt())
        yield self.foot()

    def on_mount(self) -> None:
        """Show the times, again every second while the run works."""
        self.query_one(Gantt).focus()
        self.look()
        self.set_interval(1, self.look)

    def look(self) -> None:
        """Draw what has changed."""
        if self._ended:
            return
        session, chart = self._session, self.query_one(Gantt)
        session.drain()
        timings = session.recorder.timings()
        if timings is not None:
            self._ended = True
            chart.show(bars_of(timings), timings.seconds, session.buffers)
            self._say(f"* {summary(timings)}")
        elif session.progress.began:
            now = self._now()
            chart.show(bars_so_far(session.progress, now), now - session.progress.began, session.buffers)
            self._say(f"{duration(now - session.progress.began)} so far. The critical path is known at the end.")
        self.refresh_bindings()

    def _say(self, text: str) -> None:
        self.query_one("#summary", Static).say(Content(text))

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Offer the table once the run has ended."""
        return self._ended if action == "copy" else True

    def action_copy(self) -> None:
        """Copy the times as a table."""
        timings = self._session.recorder.timings()
        if timings is not None:
            self.app.copy_to_clipboard(table(timings))
            self.notify("Copied.")
