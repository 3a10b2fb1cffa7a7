"""Output to a terminal that may have been closed: writes to it are dropped instead of raising.

Together with SIGHUP the kernel sends SIGCONT, on which Textual starts a new writer thread. A write error would end
that thread, and the wizard would wait forever for space in its queue. SIGHUP itself ends the wizard cleanly.
"""

from __future__ import annotations

from io import TextIOWrapper
from typing import TYPE_CHECKING, cast

from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from textual.app import App


class Outlet:
    """Wraps a terminal's file, and drops writes once the terminal is gone."""

    def __init__(self, file: TextIOWrapper) -> None:
        self._file = file
        self._gone = False

    def write(self, text: str) -> int:
        """Write text, unless the terminal is gone."""
        if not self._gone:
            try:
                self._file.write(text)
            except OSError:
                self._gone = True
        return len(text)

    def flush(self) -> None:
        """Flush, unless the terminal is gone."""
        if not self._gone:
            try:
                self._file.flush()
            except OSError:
                self._gone = True

    def fileno(self) -> int:
        """Return the file descriptor."""
        return self._file.fileno()


class TerminalDriver(LinuxDriver):
    """Textual's driver, writing through an `Outlet`."""

    def __init__(
        self, app: App[object], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        # Textual uses these three methods only
        self._file = cast("TextIOWrapper", Outlet(cast("TextIOWrapper", self._file)))
