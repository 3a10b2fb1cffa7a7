"""The way to a terminal that may be gone: what is written to it then is dropped, and nothing waits for it.

With SIGHUP the kernel sends SIGCONT, and Textual begins anew with another thread that writes. An error would end that
thread, and the wizard would wait for ever for room in its queue. The signal itself ends the wizard in order.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any, cast

from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from textual.app import App


class Outlet:
    """Stands before a terminal's file and takes what is written to it, whether it is there or not."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._gone = False

    def write(self, text: str) -> int:
        """Write a text, unless the terminal is gone."""
        if not self._gone:
            try:
                self._file.write(text)
            except OSError:
                self._gone = True
        return len(text)

    def flush(self) -> None:
        """Send what was written."""
        if not self._gone:
            try:
                self._file.flush()
            except OSError:
                self._gone = True

    def fileno(self) -> int:
        """Return the file's number."""
        return self._file.fileno()


class TerminalDriver(LinuxDriver):
    """Textual's own driver, with an outlet before its terminal."""

    def __init__(
        self, app: App[object], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._file: Any = Outlet(cast("IO[str]", self._file))
