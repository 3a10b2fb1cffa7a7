"""The title line of a run: the cluster's name, a progress bar over all machines, and the times."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content

from kubetui.profile.words import note
from screens.run.session import Session
from screens.widgets.chrome import Head
from screens.widgets.symbols import plain_signs


class RunHead(Head):
    """Shows the session that `session` returns, which a retry replaces, and `status` on the right."""

    def __init__(self, session: Callable[[], Session], status: Callable[[], Content]) -> None:
        super().__init__()
        self._session = session
        self._status = status
        self._drawn: Content | None = None
        self.note = note(session().profile)

    def look(self) -> None:
        """Draw it again if it has changed."""
        line = self.line()
        if self._drawn is None or not self._drawn.is_same(line):
            self._drawn = line
            self.redraw()

    def line(self) -> Content:
        """Return the upper row."""
        session = self._session()
        progress = session.progress
        total = len(progress.tasks)
        name = Content.styled(session.profile.name, "bold $accent")
        right = Content.assemble(f"{progress.done} of {total}   " if total else "", self._status())
        width = max(8, self.size.width - 6 - name.cell_length - right.cell_length)
        filled = width * progress.done // total if total else 0
        full, empty = ("#", ".") if plain_signs() else ("━", "─")
        return Content.assemble(name, "  ", (full * filled, "$accent"), (empty * (width - filled), "dim"), "  ", right)
