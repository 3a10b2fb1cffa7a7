"""Colours, and a pager where a person reads."""

from __future__ import annotations

import os
import shutil
import sys
from typing import Final, Literal, TextIO, get_args

import click

Color = Literal["auto", "always", "never"]
_LESS: Final = "-FRX"
"""less ends by itself where all fits on the screen, shows colours, and leaves the text there (less(1))."""


def color_option() -> click.Option:
    """Return the option --color, which acts as it is read."""
    return click.Option(
        ["--color"],
        type=click.Choice(get_args(Color)),
        default="auto",
        expose_value=False,
        is_eager=True,
        callback=_choose,
        help="Whether to write colours: where a terminal shows them (auto), always or never.",
    )


def _choose(ctx: click.Context, _option: click.Parameter, value: Color) -> None:
    said = ctx.get_parameter_source("color") is click.core.ParameterSource.COMMANDLINE
    if not said and (value == "auto" or ctx.parent is not None):
        # what was said before a command's name takes precedence over a variable, which has been read there
        return
    ctx.color = {"auto": None, "always": True, "never": False}[value]
    if value == "never":
        # for the wizard, and for programs that are started
        os.environ["NO_COLOR"] = "1"
    elif value == "always":
        os.environ.pop("NO_COLOR", None)


def colored(stream: TextIO) -> bool:
    """Return whether colours are written to a stream: as --color says, else to terminals unless NO_COLOR is set."""
    context = click.get_current_context(silent=True)
    if context is not None and context.color is not None:
        return context.color
    return stream.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("NO_COLOR")


def paged(text: str) -> None:
    """Write a result to standard output; through $PAGER, or less, where a person reads more than a screen of it."""
    lines = shutil.get_terminal_size().lines
    if sys.stdin.isatty() and sys.stdout.isatty() and text.count("\n") >= lines:
        os.environ.setdefault("LESS", _LESS)
        click.echo_via_pager(text)
    else:
        click.echo(text, nl=False)
