"""The last checks of a cluster, on disk: the cluster's screen shows them without checking again."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, get_args

from kubetui.base.check import Check, Status
from kubetui.base.files import write_private
from kubetui.cluster.folder import Cluster

_STATUSES: Final[Mapping[str, Status]] = {status: status for status in get_args(Status)}


@dataclass(frozen=True, slots=True)
class Checks:
    """When a cluster was last checked, in seconds since the epoch, and with what result."""

    at: float
    checks: tuple[Check, ...]


def keep(cluster: Cluster, checks: Sequence[Check]) -> None:
    """Write the checks into the cluster's folder."""
    write_private(_file(cluster), json.dumps({"at": time.time(), "checks": [asdict(each) for each in checks]}))


def read(cluster: Cluster) -> Checks | None:
    """Return the last checks; None where there are none, or where something else is in their file."""
    try:
        document = json.loads(_file(cluster).read_text(encoding="utf-8"))
        return Checks(float(document["at"]), tuple(map(_check, document["checks"])))
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _check(values: dict[str, str]) -> Check:
    return Check(str(values["name"]), _STATUSES[values["status"]], str(values["message"]), str(values["fix"]))


def _file(cluster: Cluster) -> Path:
    return cluster.folder / "checks.json"
