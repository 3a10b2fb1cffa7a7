"""A restore that began and has not come to its end, written down in the cluster's folder.

It names the backup, which lies beside it, the profile to build, and the identity of the new machines. While it is
there, a control plane is made from the backup alone. It is written last of all and removed first, so that it is never
without its backup.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from kubetui.base.errors import KubetuiError, UsageError
from kubetui.base.files import open_private, write_private
from kubetui.cluster.backup import Backup
from kubetui.cluster.folder import Cluster

_CHUNK: Final = 2**20


@dataclass(frozen=True, slots=True)
class Pending:
    """A restore under way: the new machines' identity, the profile as YAML, and the backup's SHA-256."""

    identity: str
    profile: str
    digest: str

    def backup(self, cluster: Cluster) -> Path:
        """Return where the copy of the backup lies."""
        return cluster.folder / f"restore-{self.digest[:16]}.tar"


def pending(cluster: Cluster) -> Pending | None:
    """Return the restore that is under way. Raises KubetuiError where its file cannot be read."""
    try:
        found = json.loads(cluster.restoring.read_text(encoding="utf-8"))
        return Pending(**{name: str(found[name]) for name in ("identity", "profile", "digest")})
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, LookupError):
        raise KubetuiError(
            f"{cluster.restoring} is not as kubetui wrote it.",
            fix="Move it away, then run kubetui restore-backup again.",
            id="FOLDER",
        ) from None


def begin(cluster: Cluster, backup: Backup, profile: str) -> Pending:
    """Copy a backup into the cluster's folder and write down that it is being restored, as this profile.

    Raises UsageError when the backup is another one than was read.
    """
    made = Pending(secrets.token_hex(16), profile, backup.digest)
    _copy(backup, made.backup(cluster))
    if not cluster.exists:
        # there are no machines of an earlier build that would have to go first
        cluster.identify(made.identity)
    write_private(cluster.restoring, json.dumps(asdict(made)) + "\n")
    return made


def end(cluster: Cluster) -> None:
    """Forget a restore that is done, and remove every copy of a backup."""
    cluster.restoring.unlink(missing_ok=True)
    for path in (*cluster.folder.glob("restore-*.tar"), *cluster.folder.glob("restore-*.part")):
        path.unlink()


def _copy(backup: Backup, target: Path) -> None:
    part, digest = target.with_suffix(".part"), hashlib.sha256()
    with backup.path.open("rb") as source, os.fdopen(open_private(part, os.O_WRONLY | os.O_TRUNC), "wb") as file:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    if digest.hexdigest() != backup.digest:
        part.unlink()
        raise UsageError(f"{backup.path} was changed while it was read.", fix="Run the same command again.")
    part.rename(target)
