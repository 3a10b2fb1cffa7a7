"""Values that options take: durations, and assignments to fields of a profile."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import click

_UNITS: Final = {"h": 3600, "m": 60, "s": 1}
_PARTS: Final = re.compile(r"(\d+h)?(\d+m)?(\d+s)?", re.IGNORECASE)
_LONGEST: Final = 7 * 24 * 3600


if TYPE_CHECKING:
    _Seconds = click.ParamType[int]
else:
    # only newer versions of click have a parameter here
    _Seconds = click.ParamType


class Duration(_Seconds):
    """Seconds, or hours, minutes and seconds as kubectl writes them: 300, 5m, 1h30m."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the seconds."""
        seconds = seconds_of(str(value))
        if seconds is None or not 1 <= seconds <= _LONGEST:
            self.fail(f"{value!r} is no time from a second to a week. Write 300, 90s, 5m or 1h30m.", param, ctx)
        return seconds


def seconds_of(text: str) -> int | None:
    """Return the seconds that a text means, or None.

    >>> seconds_of("300"), seconds_of("1h30m"), seconds_of("soon")
    (300, 5400, None)
    """
    if text.isdecimal():
        return int(text)
    found = _PARTS.fullmatch(text)
    if not text or found is None:
        return None
    return sum(int(part[:-1]) * _UNITS[part[-1].lower()] for part in found.groups() if part)


class Lines(click.types.StringParamType):
    """A text of which there can be several: in an environment variable, one a line."""

    envvar_list_splitter = "\n"


def typed(name: str) -> bool:
    """Return whether the option of the command that runs now was typed: what a variable says gives way to that."""
    source = click.get_current_context().get_parameter_source(name)
    return source is click.core.ParameterSource.COMMANDLINE


DURATION: Final = Duration()
LINES: Final = Lines()
