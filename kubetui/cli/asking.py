"""Questions that a command asks on the terminal before it begins, and answers for steps that are the person's."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import click

from kubetui.base.errors import StoppedError, UsageError
from kubetui.cli.audience import Meter, at_once, say
from kubetui.engine.events import Event, Sink, TaskId, TurnState, YourTurn
from kubetui.engine.turns import Answer, Turns
from kubetui.operations import addons
from kubetui.operations.boxes import offer as boxes
from kubetui.operations.turns import Offer, offers
from kubetui.profile import credentials
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile

ANSWERS: Final = "Type done, hint, or do it for me."


def confirmed(question: str, *, yes: bool) -> None:
    """Return if the person agrees, now or with --yes.

    Raises UsageError when nobody can answer, StoppedError when the answer is no.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError(f"{question} Nobody can answer here.", fix="Add --yes to agree.")
    if not click.confirm(question, err=True):
        raise StoppedError("Nothing was done.")


def removal(profile: Profile, *, yes: bool) -> None:
    """Ask before a run removes the add-ons that a profile no longer has. Raises as `confirmed` does."""
    going = addons.going(profile)
    for each in going:
        say(f"  {each.name}  {each.addon.title} is removed, with its objects, images and folders")
    if going:
        confirmed(f"Remove {', '.join(each.name for each in going)} from {profile.name}?", yes=yes)


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
    say(offered.reason)
    if not click.confirm(offered.question, err=True):
        raise StoppedError("Nothing was done.", fix=f"To build the box later: {offered.command}")
    return asyncio.run(_built(offered, plain=plain))


async def _built(offered: boxes.Offer, *, plain: bool) -> Plan:
    stop = at_once()
    with Meter(plain=plain) as meter:
        return await boxes.accept(offered, meter.say, stop, meter)


class Dialogue:
    """Says on standard error what waits for the person, one task after the other, and passes on what they answer."""

    def __init__(self, plan: Plan, turns: Turns) -> None:
        self._cluster = plan.profile.name
        self._turns = turns
        self._offers = {each.task: each for each in offers(plan)}
        self._waiting: list[TaskId] = []
        self._hinted: set[TaskId] = set()
        self._typed = b""

    def around(self, sink: Sink) -> Sink:
        """Return a sink that passes every event on, and speaks about turns."""

        def take(event: Event) -> None:
            sink(event)
            if isinstance(event, YourTurn):
                self._follow(event)

        return take

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Read answers while this lasts. Raises UsageError when standard input can be neither typed into nor piped."""
        loop, source = asyncio.get_running_loop(), sys.stdin.fileno()
        try:
            loop.add_reader(source, self._read, source)
        except OSError:
            fix = "Run it in a terminal, or through a pipe."
            raise UsageError("Nobody can answer for the steps that are yours.", fix=fix) from None
        try:
            yield
        finally:
            loop.remove_reader(source)

    def _follow(self, event: YourTurn) -> None:
        match event.state:
            case TurnState.WAITING:
                self._waiting.append(event.task)
                if len(self._waiting) == 1:
                    self._introduce(self._offers[event.task])
            case TurnState.MISSING:
                _say(f"Not yet: {event.text}", ANSWERS)
            case TurnState.DONE | TurnState.LEFT:
                self._waiting.remove(event.task)
                _say("It is done." if event.state is TurnState.DONE else "kubetui does it.")
                if self._waiting:
                    self._introduce(self._offers[self._waiting[0]])

    def _introduce(self, offer: Offer) -> None:
        machine = offer.task.machine
        _say(
            "",
            f"Your turn on {machine}: {offer.title}.",
            f"Goal: {offer.goal}",
            f"In another terminal: kubetui ssh {self._cluster} {machine}, and there: sudo -i",
            ANSWERS,
        )

    def _read(self, source: int) -> None:
        data = os.read(source, 4096)
        if not data:
            # nobody is there any more
            asyncio.get_running_loop().remove_reader(source)
            for offer in self._offers:
                self._turns.leave(offer)
            return
        *lines, self._typed = (self._typed + data).split(b"\n")
        for line in lines:
            self._heard(line.decode(errors="replace").strip().lower())

    def _heard(self, text: str) -> None:
        if not self._waiting:
            _say("Nothing waits for you now.")
            return
        task = self._waiting[0]
        match text:
            case "done":
                self._turns.answer(task, Answer.DONE)
            case "do it for me" | "do it":
                self._turns.leave(task)
            case "hint":
                self._hint(self._offers[task])
            case _:
                _say(ANSWERS)

    def _hint(self, offer: Offer) -> None:
        """Give a word first, then the commands."""
        if offer.task not in self._hinted:
            self._hinted.add(offer.task)
            _say(f"Hint: {offer.hint}. For the commands: hint")
            return
        _say("As root, for example:", *(f"  {command}" for command in offer.commands))


def _say(*lines: str) -> None:
    for line in lines:
        say(line)
