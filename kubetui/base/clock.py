"""How far another machine's clock is off, and how to say it."""

from __future__ import annotations

from typing import Final

LEEWAY: Final = 10.0
"""Seconds that clocks may differ: a new certificate is not yet valid on a machine whose clock is behind."""
_UNITS: Final = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


def ahead(there: float, asked: float, answered: float) -> float:
    """Return by how many seconds another clock is ahead of this host's; negative when it is behind.

    `there` is its reading at some moment between this host's times `asked` and `answered`. A difference within
    that interval counts as none.
    """
    return min(there - asked, 0.0) if there < answered else there - answered


def told(seconds: float) -> str:
    """Return a difference in the largest unit of which it has two.

    >>> told(-46800.0), told(-95.0), told(2.0 * 86400), told(-86397.0)
    ('13 hours behind', '95 seconds behind', '2 days ahead', '24 hours behind')
    """
    size = round(abs(seconds))
    name, unit = next((name, unit) for name, unit in _UNITS if size >= 2 * unit or unit == 1)
    return f"{round(size / unit)} {name}s {'ahead' if seconds > 0 else 'behind'}"
