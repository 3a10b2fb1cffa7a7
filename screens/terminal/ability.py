"""What this terminal can do."""

from __future__ import annotations

import os
import sys
import termios
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from kubetui.base.errors import KubetuiError

_CANNOT_DRAW: Final = frozenset({"", "dumb", "unknown"})
"""Rich takes a size of its own for these, and Textual that of the system: they would redraw without end."""


def need_drawing(environment: Mapping[str, str] | None = None) -> None:
    """Raise KubetuiError unless this terminal can place text anywhere."""
    kind = (os.environ if environment is None else environment).get("TERM", "")
    if kind.lower() in _CANNOT_DRAW:
        why = f"TERM is {kind}" if kind else "TERM is not set"
        fix = "For the same questions one by one, run: kubetui new --plain. Or set TERM, for example to xterm-256color."
        raise KubetuiError(f"The wizard cannot draw on this terminal: {why}.", fix=fix)


def give_size(columns: int, rows: int) -> None:
    """Set the size of a terminal that reports no rows or columns, such as a serial console.

    Textual would guess two different sizes for it and redraw without end.
    """
    with suppress(termios.error):
        if 0 in termios.tcgetwinsize(sys.stderr):
            termios.tcsetwinsize(sys.stderr, (rows, columns))
