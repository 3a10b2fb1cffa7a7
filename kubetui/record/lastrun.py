"""The last run of a cluster as it was written down: when each task began and how it ended, and what machines printed.

The journal has every task as it happens, so a run that failed, was interrupted or still works is there, too.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from kubetui.base.files import open_regular
from kubetui.base.text import clean
from kubetui.cluster.folder import Cluster
from kubetui.engine.events import CommandStarted, Line, Outcome, TaskId, TaskStarted
from kubetui.record import journal, timings
from kubetui.record.tail import stamp
from kubetui.record.timings import Span, Timings

MOST_BYTES: Final = 2 * 1024 * 1024
"""Bytes at the end of a log that are read; the whole log stays on disk."""
_COMMAND: Final = "$ "
_OUTCOMES: Final = {outcome.value: outcome for outcome in Outcome}
_LINE = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (?:([\w-]+): )?(.*)")
_HEADING = re.compile(r"== (.+?)\. (.*) \[(.*)\]")


@dataclass(frozen=True, slots=True)
class Ran:
    """A task of the run; `began` is in seconds since the epoch. Without an `outcome`, nothing says how it ended."""

    task: TaskId
    began: float
    seconds: float
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last run; `at` is when its last record was written. Without an end, it works or kubetui was killed."""

    began: float
    at: float
    ended: bool
    ok: bool
    machines: tuple[str, ...]
    ran: tuple[Ran, ...]

    def of(self, machine: str) -> tuple[Ran, ...]:
        """Return a machine's tasks in the order in which they began; those that waited in vain come last."""
        return tuple(each for each in self.ran if each.task.machine == machine)


def read(cluster: Cluster) -> LastRun | None:
    """Return the last run; None before the first. Raises KubetuiError as `journal.parse` does."""
    if not cluster.journal.exists():
        return None
    records, _torn = journal.parse(cluster.journal.read_bytes(), str(cluster.journal))
    runs = journal.runs(records)
    return _told(runs[-1]) if runs else None


def _told(records: Sequence[journal.Record]) -> LastRun:
    began: dict[str, float] = {}
    ran: dict[str, Ran] = {}
    end: journal.Record | None = None
    for record in records:
        match record["event"]:
            case "begin":
                began[record["task"]] = record["at"]
                ran[record["task"]] = Ran(_task(record), record["at"], 0.0, None)
            case "end":
                at = began.get(str(record["task"]), float(record["at"]))
                ran[record["task"]] = Ran(_task(record), at, _seconds(record, at), _OUTCOMES.get(record["outcome"]))
            case "finish":
                end = record
    ordered = sorted(ran.values(), key=lambda each: (each.outcome is Outcome.BLOCKED, each.began))
    machines = tuple(map(str, records[0].get("machines") or dict.fromkeys(each.task.machine for each in ordered)))
    return LastRun(
        records[0]["at"], records[-1]["at"], end is not None, bool(end and end["ok"]), machines, tuple(ordered)
    )


def _task(record: Mapping[str, Any]) -> TaskId:
    machine, _, step = str(record["task"]).partition("/")
    return TaskId(step, machine)


def _seconds(record: Mapping[str, Any], began: float) -> float:
    seconds = record.get("seconds")
    return float(seconds) if isinstance(seconds, int | float) else float(record["at"]) - began


def timings_of(cluster: Cluster, run: LastRun | None) -> Timings | None:
    """Return the last run's timings; without a critical path where the run did not end. None without a run."""
    kept = timings.read(cluster)
    if run is None or (kept is not None and abs(kept.began - run.began) < 1):
        return kept
    spans = tuple(
        Span(each.task, each.began - run.began, _end(each, run) - run.began, each.outcome or Outcome.BLOCKED)
        for each in run.ran
        if each.outcome is not Outcome.BLOCKED
    )
    return Timings(cluster.name, "", run.began, run.at - run.began, run.ok, spans)


def _end(ran: Ran, run: LastRun) -> float:
    return run.at if ran.outcome is None else ran.began + ran.seconds


def entries(path: Path, since: float) -> Iterator[Line | CommandStarted | TaskStarted]:
    """Yield what a machine's log has from a time on, from its last MOST_BYTES. Raises OSError."""
    machine, first = path.stem, stamp(since)
    for line in _last_lines(path):
        match = _LINE.fullmatch(line)
        if match is None or match[1] < first:
            continue
        at, step, text = _time(match[1]), match[2] or "", match[3]
        heading = _HEADING.fullmatch(text)
        if heading:
            yield TaskStarted(at, TaskId(step, machine), heading[1], heading[2], heading[3])
        elif text.startswith(_COMMAND):
            yield CommandStarted(at, machine, step, text.removeprefix(_COMMAND))
        else:
            yield Line(at, machine, step, text.removeprefix("== "))


def _last_lines(path: Path) -> Iterator[str]:
    with open_regular(path, follow=False) as file:
        size = os.fstat(file.fileno()).st_size
        file.seek(max(0, size - MOST_BYTES))
        data = file.read(MOST_BYTES)
    lines = data.decode(errors="replace").splitlines()
    # the first line may have lost its beginning
    return map(clean, lines[1:] if size > MOST_BYTES else lines)


@lru_cache(maxsize=4096)
def _time(text: str) -> float:
    return time.mktime(time.strptime(text, "%Y-%m-%d %H:%M:%S"))
