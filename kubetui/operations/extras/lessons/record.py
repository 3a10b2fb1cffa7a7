"""What a cluster remembers of its lessons: the image, when each began and with what, and the files written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pydantic import TypeAdapter, ValidationError

from kubetui.base.errors import RunError
from kubetui.base.files import write_private
from kubetui.cluster.folder import Cluster
from kubetui.software.lessons import CATALOGUE, IMAGE, Begun


@dataclass(frozen=True)
class Entry:
    """One lesson started. `files` are the SHA-256 of what was written, by path; `passed` is when it passed."""

    begun: Begun
    folder: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    passed: float = 0.0


@dataclass(frozen=True)
class Record:
    """The lessons of one cluster, by name."""

    image: str = IMAGE
    lessons: Mapping[str, Entry] = field(default_factory=dict)

    def begun(self, lesson: str) -> Begun | None:
        """Return what there was when a lesson began; None where it did not."""
        return self.lessons[lesson].begun if lesson in self.lessons else None

    def having(self, lesson: str, entry: Entry) -> Record:
        """Return it with a lesson's entry."""
        return replace(self, lessons={**self.lessons, lesson: entry})

    def without(self, names: tuple[str, ...]) -> Record:
        """Return it without some lessons."""
        return replace(self, lessons={name: entry for name, entry in self.lessons.items() if name not in names})


_RECORD = TypeAdapter(Record)


def from_on(lesson: str) -> tuple[str, ...]:
    """Return the names of a lesson and of all that stand on it."""
    names = tuple(CATALOGUE)
    return names[names.index(lesson) :]


def read(cluster: Cluster) -> Record:
    """Return what a cluster remembers. Raises RunError when it cannot be read."""
    try:
        return _RECORD.validate_json(cluster.lessons.read_bytes())
    except FileNotFoundError:
        return Record()
    except (OSError, ValidationError) as error:
        raise RunError(
            f"{cluster.lessons} cannot be read: {' '.join(str(error).split())}.",
            fix="It says when each lesson began. Move it away, and start the lesson again.",
        ) from error


def write(cluster: Cluster, record: Record) -> None:
    """Remember; a record without lessons is removed."""
    if record.lessons:
        write_private(cluster.lessons, _RECORD.dump_json(record, indent=2) + b"\n")
    else:
        cluster.lessons.unlink(missing_ok=True)
