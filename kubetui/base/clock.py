"""By how much another machine's clock is off, and how that is said."""

from __future__ import annotations

from typing import Final

LEEWAY: Final = 10.0
"""Seconds that clocks may differ: certificates of one machine are not valid yet on another that is far behind."""
_UNITS: Final = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


def ahead(there: float, asked: float, answered: float) -> float:
    """Return by how many seconds a clock is ahead of this computer's; negative when it is behind.

    `there` is what it showed at some moment between the two times of this computer. Within the time that the
    question took, nobody can tell.
    """
    return min(there - asked, 0.0) if there < answered else there - answered


def told(seconds: float) -> str:
    """Say a difference in the largest unit that there are two of.

    >>> told(-46800.0), told(-95.0), told(2.0 * 86400), told(-86397.0)
    ('13 hours behind', '95 seconds behind', '2 days ahead', '24 hours behind')
    """
    size = round(abs(seconds))
    name, unit = next((name, unit) for name, unit in _UNITS if size >= 2 * unit or unit == 1)
    return f"{round(size / unit)} {name}s {'ahead' if seconds > 0 else 'behind'}"
