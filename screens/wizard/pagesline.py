"""The line at the top of the wizard that shows its pages."""

from __future__ import annotations

from textual.content import Content
from textual.events import Click
from textual.message import Message

from kubetui.profile.questions.pages import pages
from screens.widgets.chrome import Head
from screens.widgets.symbols import COLOURS, Mark, signs

LATER = ("Review", "Run", "Cluster")
"""The screens after the pages of questions."""


def stages() -> tuple[str, ...]:
    """Return every page's title, in order."""
    return (*(page.title for page in pages()), *LATER)


class PagesLine(Head):
    """Shows the current page among all; a click on one goes to it, if it is an earlier one or comes before the run."""

    class Wanted(Message):
        """A later page was clicked."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, current: int) -> None:
        super().__init__()
        self.current = current

    def line(self) -> Content:
        """Return the pages with their marks."""
        parts: list[Content] = []
        for index, title in enumerate(stages()):
            mark: Mark = "done" if index < self.current else "running" if index == self.current else "waiting"
            style = "" if index < self.current else f"{'bold ' if index == self.current else ''}{COLOURS[mark]}"
            sign = Content.styled(signs().of(mark), COLOURS[mark])
            parts += [sign, Content.styled(f" {title}", style), Content.styled(f" {signs().line * 2} ", "dim")]
        return Content("").join(parts[:-1])

    def on_click(self, event: Click) -> None:
        """Go back to the clicked page, if it is open, or ask for a later one."""
        end = 1
        for index, title in enumerate(stages()):
            end += len(title) + 2
            if event.x < end:
                self._go_to(index)
                return
            end += 4

    def _go_to(self, index: int) -> None:
        if index > self.current:
            self.post_message(self.Wanted(index))
        below = sum(bool(screen.query(PagesLine)) for screen in self.app.screen_stack) - 1
        steps = self.current - index
        for _ in range(steps if steps <= below else 0):
            self.app.pop_screen()
