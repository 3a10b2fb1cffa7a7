"""The end of an output that is too long to keep whole, on disk.

Two files rotate: MACHINE.STEP.tail grows, and when it is full it replaces MACHINE.STEP.older. The first line of each
says how many lines came between the head and the file, so the oldest file tells how many are lost even after
kubetui was killed. `fold` appends both to the head.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from kubetui.base.files import linked, open_private
from kubetui.cluster.folder import log_of

TAIL: Final = ".tail"
OLDER: Final = ".older"
_COUNT = re.compile(rb"== (\d+) lines of this step stand between the head in the log and this file\n")
_END = re.compile(r"\S+ \S+ ([\w-]+): == these were its last lines; \d+ before them are left out\n")
_LAST_BYTES: Final = 4096


def stamp(at: float) -> str:
    """Format a time (seconds since the epoch) for the start of a log line."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))


class Tail:
    """Keeps the last lines of one step after its head; drops the oldest when they no longer fit."""

    def __init__(self, folder: Path, machine: str, step: str, size: int) -> None:
        self._path = folder / f"{machine}.{step}{TAIL}"
        self._size = size
        self._lines = 0
        self._written = 0
        self._file = self._begin()

    def _begin(self) -> BinaryIO:
        file = os.fdopen(open_private(self._path, os.O_WRONLY | os.O_TRUNC), "wb")
        file.write(b"== %d lines of this step stand between the head in the log and this file\n" % self._lines)
        file.flush()
        self._written = 0
        return file

    def write(self, line: bytes) -> None:
        """Write the next line, which includes its newline."""
        if self._written and self._written + len(line) > self._size:
            self._file.close()
            # a rename replaces the older file at once, so both files always tell what is lost
            self._path.rename(self._path.with_suffix(OLDER))
            self._file = self._begin()
        self._file.write(line)
        self._file.flush()
        self._written += len(line)
        self._lines += 1

    def close(self) -> None:
        """Close the file; it stays on disk until `fold` reads it."""
        self._file.close()


def fold(folder: Path, machine: str, step: str, at: float) -> int:
    """Append a step's tail to its machine's log, and return how many lines are left out between them.

    Replaces the log as a whole and marks that in its last line, so a kill leaves nothing half done (see `mend`).
    """
    log = log_of(folder, machine)
    new = log.with_suffix(".new")
    parts = list(_parts(folder, machine, step))
    gone = parts[0][0] if parts else 0
    said = f"{stamp(at)} {step}: =="
    with os.fdopen(open_private(new, os.O_WRONLY | os.O_TRUNC), "wb") as file:
        _copy(log, 0, file)
        if gone:
            file.write(f"{said} {gone} lines are left out here\n".encode())
        for _, path, start in parts:
            _copy(path, start, file)
        file.write(f"{said} these were its last lines; {gone} before them are left out\n".encode())
        file.flush()
        os.fsync(file.fileno())
    new.rename(log)
    _remove(folder, machine, step)
    return gone


def mend(folder: Path, at: float) -> None:
    """Fold the tails that a killed run left. Only the holder of the cluster's lock may call it."""
    for new in folder.glob("*.new"):
        new.unlink()
    for machine, step in sorted(_left(folder)):
        if _folded(log_of(folder, machine)) == step:
            _remove(folder, machine, step)
    for machine, step in sorted(_left(folder)):
        fold(folder, machine, step, at)


def _left(folder: Path) -> set[tuple[str, str]]:
    found = (path.stem.rpartition(".") for suffix in (TAIL, OLDER) for path in folder.glob(f"*{suffix}"))
    return {(machine, step) for machine, _, step in found if machine}


def _parts(folder: Path, machine: str, step: str) -> Iterator[tuple[int, Path, int]]:
    """Yield the existing files, the older first: lines dropped before it, its path, the offset of its lines."""
    for suffix in (OLDER, TAIL):
        path = folder / f"{machine}.{step}{suffix}"
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                count = _COUNT.fullmatch(file.readline(_LAST_BYTES))
            # a power cut may leave a file without its first line: keep what it has
            yield (int(count[1]), path, count.end()) if count else (0, path, 0)


def _copy(source: Path, start: int, file: BinaryIO) -> None:
    """Append a file from `start` on, and end an incomplete last line."""
    if source.is_symlink():
        raise linked(source)
    if not source.exists():
        return
    with source.open("rb") as lines:
        lines.seek(start)
        shutil.copyfileobj(lines, file, 1024 * 1024)
        if lines.tell() > start:
            lines.seek(-1, os.SEEK_END)
            file.write(b"" if lines.read() == b"\n" else b"\n")


def _folded(log: Path) -> str:
    """Return the step whose tail was appended to a log last; empty when the log ends with anything else."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(-min(_LAST_BYTES, log.stat().st_size), os.SEEK_END)
        last = file.read().splitlines(keepends=True)[-1:]
    match = _END.fullmatch(b"".join(last).decode(errors="replace"))
    return match[1] if match else ""


def _remove(folder: Path, machine: str, step: str) -> None:
    for suffix in (TAIL, OLDER):
        (folder / f"{machine}.{step}{suffix}").unlink(missing_ok=True)
