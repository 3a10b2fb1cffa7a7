"""The signs for states, and plain ones for terminals without UTF-8. A sign never stands without its word."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

State = Literal["done", "running", "waiting", "attention", "failed"]


@dataclass(frozen=True, slots=True)
class Signs:
    """Every sign that is drawn."""

    done: str = "●"
    running: str = "◐"
    waiting: str = "○"
    attention: str = "▲"
    failed: str = "✕"
    here: str = "›"
    opens: str = "▾"
    line: str = "─"
    full: str = "█"
    empty: str = "░"
    down: str = "│"
    fork: str = "├"
    last: str = "└"
    tee: str = "┬"
    dot: str = "·"

    def of(self, state: State) -> str:
        """Return the sign of a state."""
        sign: str = getattr(self, state)
        return sign


UNICODE: Final = Signs()
ASCII: Final = Signs("*", "~", "o", "!", "x", ">", "v", "-", "#", ".", "|", "+", "+", "+", "-")
COLOURS: Final[Mapping[State, str]] = {
    "done": "$success",
    "running": "$accent",
    "waiting": "dim",
    "attention": "$warning",
    "failed": "$error",
}


def signs(environment: Mapping[str, str] | None = None) -> Signs:
    """Return the signs that this terminal can show.

    Where the locale says nothing UTF-8 is likely; the Linux console has it, but not these signs in its font.
    """
    env = os.environ if environment is None else environment
    locale = env.get("LC_ALL") or env.get("LC_CTYPE") or env.get("LANG") or "UTF-8"
    if env.get("TERM") in {"linux", "dumb", "vt100", "vt220"}:
        return ASCII
    return UNICODE if "utf" in locale.lower() else ASCII
