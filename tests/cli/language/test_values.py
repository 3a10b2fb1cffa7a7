"""Durations as people write them."""

from __future__ import annotations

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubetui.cli.language.values import DURATION, seconds_of


@given(st.integers(0, 99), st.integers(0, 59), st.integers(0, 59))
def test_hours_minutes_and_seconds_add_up(hours: int, minutes: int, seconds: int) -> None:
    assert seconds_of(f"{hours}h{minutes}m{seconds}s") == 3600 * hours + 60 * minutes + seconds
    assert seconds_of(f"{minutes}M") == 60 * minutes
    assert seconds_of(str(seconds)) == seconds


@pytest.mark.parametrize("text", ["", "soon", "5 m", "-1", "1.5h", "1d", "m", "5m3h", "0", "0s", "9999h", "²"])
def test_anything_else_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(click.BadParameter, match=r"Write 300, 90s, 5m or 1h30m\."):
        DURATION.convert(text, None, None)
