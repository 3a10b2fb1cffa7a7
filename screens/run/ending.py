"""The end of a run, as a person hears of it who reads something else at that moment."""

from __future__ import annotations

from typing import Literal

from screens.run.session import Session
from screens.run.words import failed, succeeded
from screens.widgets.choose import Answer, Choose

ON, HOME = "on", "home"
"""The answers of `void`: to where the run has led, and to the start screen."""
Severity = Literal["information", "error"]


def outcome(session: Session) -> str:
    """Return in a few words how the run ended."""
    name, finished = session.profile.name, session.progress.finished
    if succeeded(session):
        return f"{name} is ready"
    if finished is not None and finished.partly:
        return f"{finished.ready} of {finished.nodes} nodes of {name} are ready"
    return f"{name} failed" if failed(session) else f"{name} has stopped"


def severity(session: Session) -> Severity:
    """Return how the notice of the end is coloured."""
    return "error" if failed(session) else "information"


def way_on(session: Session, *, leaving: bool, shown: bool, opens: bool) -> str:
    """Return what closing the page above a run that has ended leads to.

    `leaving` tells that the person chose to leave at the end, `shown` that the failure is what they read, `opens` that
    the cluster opens by itself.
    """
    if leaving:
        return "The start screen comes when you close this."
    if failed(session):
        return "r runs it again." if shown else "Close this to see what failed."
    if not succeeded(session):
        return "Close this to see the run."
    return "The cluster opens when you close this." if opens else "Close this and press esc to open it."


def void(session: Session, *, leaving: bool) -> Choose:
    """Return what replaces the question of someone who leaves, once there is no run to leave; no answer does harm.

    `leaving` tells that they had chosen to leave at the end.
    """
    on: Answer = (ON, "Open", "the cluster")
    if leaving:
        on = (ON, "Leave", "to the start screen")
    elif failed(session):
        on = (ON, "See", "what failed, and what to do")
    elif not succeeded(session):
        on = (ON, "Close", "this notice")
    home: list[Answer] = [] if leaving else [(HOME, "Leave", "to the start screen; nothing is lost")]
    return Choose(session.profile.name, f"{outcome(session)}: the run ended while you were asked.", [on, *home])
