"""Output to someone who may go away: a terminal that is closed, `kubetui up lab | head`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

import click

from kubetui.base.text import harmless
from kubetui.cli.output import Output
from kubetui.engine.events import Event
from kubetui.engine.stop import Stop


class Attended:
    """Wraps an output: when its reader goes away, it falls silent and calls `gone`. The run itself continues."""

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
    """Redirect a stream to /dev/null; otherwise Python fails on the lost reader again as it exits."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def say(line: str, *, err: bool = False) -> None:
    """Print a progress line to standard output or standard error; fall silent for good once the reader is gone.

    A reader who leaves is no reason to stop the work halfway.
    """
    try:
        click.echo(harmless(line), err=err)
    except OSError:
        silence(sys.stderr if err else sys.stdout)


def complain(text: str) -> None:
    """Print to standard error, if somebody still reads it."""
    with suppress(OSError):
        click.echo(text, err=True)


@contextmanager
def followed(output: Output) -> Iterator[tuple[Attended, Stop]]:
    """Yield an output for a run, and a stop that a signal or the loss of the reader requests.

    The first signal stops the run gently, the second at once.
    """
    stop = Stop()
    # after the terminal is closed nobody can press Ctrl+C a second time, so it never stops at once
    on_signals(_stopper(stop), hung_up=stop.wish)

    def unread() -> None:
        if not stop.requested:
            complain("Nobody reads this output any more. Stopping: finishing running steps.")
        stop.wish()

    attended = Attended(output, sys.stdout, unread)
    try:
        yield attended, stop
    finally:
        attended.close()


def on_signals(asked: Callable[[], None], *, hung_up: Callable[[], None]) -> None:
    """Call `asked` on SIGINT and SIGTERM, and `hung_up` on SIGHUP unless nohup ignores it."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, asked)
    # nohup ignores SIGHUP for the programs that it starts, and that is what the person wants
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        loop.add_signal_handler(signal.SIGHUP, hung_up)


def _stopper(stop: Stop) -> Callable[[], None]:
    def request() -> None:
        if not stop.requested:
            complain("\nStopping: finishing running steps; press Ctrl+C again to stop now.")
        stop.request()

    return request
