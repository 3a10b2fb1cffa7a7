"""The progress of a download: one line that is written over on a terminal, a line for every tenth elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType
from typing import Final, Self

from kubetui.cli.audience import complain, say

_REFRESH: Final = 0.2
"""Seconds between two updates of the line on a terminal."""


class Meter:
    """Prints progress to standard error and other lines to standard output. Calls may come from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._terminal = sys.stderr.isatty()
        self._open = False
        self._shown = 0.0
        self._tenth = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._close()

    def __call__(self, have: int, total: int | None) -> None:
        """Show how much of a download is there."""
        with self._lock:
            if self._terminal:
                self._draw(have, total)
            elif total and (tenth := 10 * have // total) > self._tenth:
                self._tenth = tenth
                complain(amount(have, total))

    def say(self, line: str) -> None:
        """Print a line of its own."""
        with self._lock:
            self._close()
            say(line)

    def _draw(self, have: int, total: int | None) -> None:
        now = time.monotonic()
        if now - self._shown < _REFRESH and have != total:
            return
        self._shown = now
        self._open = True
        sys.stderr.write(f"\r{amount(have, total)}\x1b[K")
        sys.stderr.flush()

    def _close(self) -> None:
        """End the line that is written over."""
        if self._open:
            self._open = False
            sys.stderr.write("\n")
            sys.stderr.flush()


def amount(have: int, total: int | None) -> str:
    """Return how much is there in words.

    >>> amount(150_000_000, 600_000_000)
    '  25 %, 150 of 600 MB'
    """
    if not total:
        return f"  {have / 1e6:.0f} MB"
    return f"  {100 * have // total} %, {have / 1e6:.0f} of {total / 1e6:.0f} MB"
