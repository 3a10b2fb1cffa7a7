"""The journal: what a cluster's runs began and how it ended, on disk before and after each side effect.

One line per record, in one synced write. Records are numbered, so that a lost or foreign line shows. Probes are
the truth about machines; the journal tells what was in flight.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from kubetui.base.errors import BusyError, KubetuiError
from kubetui.base.files import locks, open_private, write_private
from kubetui.engine.events import (
    GOOD,
    Event,
    Operation,
    Outcome,
    RunFinished,
    RunStarted,
    TaskFinished,
    TaskId,
    TaskStarted,
)

MAX_BYTES: Final = 1024 * 1024
"""Bytes above which the next run moves the journal to `journal.old`."""

_REASON: Final = 300
"""Characters that are kept of the reason of a failure."""
_LATEST: Final = 2**40
"""The last time that can be shown, in seconds since the epoch."""
_FIELDS: Final[Mapping[str, Mapping[str, type]]] = {
    "begin": {"task": str},
    "end": {"task": str, "outcome": str},
    "finish": {"ok": bool},
}
"""The fields that `last_run` reads from each kind of record, besides its time."""

_REVISED: Final = "revised"

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last run in a journal.

    `ended` is false while it runs and when kubetui itself was killed; `in_flight` then names the tasks (MACHINE/STEP)
    without an outcome. `failed` names the failed tasks, with the reasons in `why`; `cut` names those that a stop cut
    short. `titles` are those tasks' titles. `done` of `total` tasks have succeeded; `at` is the time of the last record
    (seconds since the epoch).
    """

    at: float
    ended: bool
    ok: bool
    in_flight: tuple[str, ...]
    failed: tuple[str, ...]
    why: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    done: int = 0
    total: int = 0


def parse(data: bytes, name: str) -> tuple[list[Record], bytes]:
    """Return the records, and an incomplete last line if there is one.

    Raises KubetuiError when a record before it is unreadable, missing or incomplete.
    """
    *lines, torn = data.split(b"\n")
    records: list[Record] = []
    for number, line in enumerate(lines, 1):
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        if not _is_whole(record, number):
            raise KubetuiError(
                f"{name}:{number}: this is not the expected record; something else wrote to the journal.",
                fix="Move the file away: the next run then relies on probes alone.",
                id="JOURNAL",
            )
        records.append(record)
    return records, torn


def _is_whole(record: object, number: int) -> bool:
    if not isinstance(record, dict) or record.get("n") != number:
        return False
    event, at = record.get("event"), record.get("at")
    if not isinstance(event, str) or not isinstance(at, int | float) or not 0 <= at < _LATEST:
        return False
    return all(isinstance(record.get(field), kind) for field, kind in _FIELDS.get(event, {}).items())


def last_run(records: Sequence[Record]) -> LastRun | None:
    """Return how the last run went that counts; None before the first.

    One that shut the machines down, or renewed something, does not count once it has succeeded: what the cluster is
    depends on the build before it. One that brought the machines back counts, and is not `ok`: a build has to follow.
    """
    counting = runs(records)
    if counting and _passed(counting[-1]):
        counting = [run for run in counting if run[0].get("operation") in {None, Operation.RESTORE}]
    if not counting:
        return None
    run = counting[-1]
    open_tasks: dict[str, None] = {}
    failed: dict[str, str] = {}
    cut: list[str] = []
    titles: dict[str, str] = {}
    done = 0
    for record in run:
        match record:
            case {"event": "begin", "task": task}:
                open_tasks[task] = None
                titles[task] = str(record.get("title") or task.partition("/")[2])
            case {"event": "end", "task": task, "outcome": outcome}:
                if task in open_tasks and outcome == Outcome.BLOCKED:
                    cut.append(task)
                open_tasks.pop(task, None)
                done += outcome in GOOD
                if outcome == Outcome.FAILED:
                    failed[task] = str(record.get("why") or record.get("error") or "")
    end = run[-1] if run[-1]["event"] == "finish" else None
    total = run[0].get("tasks")
    return LastRun(
        at=run[-1]["at"],
        ended=end is not None,
        ok=bool(end and end["ok"]) and run[0].get("operation") != Operation.RESTORE,
        in_flight=tuple(open_tasks),
        failed=tuple(failed),
        why=tuple(failed.values()),
        cut=tuple(cut),
        titles={task: titles.get(task, task.partition("/")[2]) for task in (*open_tasks, *failed, *cut)},
        done=done,
        total=total if isinstance(total, int) else 0,
    )


def runs(records: Sequence[Record]) -> list[Sequence[Record]]:
    """Return the records of each run, the oldest run first."""
    starts = [index for index, record in enumerate(records) if record["event"] == "run"]
    return [records[start:end] for start, end in pairwise((*starts, len(records)))]


def _passed(run: Sequence[Record]) -> bool:
    """Return whether a run that built nothing has succeeded."""
    return "operation" in run[0] and any(record["event"] == "finish" and record["ok"] for record in run)


def read(path: Path) -> LastRun | None:
    """Return the last run in a journal on disk; None without a journal. Raises KubetuiError as `parse` does.

    Takes no lock, so that it never blocks a run.
    """
    if not path.exists():
        return None
    records, _torn = parse(path.read_bytes(), str(path))
    return last_run(records)


def begun(path: Path) -> frozenset[TaskId] | None:
    """Return every task that ever began on the machines there are; None where the journal does not reach back so far.

    What went before a changed profile was taken does not count. Raises KubetuiError as `parse` does.
    """
    records, _torn = parse(path.read_bytes() if path.exists() else b"", str(path))
    since = max((index for index, record in enumerate(records) if record["event"] == _REVISED), default=None)
    if since is None and (not records or _put_aside(path).exists()):
        return None
    tasks = (record["task"].partition("/") for record in records[since or 0 :] if record["event"] == "begin")
    return frozenset(TaskId(step, machine) for machine, _, step in tasks)


def _put_aside(path: Path) -> Path:
    """Return where a journal's earlier records are, once it has become large."""
    return path.with_suffix(".old")


@contextmanager
def spared(path: Path) -> Iterator[None]:
    """Hold a journal, if it exists, so that no run can start. Raises BusyError while a run holds it."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        # no run can open it either
        yield
        return
    try:
        _take(descriptor, path)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, path: Path) -> None:
    """Lock a journal for one run."""
    if not locks(descriptor, fcntl.LOCK_EX):
        raise BusyError(f"Another kubetui is working on {path.parent.name}.", fix="Wait until it ends, or end it.")


class Journal:
    """A sink that writes records. Only the holder of the cluster's lock may open it.

    Opening moves an incomplete last line to `journal.torn`, and locks the journal itself: if somebody removed the
    lock's file, two runs would mix their records. Raises BusyError while another run holds the journal,
    KubetuiError as `parse` does and for a symbolic link.
    """

    def __init__(self, path: Path) -> None:
        self._file = open_private(path, os.O_RDWR | os.O_APPEND)
        try:
            _take(self._file, path)
            self._begin(path)
        except BaseException:
            os.close(self._file)
            raise

    def _begin(self, path: Path) -> None:
        with os.fdopen(self._file, "rb", closefd=False) as file:
            data = file.read()
        records, torn = parse(data, str(path))
        if torn:
            write_private(path.with_suffix(".torn"), torn)
        self._number, self._size = len(records), len(data) - len(torn)
        if len(data) > MAX_BYTES:
            # copied, not renamed: the lock is on this file, and others wait for this file
            write_private(_put_aside(path), data)
            self._number, self._size = 0, 0
        os.ftruncate(self._file, self._size)

    def __call__(self, event: Event) -> None:
        """Record an event that begins or ends something."""
        match event:
            case RunStarted():
                kind = {} if event.operation is Operation.BUILD else {"operation": event.operation.value}
                run = {"event": "run", "machines": event.machines, "tasks": len(event.tasks)}
                self._write(event.at, {**run, **kind})
            case TaskStarted():
                self._write(event.at, {"event": "begin", "task": str(event.task), "title": event.title})
            case TaskFinished():
                record = {"event": "end", "task": str(event.task), "outcome": event.outcome, "seconds": event.seconds}
                why = (
                    {"error": event.error_id, "why": event.error.partition("\n")[0][:_REASON]} if event.error_id else {}
                )
                self._write(event.at, {**record, **why})
            case RunFinished():
                self._write(event.at, {"event": "finish", "ok": event.ok, "stopped": event.stopped})
            case _:
                pass

    def revised(self, at: float) -> None:
        """Write down that a changed profile was taken: on the machines that exist now, nothing is installed."""
        self._write(at, {"event": _REVISED})

    def _write(self, at: float, record: Record) -> None:
        line = (json.dumps({"n": self._number + 1, "at": round(at, 3), **record}) + "\n").encode()
        try:
            # a disk that fills up writes a part without an error
            rest = line
            while rest:
                rest = rest[os.write(self._file, rest) :]
            os.fsync(self._file)
        except OSError:
            # remove half a record, so that the next one starts on a line of its own
            os.ftruncate(self._file, self._size)
            raise
        self._number += 1
        self._size += len(line)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)
