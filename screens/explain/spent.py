"""How long a step took, in the words that stand beside it wherever steps are listed."""

from __future__ import annotations

from typing import Final

from kubetui.base.text import duration

AS_IS: Final = "as is"
"""Stands beside a step that had nothing to change."""
AS_IS_TITLE: Final = f"{AS_IS}: nothing to change"
"""What says that below a list of steps."""
AS_IS_MEANS: Final = f"“{AS_IS}” beside it: there was nothing to change."
STEP_TIP: Final = f"Show what the step does: its commands, what it changes, why. {AS_IS_MEANS}"
"""The help of the key that opens a step's page."""
LONG: Final = 60
"""Seconds from which a time is shown in minutes."""


def took(seconds: float) -> str:
    """Return how long a step took.

    >>> took(1.84), took(72.0)
    ('1.8 s', '1:12')
    """
    return f"{seconds:.1f} s" if seconds < LONG else duration(seconds)
