"""Private files, written whole or not at all, and regular files, read without waiting on a pipe."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from kubetui.base.errors import HostError, KubetuiError, UsageError

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_REFUSED: Final = _FULL | {
    *(errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO),
    *(errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG),
}


def config_home() -> Path:
    """Return `$XDG_CONFIG_HOME/kubetui`, by default `~/.config/kubetui`, whether it is there or not."""
    configured = os.environ.get("XDG_CONFIG_HOME", "")
    # the XDG specification says that a relative path is to be ignored
    base = Path(configured) if configured.startswith("/") else Path.home() / ".config"
    return base / "kubetui"


def credentials_file() -> Path:
    """Return where passwords of proxies and mirrors are kept, whether it is there or not."""
    return config_home() / "credentials.yaml"


def linked(path: Path) -> KubetuiError:
    """Return the error for a symbolic link that stands where kubetui writes."""
    return KubetuiError(f"{path} is a symbolic link; kubetui writes through none.", fix="Move it away.", id="LINK")


@contextmanager
def room(place: Path) -> Iterator[None]:
    """Write to a place of this host. Raises HostError instead of OSError when its disk is full."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        there = next(each for each in (place, *place.parents) if each.exists())
        free = shutil.disk_usage(there).free // 2**20
        raise HostError(
            f"The disk of {place} is full ({free} MiB are free), so nothing more can be written down.",
            fix="Free some space there; then the same command goes on.",
            id="HOST-DISK",
        ) from error


@contextmanager
def named(place: Path) -> Iterator[None]:
    """Write to a place that a person has named. Raises UsageError instead of OSError."""
    try:
        yield
    except OSError as error:
        where = error.filename or place
        raise UsageError(f"{where} cannot be written: {error.strerror}.", fix="Name another place.") from error


def refusal(error: OSError) -> HostError | None:
    """Return the error for what this host does not let kubetui do with its own files; None for anything else."""
    if error.errno not in _REFUSED or not error.filename:
        return None
    fix = "Look whose it is and who may write there (ls -ld), and how much room there is (df)."
    if error.errno == errno.ENOENT:
        # a program that is not on PATH has no folder in its name, and is no file of kubetui's
        if not Path(os.fsdecode(error.filename)).is_absolute():
            return None
        fix = "Something removed it meanwhile, perhaps. Try the same command once more."
    return HostError(f"{error.filename} cannot be used: {error.strerror}.", fix=fix, id="HOST-FILE")


def make_folder(path: Path) -> None:
    """Make a folder and its parents with mode 0700 whatever the umask; leave alone what is there.

    Raises OSError where the system refuses, FileExistsError where a file stands in its place.
    """
    missing = [each for each in (path, *path.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)
        each.chmod(0o700)


def private_folder(path: Path) -> Path:
    """Make a folder with mode 0700, and its parents; one that exists is narrowed to that mode.

    Raises KubetuiError where a symbolic link or a file stands in its place.
    """
    if path.is_symlink():
        raise linked(path)
    try:
        make_folder(path)
    except FileExistsError as error:
        raise KubetuiError(f"{error.filename} is there, and is no folder.", fix="Move it away.", id="LINK") from error
    if not path.is_dir():
        raise KubetuiError(f"{path} is there, and is no folder.", fix="Move it away.", id="LINK")
    path.chmod(0o700)
    return path


def open_private(path: Path, flags: int) -> int:
    """Open a file with mode 0600 whatever the umask, made where it is missing, and return its descriptor.

    Raises KubetuiError where a symbolic link stands in its place.
    """
    try:
        descriptor = os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise linked(path) from error
        raise
    os.fchmod(descriptor, 0o600)
    return descriptor


def locks(descriptor: int, how: int) -> bool:
    """Lock an open file as `how` says (fcntl.LOCK_EX or LOCK_SH) without waiting; false where another has it.

    The operating system lets go of it however the process ends.
    """
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def open_regular(path: Path, *, follow: bool = True) -> BinaryIO:
    """Open a regular file for reading; `follow` allows symbolic links.

    Raises OSError when the system refuses or it is no regular file, KubetuiError for a link that may not be followed.
    """
    if not follow and path.is_symlink():
        raise linked(path)
    # without O_NONBLOCK, opening a named pipe would wait until someone writes to it
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
    descriptor = os.open(path, flags)
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    raise OSError(errno.EINVAL, "it is not a regular file", str(path))


def write_private(path: Path, data: str | bytes, mode: int = 0o600, *, sync: bool = True) -> None:
    """Replace a file by a temporary one, synced and renamed, so that no reader ever sees half of it.

    Without `sync` a power cut may lose it.

    Raises KubetuiError where a symbolic link stands in its place.
    """
    if path.is_symlink():
        raise linked(path)
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            if sync:
                os.fsync(file.fileno())
        Path(temporary).rename(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    if not sync:
        return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
