"""Output to someone who may go away: a terminal that is closed, `kubetui up lab | head`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TextIO

import click

from kubetui.base.text import harmless
from kubetui.cli.output import Output
from kubetui.engine.events import Event


class Attended:
    """An output that falls silent when nobody takes it any more, and calls `gone` then. The run itself goes on."""

    def __init__(self, output: Output, stream: TextIO, gone: Callable[[], None]) -> None:
        self._output = output
        self._stream = stream
        self._gone = gone

    def __call__(self, event: Event) -> None:
        """Show one event."""
        try:
            self._output(event)
        except OSError:
            self._leave()

    def close(self) -> None:
        """Leave the terminal tidy."""
        try:
            self._output.close()
        except OSError:
            self._leave()

    def _leave(self) -> None:
        silence(self._stream)
        self._gone()


def silence(stream: TextIO) -> None:
    """Lead a stream nowhere, or Python would stumble over the lost reader once more as it exits."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def say(line: str, *, err: bool = False) -> None:
    """Say a line on standard output or standard error; it falls silent for good when nobody takes it any more.

    It is for those who watch what goes on: that they left is no reason to cut it off halfway.
    """
    try:
        click.echo(harmless(line), err=err)
    except OSError:
        silence(sys.stderr if err else sys.stdout)


def complain(text: str) -> None:
    """Say something on standard error, if somebody still reads it."""
    with suppress(OSError):
        click.echo(text, err=True)
