"""The application: its theme, its host, and how its screens follow each other. Everything else is in the screens."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import termios
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import App
from textual.binding import Binding, BindingType
from textual.events import Event, Resize
from textual.screen import Screen

from kubetui.base.crash import report
from kubetui.base.errors import StoppedError
from screens.terminal.heldkeys import HeldKeys
from screens.terminal.outlet import TerminalDriver
from screens.terminal.theme import TERMINAL, WITHOUT_COLOUR
from screens.widgets.chrome import SMALLEST, TooSmall, fits

if TYPE_CHECKING:
    # what knows profiles takes longer to import than the first frame to draw: it comes after it, in a thread
    from screens.host import Host
    from screens.wizard.draft import Draft


class KubetuiApp(App[int]):
    """The wizard. `host` answers what is asked of this host; `new` begins a new cluster at once."""

    TITLE = "kubetui"
    CSS = WITHOUT_COLOUR
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Leave", show=False, priority=True, tooltip="Leave kubetui, from everywhere."),
    ]

    def __init__(self, host: Host | None = None, *, new: bool = False) -> None:
        # Textual chooses how it takes colours away before it knows the theme
        super().__init__(driver_class=TerminalDriver, ansi_color=True if "NO_COLOR" in os.environ else None)
        self._new = new
        self.held = HeldKeys(self)
        self._host = host
        self.register_theme(TERMINAL)
        self.theme = TERMINAL.name

    @cached_property
    def host(self) -> Host:
        """What answers for this host."""
        from screens.host import Host  # noqa: PLC0415

        return self._host or Host()

    def get_default_screen(self) -> Screen[None]:
        """Return the start screen."""
        from screens.start.screen import StartScreen  # noqa: PLC0415 - what a screen needs is imported with it

        self.held.hold()
        return StartScreen(new=self._new)

    def on_mount(self) -> None:
        """Leave the terminal tidy however the end comes."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.exit, StoppedError.exit_code)

    async def on_event(self, event: Event) -> None:
        """Hand an event on, unless it has to wait."""
        if not self.held.keeps(event):
            await super().on_event(event)

    def on_resize(self, event: Resize) -> None:
        """Ask for more room where there is too little."""
        if not fits(event.size.width, event.size.height) and not isinstance(self.screen, TooSmall):
            self.push_screen(TooSmall())

    def _fatal_error(self) -> None:
        """Report an error that nobody expected. Textual's own report shows what variables held, secrets among it."""
        error = sys.exc_info()[1] or self._exception or RuntimeError()
        self._exit_renderables.append(Text(report(error)))
        self._close_messages_no_wait()

    def page(self, index: int, draft: Draft) -> Screen[None]:
        """Return the page of questions at an index, or what follows the last."""
        from kubetui.profile.questions.pages import pages  # noqa: PLC0415
        from screens.wizard.pages import PageScreen  # noqa: PLC0415
        from screens.wizard.review import ReviewScreen  # noqa: PLC0415

        return PageScreen(index, draft) if index < len(pages()) else ReviewScreen(draft)

    def save(self, draft: Draft) -> None:
        """Ask for a name and save the draft under it."""
        from screens.wizard.saving import save  # noqa: PLC0415

        save(self, draft)


def _give_size() -> None:
    """Tell a terminal that says it has no rows or columns (a serial line, a container's console) the smallest that do.

    Textual guesses two different sizes for it, and draws without end.
    """
    with suppress(termios.error):
        if 0 in termios.tcgetwinsize(sys.stderr):
            columns, rows = SMALLEST
            termios.tcsetwinsize(sys.stderr, (rows, columns))


def run(*, new: bool = False) -> int:
    """Open the wizard and return its exit code; with `new`, on the first page."""
    _give_size()
    app = KubetuiApp(new=new)
    try:
        code = app.run()
    finally:
        # only a run brings this in; without one, asyncssh is spared
        if "screens.run.session" in sys.modules:
            _outlive_the_screen()
            sys.modules["screens.run.session"].land(_say)
    return (app.return_code or 0) if code is None else code


def _outlive_the_screen() -> None:
    """Take signals after Textual has given its handlers back: one that ended us now would leave Vagrant alone."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _say(text: str) -> None:
    """Tell a person who has left the screen; the terminal itself may be gone, too."""
    with suppress(OSError):
        print(text, file=sys.stderr)  # noqa: T201
