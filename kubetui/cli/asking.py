"""Questions that a command asks on the terminal before it begins."""

from __future__ import annotations

import sys

import click

from kubetui.base.errors import StoppedError, UsageError
from kubetui.profile import credentials
from kubetui.profile.schema.profile import Profile


def confirmed(question: str, *, yes: bool) -> None:
    """Return if the person agrees, now or with --yes.

    Raises UsageError when nobody can answer, StoppedError when the answer is no.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(f"{question} Nobody can answer here.", fix="Add --yes to agree.")
    if not click.confirm(question):
        raise StoppedError("Nothing was done.")


def passwords(profile: Profile) -> None:
    """Ask for each unknown password that a run of the profile needs, without showing what is typed.

    Raises ProfileError when nobody can answer.
    """
    if sys.stdin.isatty():
        for place in credentials.missing(profile):
            typed = click.prompt(f"Password for {place}", "", hide_input=True, show_default=False, err=True)
            credentials.tell(place, typed)
    credentials.of_run(profile)
