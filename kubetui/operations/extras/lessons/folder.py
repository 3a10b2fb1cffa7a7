"""The files of a lesson on this host: never written over a person's own, and taken away while they are unchanged."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from kubetui.base.files import named, open_regular, write_private
from kubetui.software.lessons import Lesson

State = Literal["written", "there", "yours"]
PARENT: Final = "lessons"
"""The folder in which each lesson has one, unless a person names another."""


@dataclass(frozen=True, slots=True)
class Written:
    """One file: where it is, whether it was written now, was there already, or is the person's own."""

    path: Path
    state: State


def write(
    lesson: Lesson, image: str, folder: Path, known: Mapping[str, str]
) -> tuple[tuple[Written, ...], dict[str, str]]:
    """Write a lesson's files; return how each is, and the sums of those that are kubetui's, by path.

    A file that exists is written again only where its sum is `known`, so that it is as kubetui wrote it. Raises
    UsageError when the folder cannot be written, and KubetuiError for a link that leads nowhere.
    """
    files, sums = [], dict(known)
    with named(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name, _ in lesson.files:
            path, data = folder / name, lesson.text(name, image).encode()
            have = sum_of(path)
            if have is not None and have != _sum(data) and have != known.get(str(path)):
                files.append(Written(path, "yours"))
                continue
            if have != _sum(data):
                write_private(path, data, 0o644)
            files.append(Written(path, "there" if have == _sum(data) else "written"))
            sums[str(path)] = _sum(data)
    return tuple(files), sums


def unchanged(known: Mapping[str, str]) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Return the files that are as kubetui wrote them, and those that a person changed; a missing one is neither."""
    sums = {Path(path): (_now(Path(path)), known[path]) for path in known}
    same = tuple(path for path, (have, written) in sums.items() if have == written)
    changed = tuple(path for path, (have, written) in sums.items() if have not in {None, written})
    return same, changed


def remove(paths: tuple[Path, ...]) -> None:
    """Remove files, and the folders that are empty then. Raises UsageError when that is not allowed."""
    for path in paths:
        with named(path):
            path.unlink(missing_ok=True)
    for folder in sorted({path.parent for path in paths}):
        if _empty(folder):
            folder.rmdir()
        if folder.parent.name == PARENT and _empty(folder.parent):
            folder.parent.rmdir()


def sum_of(path: Path) -> str | None:
    """Return a file's SHA-256; None where there is none."""
    try:
        with open_regular(path) as file:
            return _sum(file.read())
    except FileNotFoundError:
        return None


def _now(path: Path) -> str | None:
    try:
        return sum_of(path)
    except OSError:
        # something else is in its place, such as a folder: that is a person's own
        return ""


def _sum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _empty(folder: Path) -> bool:
    return folder.is_dir() and not any(folder.iterdir())
