"""A dialog that waits while a thread finds something out, and one that shows why it could not."""

from __future__ import annotations

from functools import partial
from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content

from kubetui.base.errors import KubetuiError
from kubetui.base.text import harmless
from screens.threads import EngineThread
from screens.widgets.chrome import key, marked
from screens.widgets.panes import Dialog
from screens.widgets.static import Static

T = TypeVar("T")


class Waiting(Dialog[T | KubetuiError | None], Generic[T]):
    """Runs `find` in a thread; closes with its result, the error that it raises, or None if the person leaves."""

    BINDINGS: ClassVar[list[BindingType]] = [key("escape", "leave", "Back", display="esc")]
    leaving: ClassVar[str] = "esc Back, nothing is done"
    """What Esc does."""

    def __init__(self, title: str, words: str, thread: str) -> None:
        super().__init__()
        self._title, self._words = title, words
        self._left = False
        self._thread = EngineThread(thread, self._main, daemon=True)

    def tell(self, words: str) -> None:
        """Show what `find` is doing now; it calls this from its thread."""
        self.app.call_from_thread(self._show, words)

    def _show(self, words: str) -> None:
        if not self._left:
            self.query_one("#words", Static).update(marked("running", harmless(words)))

    async def find(self) -> T:
        """Find the answer without changing anything; leaving the dialog cancels it."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """Draw what kubetui is doing."""
        with Vertical() as box:
            box.border_title = self._title
            yield Static(marked("running", self._words), id="words")
            yield Static(self.leaving, classes="keys", markup=False)

    def on_mount(self) -> None:
        """Start the thread."""
        self._thread.start()

    def action_leave(self) -> None:
        """Go back without an answer."""
        self._left = True
        self._thread.stop_now()
        self.dismiss(None)

    async def _main(self) -> None:
        found: T | KubetuiError
        try:
            found = await self.find()
        except KubetuiError as error:
            found = error
        self.app.call_from_thread(self._end, found)

    def _end(self, found: T | KubetuiError) -> None:
        if self._left:
            return
        if self.is_current:
            self.dismiss(found)
        else:
            # a dialog above this one is still closing
            self.set_timer(0.05, partial(self._end, found))


class Refused(Dialog[None]):
    """Shows why nothing can go ahead."""

    BINDINGS: ClassVar[list[BindingType]] = [key("escape,enter,q", "dismiss(None)", "Back", display="esc")]

    def __init__(self, error: KubetuiError) -> None:
        super().__init__()
        self._error = error

    def compose(self) -> ComposeResult:
        """Draw the findings."""
        with Vertical() as box:
            box.border_title = "Nothing was changed"
            with VerticalScroll():
                yield Static(Content(str(self._error)))
            yield Static("esc Back", classes="keys", markup=False)
