"""Headless output: one line per event with a live progress line, or JSON lines."""

from __future__ import annotations

import dataclasses
import json
import os
import shlex
import shutil
import sys
import time
from collections.abc import Callable
from typing import Final, Protocol, TextIO, assert_never

from kubetui.base.check import Check
from kubetui.base.errors import cited
from kubetui.base.text import PROMPT, counted, duration, harmless
from kubetui.cli.language.terminal import colored
from kubetui.cli.options import UpOptions
from kubetui.engine.events import (
    Checked,
    CommandStarted,
    Event,
    Line,
    NodesTable,
    Operation,
    Outcome,
    RunFinished,
    RunStarted,
    TaskFinished,
    TaskStarted,
    YourTurn,
    left_out,
)
from kubetui.engine.progress import Progress

COLOURS = {Outcome.DONE: "32", Outcome.UNCHANGED: "2", Outcome.FAILED: "31", Outcome.BLOCKED: "33"}

_SUCCESSES: Final = {
    Operation.STOP: "its machines are off",
    Operation.CERTIFICATES: "its certificates are renewed",
    Operation.MEND: "what differed is mended",
    Operation.UPGRADE: "it has the new version",
    Operation.SAVE: "its snapshot is saved",
    Operation.RESTORE: "its machines are brought back",
    Operation.BACKUP: "it is backed up",
}
"""What a run has done that built nothing."""
_FAILURES: Final = {
    Operation.BUILD: "is not ready",
    Operation.STOP: "is not off",
    Operation.CERTIFICATES: "has old certificates",
    Operation.MEND: "still differs from its plan",
    Operation.UPGRADE: "is not upgraded yet, and works on",
    Operation.SAVE: "has no new snapshot",
    Operation.RESTORE: "is not brought back",
    Operation.BACKUP: "is not backed up",
}
CHECK_WIDTH = 12
"""The width of a check's status in front of it."""
NOTICE = "it creates no machines and changes nothing on this host"


def check_lines(check: Check) -> list[str]:
    """Return a check as lines of text: its result, and below it what to do about it."""
    first = f"{check.status:<{CHECK_WIDTH}}{check.name}: {harmless(check.message)}"
    advice = () if check.status == "ok" else check.fix.splitlines()
    return [first, *(f"{'':<{CHECK_WIDTH}}{harmless(line)}" for line in advice)]


class Output(Protocol):
    """A sink that can be closed; `stream` is where it writes."""

    stream: TextIO

    def __call__(self, event: Event) -> None:
        """Show one event."""

    def close(self) -> None:
        """Leave the terminal tidy."""


class JsonLines:
    """Writes every event as one line of JSON with its kind; docs/events.md lists the format."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def __call__(self, event: Event) -> None:
        """Print one event."""
        self.stream.write(json.dumps({"event": type(event).__name__, **dataclasses.asdict(event)}) + "\n")
        self.stream.flush()

    def close(self) -> None:
        """Do nothing: JSON leaves nothing to tidy."""


Left = Callable[[Progress], float | None]
"""Estimates the seconds that a run still takes; None without earlier runs to judge by."""


class Plain:
    """Writes one line per event; on a terminal also colours and a progress line that is rewritten in place.

    Where `lines` is true there are neither, and the end of each task says how many are done. Where `quiet` is, only
    what fails is written.
    """

    def __init__(
        self,
        stream: TextIO,
        *,
        verbose: bool = False,
        quiet: bool = False,
        lines: bool = False,
        remaining: Left | None = None,
    ) -> None:
        self.stream = stream
        self._quiet = quiet
        self._muted = False
        self._verbose = verbose
        self._lines = lines
        self._live = not lines and not quiet and stream.isatty() and os.environ.get("TERM") != "dumb"
        self._coloured = not lines and colored(stream)
        self._progress = Progress()
        self._remaining = remaining
        self._left = ""
        self._asked = -1
        self._width = 0

    def __call__(self, event: Event) -> None:
        """Print what a person wants to know about one event."""
        self._progress.apply(event)
        self._muted = self._quiet and not _fails(event)
        match event:
            case RunStarted():
                self._begun(event)
            case TaskStarted():
                self._line(event.at, event.task.machine, f"{event.title} ...")
            case TaskFinished():
                self._ended(event)
            case Line() | CommandStarted():
                self._said(event)
            case YourTurn():
                # the log has a line about it, and whoever answers for the person speaks to them
                pass
            case NodesTable():
                heading = "The nodes of the rehearsal, replayed from a recording:\n" if event.rehearsal else ""
                self._print("\n" + heading + event.text.rstrip("\n"))
            case Checked():
                self._checked(event)
            case RunFinished():
                self._summary(event)
                if event.rehearsal:
                    self._print(f"This was a rehearsal: {NOTICE}.")
            case _:
                assert_never(event)
        self._status()

    def _said(self, event: Line | CommandStarted) -> None:
        command = isinstance(event, CommandStarted)
        if self._verbose or (isinstance(event, Line) and event.notice):
            self._line(event.at, event.machine, f"  {PROMPT if command else ''}{event.text}")

    def _begun(self, event: RunStarted) -> None:
        self._width = max(map(len, event.machines))
        if event.rehearsal:
            self._print(f"This is a rehearsal: {NOTICE}.")
        machines, tasks = counted(len(event.machines), "machine"), counted(len(event.tasks), "task")
        self._print(f"{event.cluster}: {machines}, {tasks}")

    def _checked(self, event: Checked) -> None:
        if event is self._progress.checks[0]:
            self._print("\nThe checks of the rehearsal, replayed from a recording:" if event.rehearsal else "")
        for line in check_lines(event.check):
            self._print(line)

    def _ended(self, event: TaskFinished) -> None:
        title = event.task.step
        word = self._colour(event.outcome, COLOURS[event.outcome])
        seconds = f" {event.seconds:.1f} s" if event.outcome is Outcome.DONE else ""
        done = f", {self._progress.done} of {len(self._progress.tasks)}" if self._lines else ""
        self._line(event.at, event.task.machine, f"{title}: {word}{seconds}{done}")
        if event.left_out:
            self._print(f"    {left_out(event.left_out)}")
        if event.outcome is Outcome.FAILED:
            command = (f"{PROMPT}{event.command}",) if event.command else ()
            for text in (
                *command,
                *event.tail[-12:],
                "",
                event.error,
                event.fix,
                cited(event.error_id),
                f"log {event.log}",
            ):
                self._print(f"    {text}" if text else "")

    def _summary(self, event: RunFinished) -> None:
        took = duration(event.seconds)
        what = f"The rehearsal of {event.cluster}" if event.rehearsal else event.cluster
        if event.ok and event.operation in _SUCCESSES:
            changed = _SUCCESSES[event.operation] if event.changed else "there was nothing to do"
            self._print(f"\n{what}: {changed}, after {took}.")
            if event.operation is Operation.STOP:
                self._print(f"Start it again with: kubetui start {event.cluster}")
            return
        if event.ok:
            changed = f"{counted(event.changed, 'task')} changed something" if event.changed else "nothing changed"
            self._print(f"\n{what} is {'complete' if event.rehearsal else 'ready'} after {took}; {changed}.")
            # a rehearsal's kubeconfig leads to no cluster
            if event.kubeconfig and not event.rehearsal:
                self._print(f"export KUBECONFIG={shlex.quote(event.kubeconfig)}")
            return
        if event.partly:
            rest = ", ".join(event.not_ready)
            self._print(
                f"\n{event.ready} of {event.nodes} nodes are ready; the cluster works without the others: {rest}."
            )
            if event.kubeconfig and not event.rehearsal:
                self._print(f"export KUBECONFIG={shlex.quote(event.kubeconfig)}")
        why = "was stopped" if event.stopped and not event.failed else _FAILURES[event.operation]
        self._print(
            f"\n{event.cluster} {why} after {took}: {counted(event.failed, 'task')} failed, {event.blocked} not done. "
            "Nothing is lost; the same command resumes it."
        )

    def _line(self, at: float, machine: str, text: str) -> None:
        self._print(f"{time.strftime('%H:%M:%S', time.localtime(at))}  {machine:<{self._width}}  {text}")

    def _print(self, text: str) -> None:
        if not self._muted:
            self.stream.write(("\r\x1b[K" if self._live else "") + text + "\n")

    def _status(self) -> None:
        # what is said before the run begins has no time of its own
        if self._live and self._progress.tasks and self._progress.finished is None:
            done, total = self._progress.done, len(self._progress.tasks)
            running = ", ".join(f"{task.machine} {task.step}" for task in self._progress.running)
            elapsed = round(time.time() - self._progress.began)
            text = f"{done} of {total}  {duration(elapsed)}{self._about(elapsed)}  {running}"
            self.stream.write(f"\r\x1b[K{text[: shutil.get_terminal_size().columns - 1]}")
        self.stream.flush()

    def _about(self, elapsed: int) -> str:
        """Return the estimated rest of the run, refreshed once a second."""
        if self._remaining is not None and elapsed != self._asked:
            self._asked = elapsed
            seconds = self._remaining(self._progress)
            self._left = "" if seconds is None else f", about {duration(seconds)} left"
        return self._left

    def _colour(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._coloured else text

    def close(self) -> None:
        """Remove the progress line."""
        if self._live:
            self.stream.write("\r\x1b[K")
            self.stream.flush()


def _fails(event: Event) -> bool:
    """Return whether an event tells of a failure."""
    match event:
        case TaskFinished():
            return event.outcome in {Outcome.FAILED, Outcome.BLOCKED}
        case Checked():
            return event.check.status in {"warning", "failed"}
        case RunFinished():
            return not event.ok
        case _:
            return False


def output(options: UpOptions, remaining: Left | None = None) -> Output:
    """Return the output that the command line asks for: for programs on standard output, else on standard error."""
    if options.as_json:
        return JsonLines(sys.stdout)
    return Plain(sys.stderr, verbose=options.verbose, quiet=options.quiet, lines=options.plain, remaining=remaining)
