"""What a cluster's runs meant to do and what came of it, on disk before and after each side effect.

One line a record, one write, synced. A record's number is one more than the one before it, so that a lost
or foreign line shows. Probes are the truth about machines; the journal says what was in flight.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kubetui.base.errors import BusyError, KubetuiError
from kubetui.base.files import locks, open_private, write_private
from kubetui.engine.events import Event, Outcome, RunFinished, RunStarted, TaskFinished, TaskId, TaskStarted

MAX_BYTES: Final = 1024 * 1024
"""A larger journal is put aside as `journal.old` when the next run begins."""

_LATEST: Final = 2**40
"""Seconds since the epoch up to which a time can be shown."""
_FIELDS: Final[Mapping[str, Mapping[str, type]]] = {
    "begin": {"task": str},
    "end": {"task": str, "outcome": str},
    "finish": {"ok": bool},
}
"""What `last_run` reads of a record, beside its time."""

_REVISED: Final = "revised"

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last run that a journal tells of.

    `ended` is false when kubetui itself was cut off; `in_flight` then names the tasks (MACHINE/STEP) without an
    outcome. `failed` names those that failed, `at` is when the last record was written (seconds since the epoch).
    """

    at: float
    ended: bool
    ok: bool
    in_flight: tuple[str, ...]
    failed: tuple[str, ...]


def parse(data: bytes, name: str) -> tuple[list[Record], bytes]:
    """Return the records, and a torn last line if there is one.

    Raises KubetuiError when a record in the middle is unreadable, missing or without what belongs into it.
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
                f"{name}:{number}: this record is not the one that belongs here; something else wrote to the journal.",
                fix="Move the file away: the next run then asks the machines alone.",
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
    """Return what became of the last run; None before the first."""
    starts = [index for index, record in enumerate(records) if record["event"] == "run"]
    if not starts:
        return None
    open_tasks: dict[str, None] = {}
    failed = []
    end: Record | None = None
    for record in records[starts[-1] :]:
        match record["event"]:
            case "begin":
                open_tasks[record["task"]] = None
            case "end":
                open_tasks.pop(record["task"], None)
                if record["outcome"] == Outcome.FAILED:
                    failed.append(record["task"])
            case "finish":
                end = record
    return LastRun(records[-1]["at"], end is not None, bool(end and end["ok"]), tuple(open_tasks), tuple(failed))


def read(path: Path) -> LastRun | None:
    """Return the last run of a journal on disk; None where there is none. Raises KubetuiError as `parse` does.

    Who only looks takes no lock, and keeps no run from it.
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
    """Keep runs from a journal, where there is one, whatever it says. Raises BusyError while a run has it."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        # no run could have opened it either
        yield
        return
    try:
        _take(descriptor, path)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, path: Path) -> None:
    """Take a journal for one run."""
    if not locks(descriptor, fcntl.LOCK_EX):
        raise BusyError(f"Another kubetui works on {path.parent.name}.", fix="Wait until it ends, or end it.")


class Journal:
    """A sink that writes records. Opening it sets a torn last line aside; only the holder of the lock may.

    It is locked itself, too: the lock's own file may have been removed meanwhile, and two runs would mix their records.
    Raises BusyError while another run has it, KubetuiError as `parse` does and for a symbolic link.
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
            # copied, not renamed: the lock is on this file, and whoever has it open waits for this one
            write_private(_put_aside(path), data)
            self._number, self._size = 0, 0
        os.ftruncate(self._file, self._size)

    def __call__(self, event: Event) -> None:
        """Write down what an event says, if it begins or ends something."""
        match event:
            case RunStarted():
                self._write(event.at, {"event": "run", "machines": event.machines, "tasks": len(event.tasks)})
            case TaskStarted():
                self._write(event.at, {"event": "begin", "task": str(event.task)})
            case TaskFinished():
                record = {"event": "end", "task": str(event.task), "outcome": event.outcome, "seconds": event.seconds}
                self._write(event.at, {**record, "error": event.error_id} if event.error_id else record)
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
            # a disk that fills up takes a part, without an error
            rest = line
            while rest:
                rest = rest[os.write(self._file, rest) :]
            os.fsync(self._file)
        except OSError:
            # the next record, written once there is room again, must not follow on half of this one
            os.ftruncate(self._file, self._size)
            raise
        self._number += 1
        self._size += len(line)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)
