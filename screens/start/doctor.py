"""This host: every check with what was found, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content

from kubetui.base.check import Check, blocking
from kubetui.base.text import counted
from screens.host import Host
from screens.widgets.chrome import PlainScreen, TitleLine, key, marked
from screens.widgets.static import Static
from screens.wizard.reviewtext import all_checks

Checks = tuple[Check, ...]


class HostScreen(PlainScreen):
    """Shows the checks that `kubetui doctor` makes, the failed ones first.

    `checks` are the last results, if there are any; `learn` is told about new ones.
    """

    DEFAULT_CSS = """
    HostScreen #checks { height: 1fr; padding: 1 1; scrollbar-size-vertical: 1; }
    HostScreen #checks > Static { height: auto; max-width: 110; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("r", "look", "Check again", tip="Check this host again."),
        key("y", "copy", "Copy", tip="Copy what to do about each check."),
        key("escape", "back", "Back", display="esc", tip="Go back one screen."),
        key("question_mark,f1", "keys", "Help", display="?", tip="This list."),
    ]

    def __init__(self, host: Host, checks: Checks | None, learn: Callable[[Checks], object]) -> None:
        super().__init__()
        self._host = host
        self._learn = learn
        self._checks = checks

    def compose(self) -> ComposeResult:
        """Draw the screen."""
        yield TitleLine("This host")
        with VerticalScroll(id="checks"):
            yield Static("", markup=False)
        yield self.foot()

    def on_mount(self) -> None:
        """Show the last results, or check now."""
        self.query_one("#checks").focus()
        if self._checks is None:
            self.action_look()
        else:
            self._show(self._checks)

    def action_look(self) -> None:
        """Check this host again."""
        self._checks = None
        self.query_one(TitleLine).say(marked("running", "checking this host"))
        self.look()

    @work(exclusive=True)
    async def look(self) -> None:
        """Run every check."""
        checks = await self._host.checks(None)
        self._learn(checks)
        self._show(checks)

    def _show(self, checks: Checks) -> None:
        self._checks = checks
        failed = blocking(checks)
        warned = [check for check in checks if check.status == "warning"]
        right = marked("done", "ready")
        if failed:
            right = marked("failed", f"{counted(len(failed), 'thing')} to fix")
        elif warned:
            right = marked("attention", f"ready, with {counted(len(warned), 'warning')}")
        self.query_one(TitleLine).say(right)
        last = Content.styled("\nThe same without the wizard: kubetui doctor", "dim")
        self.query_one("#checks > Static", Static).update(Content("\n").join([all_checks(checks), last]))

    def action_copy(self) -> None:
        """Copy the advice of every check that is not ok."""
        advice = [check.fix for check in self._checks or () if check.fix]
        if not advice:
            self.notify("There is nothing to do.", markup=False)
            return
        self.app.copy_to_clipboard("\n".join(advice))
        self.notify("Copied what to do.", markup=False)
