"""A cluster's snapshots, as they are written down on this host: when, of which machines, with the cluster's own files.

A snapshot is a folder with its label's name. Its record is written last and removed first, so that a folder without one
is what a save or a removal left that was cut off.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from kubetui.base.errors import UsageError
from kubetui.base.files import private_folder, write_private
from kubetui.base.text import ago, counted, did_you_mean
from kubetui.cluster.folder import Cluster, is_name

FILES: Final = ("profile.yaml", "kubeconfig", "labelled", "authorities.pem", "addons.json", "box.json")
"""The files of a cluster that change with its machines; one that a snapshot does not have was not there."""
_RECORD: Final = "snapshot.json"
_LATEST: Final = 2**40
"""The last time that can be shown, in seconds since the epoch."""
_OPTIONAL: Final = frozenset({"bytes", "after"})


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All machines of a cluster at one moment.

    `at` is in seconds since the epoch; `machines` maps each machine to what tells it from one that is made anew under
    its name; `bytes` are what it took of the disk, None where nobody knows. A checkpoint is made `after` a step.
    """

    label: str
    at: float
    kubetui: str
    kubernetes: str
    provider: str
    machines: Mapping[str, str]
    bytes: int | None = None
    after: str = ""

    @property
    def size(self) -> str:
        """What it took of the disk, in words; empty where nobody knows."""
        return "" if self.bytes is None else _size(self.bytes)

    def losses(self, now: float) -> tuple[str, ...]:
        """Say what is lost when it is brought back, and what it is, in sentences."""
        since = f"Saved {ago(now - self.at)}: what happened on {', '.join(self.machines)} since then is lost."
        own = f"It is a checkpoint, made after the step {self.after}: the machines are started, and no more."
        return (since, own) if self.after else (since,)


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a cluster has of snapshots: whole ones, the newest first; labels of unreadable ones, and of cut off ones."""

    whole: tuple[Snapshot, ...] = ()
    damaged: Mapping[str, str] = field(default_factory=dict)
    """Why each of them cannot be read."""
    cut: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that are taken."""
        return (*(each.label for each in self.whole), *self.damaged)

    @property
    def bytes(self) -> int:
        """What they take of the disk, as far as that is known."""
        return sum(each.bytes or 0 for each in self.whole)

    @property
    def words(self) -> str:
        """How many there are and what they take of the disk; empty where there are none."""
        size = f" ({_size(self.bytes)})" if self.bytes else ""
        return f"{counted(len(self.labels), 'snapshot')}{size}" if self.labels else ""

    def find(self, label: str) -> Snapshot:
        """Return a whole snapshot. Raises UsageError where there is none, SNAPSHOT-RECORD for a damaged one."""
        if label in self.damaged:
            raise UsageError(
                f"The record of the snapshot {label} cannot be read: {self.damaged[label]}.",
                fix="Restore another one.",
                id="SNAPSHOT-RECORD",
            )
        for each in self.whole:
            if each.label == label:
                return each
        known = [each.label for each in self.whole]
        fix = did_you_mean(label, known, otherwise="There are") if known else "There is none yet."
        raise UsageError(f"There is no snapshot {label[:60]}.", fix=fix)


def _size(number: int) -> str:
    return f"{max(1, number // 2**20)} MiB"


def read(cluster: Cluster) -> Shelf:
    """Read what a cluster has of snapshots. Changes nothing."""
    whole, damaged, cut = [], {}, []
    for folder in sorted(cluster.snapshots.glob("*")):
        label = folder.name
        if not is_name(label) or folder.is_symlink() or not folder.is_dir():
            continue
        try:
            whole.append(parse((folder / _RECORD).read_bytes(), label))
        except FileNotFoundError:
            cut.append(label)
        except (OSError, ValueError) as error:
            damaged[label] = str(error)
    return Shelf(tuple(sorted(whole, key=lambda each: (-each.at, each.label))), damaged, tuple(cut))


def parse(data: bytes, label: str) -> Snapshot:
    """Parse a record. Raises ValueError that says what is wrong with it."""
    try:
        found: Any = json.loads(data)
    except RecursionError:
        found = None
    if not isinstance(found, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004 - as json.loads does for other wrong files
    known = {each.name for each in fields(Snapshot)}
    if missing := sorted(known - _OPTIONAL - found.keys()):
        raise ValueError(f"it has no {missing[0]}")
    values = {name: found[name] for name in known & found.keys()}
    for name, value in values.items():
        if not _fits(name, value):
            raise ValueError(f"its {name} is not what kubetui writes")
    if values["label"] != label:
        raise ValueError("it is that of another snapshot")
    return Snapshot(**values)


def _fits(name: str, value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    match name:
        case "at":
            return number and 0 <= value < _LATEST
        case "bytes":
            return value is None or (number and isinstance(value, int) and value >= 0)
        case "machines":
            texts = isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
            return texts and bool(value)
        case _:
            return isinstance(value, str)


def begin(cluster: Cluster, label: str) -> None:
    """Write down that a snapshot is being saved."""
    private_folder(cluster.snapshots)
    private_folder(cluster.snapshots / label)


def complete(cluster: Cluster, snapshot: Snapshot) -> None:
    """Keep the cluster's own files with a snapshot, and write down that it is whole."""
    folder = cluster.snapshots / snapshot.label
    for name in FILES:
        if (cluster.folder / name).exists():
            write_private(folder / name, (cluster.folder / name).read_bytes())
    write_private(folder / _RECORD, json.dumps(asdict(snapshot), indent=2) + "\n")


def give_up(cluster: Cluster, label: str) -> None:
    """Write down that a snapshot does not count any more, before anything of it is removed."""
    (cluster.snapshots / label / _RECORD).unlink(missing_ok=True)


def forget(cluster: Cluster, label: str) -> None:
    """Remove what is left of a snapshot on this host, once its machines have nothing of it."""
    shutil.rmtree(cluster.snapshots / label, ignore_errors=False)


def bring_back(cluster: Cluster, label: str) -> None:
    """Make the cluster's own files what they were; safe to repeat."""
    folder = cluster.snapshots / label
    for name in FILES:
        if (folder / name).exists():
            write_private(cluster.folder / name, (folder / name).read_bytes())
        elif name != cluster.profile.name:
            (cluster.folder / name).unlink(missing_ok=True)
    for begun in (cluster.leaving, cluster.upgrade):
        begun.unlink(missing_ok=True)


def identities(folder: Path) -> Mapping[str, str]:
    """Return what tells each machine in a cluster's folder from one that is made anew: Vagrant's own id of it."""
    found = {}
    for record in sorted(folder.glob(".vagrant/machines/*/*/id")):
        own = record.with_name("index_uuid")
        found[record.parts[-3]] = (own if own.exists() else record).read_text(encoding="utf-8").strip()
    return found
