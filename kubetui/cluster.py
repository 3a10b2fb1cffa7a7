"""A cluster's own folder: its Vagrant project, profile, logs, kubeconfig and lock."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kubetui.errors import BusyError, UsageError
from kubetui.files import private_folder


def state_home() -> Path:
    """Return `$XDG_STATE_HOME/kubetui`, by default `~/.local/state/kubetui` (XDG base directory specification)."""
    home = os.environ.get("XDG_STATE_HOME", "")
    base = Path(home) if home.startswith("/") else Path.home() / ".local" / "state"
    return base / "kubetui"


class Cluster:
    """The folder of one cluster. Making the object touches nothing."""

    def __init__(self, name: str, parent: str = "clusters") -> None:
        self.name = name
        self.folder = state_home() / parent / name
        self.profile = self.folder / "profile.yaml"
        self.kubeconfig = self.folder / "kubeconfig"
        self.host_keys = self.folder / "host-keys"
        self.logs = self.folder / "logs"
        self.journal = self.folder / "journal"

    @property
    def exists(self) -> bool:
        """Whether a run ever began here and was not destroyed since."""
        return self.profile.exists()

    def create(self) -> None:
        """Make the folder; harmless where it exists."""
        private_folder(state_home())
        private_folder(self.folder.parent)
        private_folder(self.folder)
        private_folder(self.logs)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the cluster for one run. The operating system lets go of it however the process ends.

        The file lies beside the folder and is never removed, so that it cannot be stale.
        Raises BusyError, naming the process that holds it.
        """
        private_folder(state_home())
        folder = private_folder(state_home() / "locks")
        descriptor = os.open(folder / self.name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                holder = os.pread(descriptor, 20, 0).decode(errors="replace").strip() or "unknown"
                raise BusyError(
                    f"Another kubetui (process {holder}) works on {self.name}.", fix="Wait until it ends, or end it."
                ) from error
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
            yield
        finally:
            os.close(descriptor)


def existing(name: str) -> Cluster:
    """Return a cluster that a run made. Raises UsageError with the names that there are."""
    cluster = Cluster(name)
    if not cluster.exists:
        names = ", ".join(all_names()) or "there are none yet"
        raise UsageError(f"There is no cluster {name}.", fix=f"Clusters: {names}.")
    return cluster


def all_names() -> tuple[str, ...]:
    """Return the names of all clusters."""
    folder = state_home() / "clusters"
    if not folder.is_dir():
        return ()
    return tuple(sorted(path.name for path in folder.iterdir() if (path / "profile.yaml").exists()))
