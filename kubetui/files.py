"""Files that only their owner may read, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from kubetui.errors import KubetuiError


def private_folder(path: Path) -> Path:
    """Make a folder with mode 0700, and its parents; one that exists is narrowed to that mode.

    Raises KubetuiError where a symbolic link or a file stands in its place.
    """
    if path.is_symlink():
        raise KubetuiError(f"{path} is a symbolic link; kubetui writes through none.", fix="Move it away.")
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def write_private(path: Path, data: str | bytes, mode: int = 0o600) -> None:
    """Replace a file by a temporary one, synced and renamed, so that no reader ever sees half of it.

    Raises KubetuiError where a symbolic link stands in its place.
    """
    if path.is_symlink():
        raise KubetuiError(f"{path} is a symbolic link; kubetui writes through none.", fix="Move it away.")
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        Path(temporary).rename(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
