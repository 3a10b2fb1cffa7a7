"""Writes a support report as a file that only its owner can read."""

from __future__ import annotations

import os
import tarfile
import time
from collections.abc import Iterable
from pathlib import Path

from kubetui.base.errors import UsageError
from kubetui.operations.support import collect as support


def write(parts: Iterable[support.Part], target: Path, top: str) -> None:
    """Write a report with mode 0600, its files in a folder `top`.

    Raises UsageError when `target` exists, even as a symbolic link, or the system refuses.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    fix = "Choose another name with --to."
    try:
        descriptor = os.open(target, flags, 0o600)
    except FileExistsError:
        raise UsageError(f"{target} already exists.", fix=fix) from None
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}.", fix=fix) from None
    try:
        with os.fdopen(descriptor, "wb") as raw, tarfile.open(fileobj=raw, mode="w:gz") as archive:
            os.fchmod(descriptor, 0o600)
            for part in parts:
                _add(archive, part, top)
    except BaseException as error:
        target.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise UsageError(f"{target} cannot be written: {error.strerror}.", fix=fix) from None
        raise


def _add(archive: tarfile.TarFile, part: support.Part, top: str) -> None:
    # a fresh TarInfo: the entry contains neither the person's user name nor id
    entry = tarfile.TarInfo(f"{top}/{part.name}")
    entry.size, entry.mtime, entry.mode = part.size, int(time.time()), 0o600
    with part.path.open("rb") as file:
        archive.addfile(entry, file)
