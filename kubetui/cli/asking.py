"""What a command asks on the terminal before it begins."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from kubetui.base.errors import StoppedError, UsageError
from kubetui.profile import credentials
from kubetui.profile.schema.profile import Profile

if TYPE_CHECKING:
    pass


def confirmed(question: str, *, yes: bool) -> None:
    """Go on if the person agrees, or has agreed on the command line.

    Raises UsageError where no one can answer, StoppedError where the answer is no.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(f"{question} No one can answer here.", fix="Say --yes if that is what you want.")
    if not click.confirm(question):
        raise StoppedError("Nothing was done.")


def passwords(profile: Profile) -> None:
    """Ask for the passwords that a run of the profile needs and that are not known yet, without showing what is typed.

    Raises ProfileError where no one can answer.
    """
    if sys.stdin.isatty():
        for place in credentials.missing(profile):
            typed = click.prompt(f"Password for {place}", "", hide_input=True, show_default=False, err=True)
            credentials.tell(place, typed)
    credentials.of_run(profile)
