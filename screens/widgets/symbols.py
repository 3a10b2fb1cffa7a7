"""The signs that mark states, with ASCII ones for terminals without UTF-8. Each sign is shown beside a word."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from kubetui.base.check import Status

Mark = Literal["done", "running", "waiting", "attention", "failed", "yours"]


@dataclass(frozen=True, slots=True)
class Signs:
    """Every sign that the screens draw."""

    done: str = "●"
    running: str = "◐"
    waiting: str = "○"
    attention: str = "▲"
    failed: str = "✕"
    yours: str = "◆"
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

    def of(self, mark: Mark) -> str:
        """Return the sign of a mark."""
        sign: str = getattr(self, mark)
        return sign


UNICODE: Final = Signs()
ASCII: Final = Signs("*", "~", "o", "!", "x", "@", ">", "v", "-", "#", ".", "|", "+", "+", "+", "-")
OF_CHECKS: Final[Mapping[Status, Mark]] = {
    "ok": "done",
    "warning": "attention",
    "failed": "failed",
    "not checked": "waiting",
}
COLOURS: Final[Mapping[Mark, str]] = {
    "done": "$success",
    "running": "$accent",
    "waiting": "dim",
    "attention": "$warning",
    "failed": "$error",
    "yours": "$warning",
}


def signs(environment: Mapping[str, str] | None = None) -> Signs:
    """Return the signs that this terminal can show.

    UTF-8 is likely where no locale is set. The Linux console decodes UTF-8, but its font lacks these signs.
    """
    return ASCII if plain_signs(environment) else UNICODE


def plain_signs(environment: Mapping[str, str] | None = None) -> bool:
    """Tell whether this terminal shows ASCII alone."""
    env = os.environ if environment is None else environment
    locale = env.get("LC_ALL") or env.get("LC_CTYPE") or env.get("LANG") or "UTF-8"
    if env.get("TERM") in {"linux", "dumb", "vt100", "vt220"}:
        return True
    return "utf" not in locale.lower()
