"""Questions that a command asks on the terminal before it begins."""

from __future__ import annotations

import asyncio
import sys

import click

from kubetui.base.errors import StoppedError, UsageError
from kubetui.cli.audience import Meter, at_once, say
from kubetui.operations.boxes import offer as boxes
from kubetui.profile import credentials
from kubetui.profile.plan import Plan
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


def box(plan: Plan, *, plain: bool = False) -> Plan:
    """Return the plan with a box to start from; where none can be had, offer to build one, --yes or not.

    Raises HostError with the command that builds it when nobody can answer, StoppedError when the answer is no.
    """
    offered = asyncio.run(boxes.offer(plan))
    if offered is None:
        return plan
    if not sys.stdin.isatty():
        raise offered.refusal()
    say(offered.reason, err=True)
    if not click.confirm(offered.question, err=True):
        raise StoppedError("Nothing was done.", fix=f"To build the box later: {offered.command}")
    return asyncio.run(_built(offered, plain=plain))


async def _built(offered: boxes.Offer, *, plain: bool) -> Plan:
    stop = at_once()
    with Meter(err=True, plain=plain) as meter:
        return await boxes.accept(offered, meter.say, stop, meter)
