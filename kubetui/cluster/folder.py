"""A cluster's own folder: its Vagrant project, profile, logs, kubeconfig and lock."""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args

from kubetui.base.errors import BusyError, KubetuiError, UsageError
from kubetui.base.files import linked, locks, open_private, private_folder, write_private

Purpose = Literal[
    "build",
    "check",
    "destroy",
    "stop",
    "certificates",
    "mend",
    "upgrade",
    "save",
    "restore",
    "discard",
    "backup",
    "images",
    "lessons",
]
"""What a cluster is locked for."""

_PURPOSES: Final[dict[str, Purpose]] = {purpose: purpose for purpose in get_args(Purpose)}
_WHILE_RESTORING: Final = frozenset({"restore", "discard", "destroy"})
"""What can be done while only some machines are brought back from a snapshot."""
_WHILE_UPGRADING: Final = frozenset({"upgrade", "stop", "check", "restore", "discard", "destroy"})
"""What can be done while some machines have another version of Kubernetes than the others."""
_WHILE_REBUILDING: Final = frozenset({"build", "stop", "check", "destroy"})
"""What can be done while a cluster is made anew from a backup, which any build goes on with."""
_GLANCE = 10.0
"""Seconds that a reader may hold its shared lock at most, on a busy host."""
_POLL = 0.01
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?")


def state_home() -> Path:
    """Return `$XDG_STATE_HOME/kubetui`, by default `~/.local/state/kubetui` (XDG base directory specification)."""
    home = os.environ.get("XDG_STATE_HOME", "")
    base = Path(home) if home.startswith("/") else Path.home() / ".local" / "state"
    return base / "kubetui"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a cluster's lock, and what for; `pid` is 0 where that cannot be told."""

    pid: int
    purpose: Purpose


def is_name(text: str) -> bool:
    """Return whether a text can name a cluster or a profile; no other text ever becomes part of a path."""
    return _NAME.fullmatch(text) is not None


class Cluster:
    """The folder of one cluster. Constructing it touches nothing.

    Raises UsageError for an invalid name.
    """

    def __init__(self, name: str, parent: str = "clusters") -> None:
        if not is_name(name):
            raise UsageError(
                f"{name[:60]!r} cannot name a cluster.",
                fix="Use lowercase letters, digits and hyphens, at most 40.",
            )
        self.name = name
        self.folder = state_home() / parent / name
        self.profile = self.folder / "profile.yaml"
        self.kubeconfig = self.folder / "kubeconfig"
        self.host_keys = self.folder / "host-keys"
        self.logs = self.folder / "logs"
        self.journal = self.folder / "journal"
        self.labelled = self.folder / "labelled"
        """A file that exists once kubetui has put labels or taints on a node."""
        self.authorities = self.folder / "authorities.pem"
        """The company's authorities that its machines trust; it exists once a machine was to trust one."""
        self.addons = self.folder / "addons.json"
        """The add-ons that may be in the cluster; it exists while there are any."""
        self.lessons = self.folder / "lessons.json"
        """What is remembered of its lessons; it exists once one was started (`operations.extras.lessons.record`)."""
        self.merged = self.folder / "merged.json"
        """Names the files into which its kubeconfig was merged."""
        self.box = self.folder / "box.json"
        self.leaving = self.folder / "leaving.yaml"
        """The profile with the machines that have to leave; it exists until they are gone."""
        self.upgrade = self.folder / "upgrade.yaml"
        """The profile with the version that an upgrade goes to; it exists until the cluster is there."""
        self.snapshots = self.folder / "snapshots"
        self.reverting = self.folder / "reverting"
        """The label of a snapshot; it exists from when the first machine is brought back until the last one is."""
        self.restoring = self.folder / "restore.json"
        """What is being restored from a backup; it exists until that is done (`cluster.restoring`)."""

    @property
    def exists(self) -> bool:
        """Whether a run began here and the cluster was not destroyed since. Raises KubetuiError for a symbolic link."""
        if self.folder.is_symlink():
            raise linked(self.folder)
        return self.profile.exists()

    def create(self) -> None:
        """Make the folder, if it does not exist."""
        private_folder(state_home())
        private_folder(self.folder.parent)
        private_folder(self.folder)
        private_folder(self.logs)

    def remove(self) -> None:
        """Remove the folder, the profile last: cut off halfway it is still a cluster, and is removed again."""
        for path in self.folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif path != self.profile:
                path.unlink()
        shutil.rmtree(self.folder)

    def identity(self) -> str:
        """Return what tells this cluster from every other, for marks on its machines; made up when first asked for."""
        if not self._identity.exists():
            self.identify(secrets.token_hex(16))
        return self._identity.read_text()

    def identify(self, identity: str) -> None:
        """Tell the cluster from every other by this from now on: machines with another mark are not its own."""
        write_private(self._identity, identity)

    def merged_into(self) -> tuple[str, ...]:
        """Return the files into which its kubeconfig was merged; none where nobody can read which."""
        try:
            found = json.loads(self.merged.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return ()
        return tuple(each for each in found if isinstance(each, str)) if isinstance(found, list) else ()

    @contextmanager
    def lock(self, purpose: Purpose = "build") -> Iterator[None]:
        """Lock the cluster for one run. The operating system releases the lock however the process ends.

        The lock file lies beside the folder and is never removed, so that it cannot be stale.
        Raises BusyError that names the process holding it, and as `refuse_halfway` does.
        """
        private_folder(state_home())
        private_folder(self._lock.parent)
        descriptor = open_private(self._lock, os.O_RDWR)
        try:
            if not _taken(descriptor):
                raise BusyError(
                    f"Another kubetui (process {_read(descriptor).pid or 'unknown'}) is working on {self.name}.",
                    fix="Wait until it ends, or end it.",
                )
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()} {purpose}\n".encode(), 0)
            self.refuse_halfway(purpose)
            yield
        finally:
            os.close(descriptor)

    def refuse_halfway(self, purpose: Purpose) -> None:
        """Raise KubetuiError where something else was begun with the cluster and is not finished."""
        if purpose not in _WHILE_RESTORING and self.reverting.exists():
            label = self.reverting.read_text(encoding="utf-8")
            raise KubetuiError(
                f"The snapshot {label} of {self.name} is not restored yet: its machines are of different moments.",
                fix=f"Go on with: kubetui snapshot restore {self.name} {label}",
                id="SNAPSHOT-PENDING",
            )
        if purpose not in _WHILE_UPGRADING and self.upgrade.exists():
            raise KubetuiError(
                f"The upgrade of {self.name} is not finished: its machines have different versions of Kubernetes.",
                fix=f"Go on with: kubetui upgrade {self.name}",
                id="UPGRADE-PENDING",
            )
        if purpose not in _WHILE_REBUILDING and self.restoring.exists():
            raise KubetuiError(
                f"{self.name} is being restored from a backup, and that is not finished.",
                fix=f"Go on with: kubetui start {self.name}",
                id="RESTORE-PENDING",
            )

    def holder(self) -> Holder | None:
        """Return who works on the cluster now; None when nobody does. Readers take a short shared lock."""
        try:
            descriptor = os.open(self._lock, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            return None if locks(descriptor, fcntl.LOCK_SH) else _read(descriptor)
        except OSError:
            # a file system without locks gives no answer
            return Holder(0, "build")
        finally:
            os.close(descriptor)

    @property
    def _identity(self) -> Path:
        return self.folder / "identity"

    @property
    def _lock(self) -> Path:
        return state_home() / "locks" / self.name


def _read(descriptor: int) -> Holder:
    """Read who holds a lock from its file; one of an older kubetui has no purpose."""
    pid, _, purpose = os.pread(descriptor, 40, 0).decode(errors="replace").strip().partition(" ")
    return Holder(int(pid) if pid.isdecimal() else 0, _PURPOSES.get(purpose, "build"))


def _taken(descriptor: int) -> bool:
    """Take a lock; return false when another run holds it.

    Readers that check for a run take a short shared lock, so this waits for them.
    """
    end = time.monotonic() + _GLANCE
    while not locks(descriptor, fcntl.LOCK_EX):
        if not locks(descriptor, fcntl.LOCK_SH) or time.monotonic() > end:
            return False
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        time.sleep(_POLL)
    return True


def existing(name: str) -> Cluster:
    """Return an existing cluster. Raises UsageError that lists the clusters."""
    cluster = Cluster(name)
    if not cluster.exists:
        names = ", ".join(all_names()) or "there are none yet"
        raise UsageError(f"There is no cluster {name}.", fix=f"Clusters: {names}.")
    return cluster


def all_names() -> tuple[str, ...]:
    """Return the names of all clusters, including those that this user cannot read."""
    folder = state_home() / "clusters"
    if not folder.is_dir():
        return ()
    found = (path for path in folder.iterdir() if is_name(path.name) and not path.is_symlink())
    return tuple(sorted(path.name for path in found if _has_profile(path)))


def _has_profile(folder: Path) -> bool:
    try:
        (folder / "profile.yaml").stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        # it may belong to another user: reading it later gives the reason
        return True
    return True


def made_by_vagrant(folder: Path, machine: str = "*") -> tuple[tuple[str, str], ...]:
    """Return name and provider of each machine that Vagrant has made in a cluster's folder; of one, when named."""
    records = sorted(folder.glob(f".vagrant/machines/{machine}/*/id"))
    return tuple((record.parts[-3], record.parts[-2]) for record in records)


def log_of(folder: Path, machine: str) -> Path:
    """Return the file of a machine's log."""
    return folder / f"{machine}.log"
