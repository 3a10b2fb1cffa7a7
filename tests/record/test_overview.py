"""The list of clusters works even if one of them is damaged or unreadable."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kubetui.cluster.folder import Cluster, all_names
from kubetui.profile.files import file as profilefile
from kubetui.profile.schema.profile import Profile
from kubetui.record.overview import clusters


@pytest.fixture(autouse=True)
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    for name in ("lab", "other"):
        Cluster(name).create()
        Cluster(name).profile.write_text(profilefile.dump(Profile(name=name)))
    return Cluster("lab")


def states() -> dict[str, tuple[str, str]]:
    return {each.name: (each.state, each.words) for each in clusters()}


def unreadable(function: Callable[..., Any], folder: Path) -> Callable[..., Any]:
    """Refuse access to a folder's contents, as for another user's folder."""

    def refuse(path: Any, *arguments: Any, **options: Any) -> Any:
        if isinstance(path, str | Path) and folder in Path(path).parents:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return function(path, *arguments, **options)

    return refuse


RECORDS = {
    "a number alone": '{"n": 1}',
    "no task": '{"n": 1, "at": 1.0, "event": "begin"}',
    "too deep": "[" * 100_000,
}


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
def test_a_damaged_journal_affects_one_cluster(lab: Cluster, record: str) -> None:
    lab.journal.write_text(record + "\n")
    assert states() == {
        "lab": ("unreadable", "its journal cannot be read"),
        "other": ("stopped", "stopped before it began"),
    }


def test_a_folder_in_place_of_a_journal_affects_one_cluster(lab: Cluster) -> None:
    lab.journal.mkdir()
    assert states()["lab"] == ("unreadable", "its journal cannot be read")


def test_another_users_folder_is_listed_as_unreadable(lab: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    (lab.folder.parent / "no-cluster").mkdir()
    for name in ("stat", "lstat", "open", "scandir"):
        monkeypatch.setattr(os, name, unreadable(getattr(os, name), lab.folder))
    assert all_names() == ("lab", "other")
    assert states()["lab"] == ("unreadable", "its profile cannot be read")
    assert states()["other"][0] == "stopped"
