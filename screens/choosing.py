"""Asks which profile to build, where a command was called without one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import questionary
from prompt_toolkit.styles import Style

from kubetui.base.errors import StoppedError, UsageError
from kubetui.base.text import counted
from kubetui.profile.files import library
from kubetui.profile.plan import Plan
from kubetui.profile.schema.profile import Profile
from screens.terminal.ability import need_drawing

if TYPE_CHECKING:
    from prompt_toolkit.input import Input
    from prompt_toolkit.output import Output

_STYLE = Style([("qmark", ""), ("question", "bold"), ("answer", ""), ("pointer", "bold"), ("highlighted", "bold")])


def choose_profile(*, source: Input | None = None, output: Output | None = None) -> str:
    """Let the person choose one of the profiles, and return its name. Tests replace input and output.

    Raises KubetuiError on a terminal that cannot draw a list, UsageError when no profile can be read, StoppedError
    on Ctrl+C and Ctrl+D.
    """
    need_drawing()
    choices = [
        questionary.Choice(f"{entry.name:<16} {_words(entry.profile)}", value=entry.name)
        for entry in library.listing()
        if entry.profile is not None
    ]
    if not choices:
        raise UsageError("There is no profile that can be read.", fix="kubetui profiles lists them with their errors.")
    prompt = questionary.select(
        "Which profile?",
        choices,
        style=_STYLE,
        qmark="",
        instruction="(arrow keys, Enter)",
        input=source,
        output=output,
    )
    try:
        found: str = prompt.unsafe_ask()
    except (KeyboardInterrupt, EOFError):
        raise StoppedError("Nothing was done.") from None
    return found


def _words(profile: Profile) -> str:
    plan = Plan(profile)
    return f"{counted(len(plan.machines), 'machine')}, {plan.provider.title}, Kubernetes {plan.version}"
