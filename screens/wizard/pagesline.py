"""The line at the top of the wizard that shows its pages."""

from __future__ import annotations

from collections.abc import Callable, Collection

from textual.app import App
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.screen import Screen

from kubetui.profile.questions.pages import pages
from screens.widgets.chrome import Head
from screens.widgets.symbols import COLOURS, Mark, signs

LATER = ("Review", "Run", "Cluster")
"""The screens after the pages of questions."""


def stages() -> tuple[str, ...]:
    """Return every page's title, in order."""
    return (*(page.title for page in pages()), *LATER)


class PagesLine(Head):
    """Shows the current page among all, and ticks those before it that were seen.

    A click on one goes to it, if it is an earlier one or comes before the run.
    """

    class Wanted(Message):
        """Another page was clicked."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, current: int, seen: Collection[int]) -> None:
        super().__init__()
        self.current = current
        self._seen = seen

    def line(self) -> Content:
        """Return the pages with their marks."""
        parts: list[Content] = []
        for index, title in enumerate(stages()):
            done = index < self.current and index in self._seen
            mark: Mark = "done" if done else "running" if index == self.current else "waiting"
            style = "" if done else f"{'bold ' if index == self.current else ''}{COLOURS[mark]}"
            sign = Content.styled(signs().of(mark), COLOURS[mark])
            parts += [sign, Content.styled(f" {title}", style), Content.styled(f" {signs().line * 2} ", "dim")]
        return Content("").join(parts[:-1])

    def on_click(self, event: Click) -> None:
        """Ask for the clicked page."""
        end = 1
        for index, title in enumerate(stages()):
            end += len(title) + 2
            if event.x < end:
                if index != self.current:
                    self.post_message(self.Wanted(index))
                return
            end += 4


def go_back(app: App[object], index: int, make: Callable[[int], Screen[None]]) -> None:
    """Show an earlier page: the one that is open below, or one that `make` returns, in place of the current screen."""
    while _place(app.screen_stack[-2]) >= index:
        app.pop_screen()
    if _place(app.screen) != index:
        app.switch_screen(make(index))


def _place(screen: Screen[object]) -> int:
    """Return which page a screen is; -1 for one that is none."""
    return next((line.current for line in screen.query(PagesLine)), -1)
