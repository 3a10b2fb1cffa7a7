"""The wizard's app: its theme, its background work, and how its screens follow each other."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.events import Event, Resize
from textual.screen import Screen
from textual.theme import Theme

from kubetui.base.crash import report
from kubetui.base.errors import KubetuiError, StoppedError
from screens.start.screen import StartScreen
from screens.terminal.ability import give_size, need_drawing
from screens.terminal.heldkeys import HeldKeys
from screens.terminal.kept import keep_theme, kept_theme
from screens.terminal.outlet import TerminalDriver
from screens.terminal.picture import save_picture
from screens.terminal.theme import STYLES, TERMINAL, tokens
from screens.threads import Threads
from screens.widgets.chrome import SMALLEST, TooSmall, fits
from screens.widgets.keys import PALETTE, key
from screens.widgets.navigation import ChooseAction, DestroyCluster, GoHome, OpenCluster, StartRun
from screens.widgets.palette import Actions

if TYPE_CHECKING:
    from kubetui.machines.hosts.access import Access
    from screens.host import Host


class KubetuiApp(App[int]):
    """The wizard. Tests replace `host`; `new` starts a new cluster at once.

    The first frame must not wait for pydantic or asyncssh, so screens that need them are imported when they open.
    """

    TITLE = "kubetui"
    CSS = STYLES
    SUSPENDED_SCREEN_CLASS = "-screen-suspended"
    ENABLE_COMMAND_PALETTE = True
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {Actions}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Leave", show=False, priority=True, tooltip="Leave kubetui from anywhere."),
        key(
            "ctrl+p",
            PALETTE,
            "All actions",
            display="ctrl+p",
            tip="Search everything that can be done here.",
            first=True,
        ),
    ]

    def __init__(self, host: Host | None = None, *, new: bool = False) -> None:
        # set here, because Textual decides how to remove colours before it knows the theme
        colourless = "NO_COLOR" in os.environ
        super().__init__(driver_class=TerminalDriver, ansi_color=True if colourless else None)
        self.threads = Threads()
        self._new = new
        self._held = HeldKeys(self)
        self._host = host
        self.register_theme(TERMINAL)
        kept = "" if colourless else kept_theme()
        self.theme = kept if kept in self.available_themes else TERMINAL.name
        self._kept = self.theme

    def get_css_variables(self) -> dict[str, str]:
        """Return the variables of the theme, with the tokens that Textual's themes lack."""
        given = super().get_css_variables()
        self.theme_variables = {**given, **tokens(self.current_theme, given)}
        return self.theme_variables

    def find_host(self) -> Host:
        """Return what answers for this computer."""
        from screens.host import Host  # noqa: PLC0415 - loads pydantic

        return self._host or Host()

    def get_default_screen(self) -> Screen[None]:
        """Return the start screen, and hold keys until it has its list."""
        self._held.hold()
        return StartScreen(self.find_host, self._held.release, new=self._new)

    def on_mount(self) -> None:
        """Restore the terminal on SIGTERM and SIGHUP, too; remember a theme that is chosen from now on."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.exit, StoppedError.exit_code)
        self.theme_changed_signal.subscribe(self, self._keep_theme)

    def _keep_theme(self, theme: Theme) -> None:
        if theme.name == self._kept:
            return
        self._kept = theme.name
        try:
            keep_theme(theme.name)
        except (KubetuiError, OSError) as error:
            self.notify(f"It is used until kubetui ends. {error}", title="Theme not kept", severity="warning")

    async def on_event(self, event: Event) -> None:
        """Handle an event, unless it has to wait for the start screen."""
        if not self._held.keeps(event):
            await super().on_event(event)

    def on_resize(self, event: Resize) -> None:
        """Ask for a larger window where this one is too small."""
        if not fits(event.size.width, event.size.height) and not isinstance(self.screen, TooSmall):
            self.push_screen(TooSmall())

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        """Save a picture of the screen, and say where it is; both arguments are Textual's and unused."""
        del filename, path
        self.call_after_refresh(self._take_picture)

    def _take_picture(self) -> None:
        try:
            found = save_picture(self.export_screenshot())
        except (KubetuiError, OSError) as error:
            self.notify(str(error), title="No screenshot", severity="error", markup=False)
        else:
            self.notify(str(found), title="Screenshot", markup=False)

    def pop_screen(self) -> AwaitComplete:
        """Close the screen on top; notices of what was done there go with it, unless it is a dialog."""
        if not self.screen.is_modal:
            self.clear_notifications()
        return super().pop_screen()

    @on(GoHome)
    def go_home(self) -> None:
        """Close every screen above the start screen."""
        while len(self.screen_stack) > 1:
            self.pop_screen()

    @on(StartRun)
    def start_run(self, wanted: StartRun) -> None:
        """Start a run, or show it."""
        from screens.run.begin import start_run  # noqa: PLC0415 - loads the engine

        start_run(self.app, wanted.plan, self.threads, wanted.yours)

    @on(OpenCluster)
    def open_cluster(self, wanted: OpenCluster) -> None:
        """Show a cluster, or the run that builds it here."""
        from kubetui.profile.plan import Plan  # noqa: PLC0415 - loads pydantic
        from screens.cluster.screen import ClusterScreen  # noqa: PLC0415
        from screens.run.session import Session  # noqa: PLC0415 - loads the engine

        self.go_home()
        session = self.threads.find(Session, wanted.name)
        if session is not None:
            self.start_run(StartRun(Plan(session.profile)))
            return
        self.push_screen(ClusterScreen(wanted.name, built=wanted.built))

    @on(ChooseAction)
    def choose_action(self, wanted: ChooseAction) -> None:
        """Let the person choose what to do to a cluster."""
        from screens.cluster.doing.actions import choose_action  # noqa: PLC0415 - loads pydantic

        choose_action(self.app, wanted.state, self.threads)

    @on(DestroyCluster)
    def destroy_cluster(self, wanted: DestroyCluster) -> None:
        """Ask for confirmation, then destroy a cluster."""
        from screens.cluster.doing.destroying import DestroyScreen  # noqa: PLC0415 - loads pydantic
        from screens.cluster.doing.removal import confirm_destroy  # noqa: PLC0415

        def destroy(access: Access | None) -> None:
            self.go_home()
            self.push_screen(DestroyScreen(wanted.name, self.threads, access))

        confirm_destroy(self.app, wanted.name, destroy)

    def _fatal_error(self) -> None:
        """Report an unexpected error. Textual's own report shows the values of variables, which may be secret."""
        error = sys.exc_info()[1] or self._exception or RuntimeError()
        self._exit_renderables.append(Text(report(error)))
        self._close_messages_no_wait()


def run(*, new: bool = False) -> int:
    """Open the wizard, with `new` on its first page; wait for its background work, and return the exit code.

    Raises KubetuiError for a terminal that cannot draw.
    """
    need_drawing()
    give_size(*SMALLEST)
    app = KubetuiApp(new=new)
    try:
        code = app.run()
    finally:
        if app.threads.running:
            _ignore_hangup()
            app.threads.finish(_say)
    return (app.return_code or 0) if code is None else code


def _ignore_hangup() -> None:
    """Survive SIGHUP and treat SIGTERM as Ctrl+C: the defaults, which Textual restores, would abandon Vagrant."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _say(text: str) -> None:
    """Print a line; the terminal may be gone."""
    with suppress(OSError):
        print(text, file=sys.stderr)  # noqa: T201 - the screen has closed
