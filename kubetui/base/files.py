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
    """Return `$XDG_CONFIG_HOME/kubetui`, by default `~/.config/kubetui`; it may not exist."""
    configured = os.environ.get("XDG_CONFIG_HOME", "")
    # the XDG specification says to ignore a relative path
    base = Path(configured) if configured.startswith("/") else Path.home() / ".config"
    return base / "kubetui"


def cache_home() -> Path:
    """Return `$XDG_CACHE_HOME/kubetui`, by default `~/.cache/kubetui`; it may not exist."""
    configured = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(configured) if configured.startswith("/") else Path.home() / ".cache"
    return base / "kubetui"


def credentials_file() -> Path:
    """Return the file with the passwords of proxies and mirrors; it may not exist."""
    return config_home() / "credentials.yaml"


def shipped(name: str) -> Path:
    """Return a folder that comes with the program: `_NAME` in the installed package, or NAME in the checkout."""
    package = Path(__file__).parents[1]
    packed, checkout = package / f"_{name}", package.parent
    return checkout / name if not packed.is_dir() and (checkout / "pyproject.toml").is_file() else packed


def tilde(path: Path) -> str:
    """Return a path as a person writes it, with a tilde for the home folder."""
    text, home = str(path), str(Path.home())
    return f"~{text.removeprefix(home)}" if text == home or text.startswith(f"{home}/") else text


def linked(path: Path) -> KubetuiError:
    """Return the error for a symbolic link where kubetui would write."""
    message = f"{path} is a symbolic link; kubetui does not write through links."
    return KubetuiError(message, fix="Move it away.", id="LINK")


@contextmanager
def room(place: Path) -> Iterator[None]:
    """Write below `place`. Raises HostError instead of OSError when its disk is full."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        there = next(each for each in (place, *place.parents) if each.exists())
        free = shutil.disk_usage(there).free // 2**20
        raise HostError(
            f"The disk of {place} is full ({free} MiB are free).",
            fix="Free some space there, then run the same command again to resume.",
            id="HOST-DISK",
        ) from error


@contextmanager
def named(place: Path) -> Iterator[None]:
    """Write to a place that a person named. Raises UsageError instead of OSError."""
    try:
        yield
    except OSError as error:
        where = error.filename or place
        raise UsageError(f"{where} cannot be written: {error.strerror}.", fix="Name another place.") from error


def refusal(error: OSError) -> HostError | None:
    """Return the error when this host refuses kubetui access to its own files; None for any other error."""
    if error.errno not in _REFUSED or not error.filename:
        return None
    fix = "Check its owner and permissions (ls -ld) and the free space (df)."
    if error.errno == errno.ENOENT:
        # a missing program has no folder in its name, and is not one of kubetui's files
        if not Path(os.fsdecode(error.filename)).is_absolute():
            return None
        fix = "Something may have removed it meanwhile. Run the same command again."
    return HostError(f"{error.filename} cannot be used: {error.strerror}.", fix=fix, id="HOST-FILE")


def make_folder(path: Path) -> None:
    """Make a folder and its parents with mode 0700 whatever the umask; leave existing ones alone.

    Raises OSError when the system refuses, FileExistsError when a file is in its place.
    """
    missing = [each for each in (path, *path.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)
        each.chmod(0o700)


def private_folder(path: Path) -> Path:
    """Make a folder with mode 0700, and its parents; set that mode on an existing one.

    Raises KubetuiError when a symbolic link or a file is in its place.
    """
    if path.is_symlink():
        raise linked(path)
    try:
        make_folder(path)
    except FileExistsError as error:
        raise KubetuiError(f"{error.filename} is not a folder.", fix="Move it away.", id="LINK") from error
    if not path.is_dir():
        raise KubetuiError(f"{path} is not a folder.", fix="Move it away.", id="LINK")
    path.chmod(0o700)
    return path


def open_private(path: Path, flags: int) -> int:
    """Open a file with mode 0600 whatever the umask, creating it if needed, and return its descriptor.

    Raises KubetuiError when a symbolic link is in its place.
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
    """Lock an open file (`how` is fcntl.LOCK_EX or LOCK_SH) without waiting; return false when another process has it.

    The operating system releases the lock however the process ends.
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
    """Write a temporary file, sync it and rename it over `path`, so that no reader ever sees half of it.

    Without `sync`, a power cut may lose it. Raises KubetuiError when a symbolic link is in its place.
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
