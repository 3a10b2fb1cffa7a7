"""Output to someone who may go away: a terminal that is closed, `kubetui up lab | head`."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kubetui.cli import output as render
from kubetui.engine.stop import Stop

if TYPE_CHECKING:
    pass

import os
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


@contextmanager
def followed(output: render.Output) -> Iterator[tuple[Attended, Stop]]:
    """Give an output for a run, and what stops that run: that nobody follows the output, or a signal.

    The first signal stops it gently, the next one at once.
    """
    stop = Stop()
    # after a closed terminal nobody is there any more to ask for it twice
    on_signals(_stopper(stop), hung_up=stop.wish)

    def unread() -> None:
        if not stop.requested:
            complain("Nobody reads what is said here any more. Stopping: what runs comes to its end.")
        stop.wish()

    attended = Attended(output, sys.stdout, unread)
    try:
        yield attended, stop
    finally:
        attended.close()


def on_signals(asked: Callable[[], None], *, hung_up: Callable[[], None]) -> None:
    """Call `asked` on SIGINT and SIGTERM, `hung_up` on SIGHUP unless nohup ignores it."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, asked)
    # nohup ignores it for the programs that it starts, and that is what the person wants
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        loop.add_signal_handler(signal.SIGHUP, hung_up)


def _stopper(stop: Stop) -> Callable[[], None]:
    def request() -> None:
        if not stop.requested:
            complain("\nStopping: what runs comes to its end. Once more stops at once.")
        stop.request()

    return request
