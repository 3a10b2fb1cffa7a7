"""Output to someone who may go away: a terminal that is closed, `kubetui up lab | head`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Final, Self, TextIO, TypeVar

import click

from kubetui.base.text import duration, harmless
from kubetui.cli.output import Output
from kubetui.engine.events import Event
from kubetui.engine.stop import Stop

T = TypeVar("T")
_REFRESH: Final = 0.2
"""Seconds between two updates of a download's line on a terminal."""


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


def say(line: str) -> None:
    """Print what a person wants to know of the work to standard error; fall silent for good once the reader is gone.

    A reader who leaves is no reason to stop the work halfway.
    """
    _print(line, err=True)


def tell(line: str) -> None:
    """Print a line of a result to standard output, as `say` does to standard error."""
    _print(line, err=False)


def _print(line: str, *, err: bool) -> None:
    try:
        click.echo(harmless(line), err=err)
    except OSError:
        silence(sys.stderr if err else sys.stdout)


def complain(text: str) -> None:
    """Print to standard error, if somebody still reads it."""
    with suppress(OSError):
        click.echo(text, err=True)


@contextmanager
def followed(output: Output, timeout: int | None = None) -> Iterator[tuple[Attended, Stop]]:
    """Yield an output for a run, and a stop that a signal, the loss of the reader or `timeout` seconds request.

    The first signal stops the run gently, the second at once.
    """
    stop = Stop()
    # after the terminal is closed nobody can press Ctrl+C a second time, so it never stops at once
    on_signals(_stopper(stop), hung_up=stop.wish)

    def unread() -> None:
        if not stop.requested:
            complain("Nobody reads this output any more. Stopping: finishing running steps.")
        stop.wish()

    def late() -> None:
        if not stop.requested:
            what = f"The time of --timeout is over: {duration(timeout or 0)}."
            complain(f"\n{what} Stopping: finishing running steps; press Ctrl+C to stop now.")
        # never at once: only a person asks for that
        stop.wish()

    attended = Attended(output, output.stream, unread)
    timer = asyncio.get_running_loop().call_later(timeout, late) if timeout else None
    try:
        yield attended, stop
    finally:
        if timer is not None:
            timer.cancel()
        attended.close()


def at_once() -> Stop:
    """Return a stop that a signal or a closed terminal requests, without waiting for what runs."""
    stop = Stop()
    on_signals(stop.at_once, hung_up=stop.at_once)
    return stop


def awaited(work: Callable[[], Awaitable[T]]) -> T:
    """Carry out work that a signal or a closed terminal cuts short, and return its result."""

    async def working() -> T:
        with at_once().cancels_this():
            return await work()

    return asyncio.run(working())


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


class Overwritten:
    """One line of standard error that is written over, from any thread, on a terminal and unless `plain`."""

    def __init__(self, *, plain: bool = False) -> None:
        self.possible = sys.stderr.isatty() and not plain
        self._lock = threading.Lock()
        self._open = False
        self._shown = 0.0

    def show(self, text: str, *, last: bool = False) -> None:
        """Write the line anew, unless that was a moment ago and it is not the `last`."""
        with self._lock:
            now = time.monotonic()
            if now - self._shown < _REFRESH and not last:
                return
            self._shown = now
            self._open = True
            sys.stderr.write(f"\r{text}\x1b[K")
            sys.stderr.flush()

    def end(self) -> None:
        """End the line, so that another one can follow."""
        with self._lock:
            if self._open:
                self._open = False
                sys.stderr.write("\n")
                sys.stderr.flush()


class Meter:
    """Prints a download's progress and other lines to standard error, from any thread.

    On a terminal it is one line that is written over, elsewhere and where `plain` a line for every tenth.
    """

    def __init__(self, *, plain: bool = False) -> None:
        self._line = Overwritten(plain=plain)
        self._tenth = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._line.end()

    def __call__(self, have: int, total: int | None) -> None:
        """Show how much of a download is there."""
        if self._line.possible:
            self._line.show(amount(have, total), last=have == total)
        elif total and (tenth := 10 * have // total) > self._tenth:
            self._tenth = tenth
            complain(amount(have, total))

    def say(self, line: str) -> None:
        """Print a line of its own."""
        self._line.end()
        say(line)


def amount(have: int, total: int | None) -> str:
    """Return how much is there in words.

    >>> amount(150_000_000, 600_000_000)
    '  25 %, 150 of 600 MB'
    """
    if not total:
        return f"  {have / 1e6:.0f} MB"
    return f"  {100 * have // total} %, {have / 1e6:.0f} of {total / 1e6:.0f} MB"
