"""The files of a lesson on this host: a person's own are never written over, and only kubetui's own go."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubetui.base.errors import KubetuiError, RunError, UsageError
from kubetui.cluster.folder import Cluster
from kubetui.operations.extras.lessons import folder, record
from kubetui.operations.extras.lessons.record import Entry, Record
from kubetui.software.lessons import CATALOGUE, IMAGE, Begun

TRAIN = CATALOGUE["train"]


def states(files: tuple[folder.Written, ...]) -> dict[str, str]:
    return {each.path.name: each.state for each in files}


def test_files_are_written_once_and_are_there_afterwards(tmp_path: Path) -> None:
    files, sums = folder.write(TRAIN, IMAGE, tmp_path / "new" / "train", {})
    assert set(states(files).values()) == {"written"}
    assert [each.path.name for each in files] == [name for name, _ in TRAIN.files]
    assert f'image: "{IMAGE}"' in (tmp_path / "new" / "train" / "job.yaml").read_text()
    again, same = folder.write(TRAIN, IMAGE, tmp_path / "new" / "train", sums)
    assert set(states(again).values()) == {"there"}
    assert same == sums


def test_a_changed_file_stays_and_is_not_kubetuis(tmp_path: Path) -> None:
    _, sums = folder.write(TRAIN, IMAGE, tmp_path, {})
    (tmp_path / "train.py").write_text("# mine\n")
    files, known = folder.write(TRAIN, IMAGE, tmp_path, sums)
    assert states(files)["train.py"] == "yours"
    assert (tmp_path / "train.py").read_text() == "# mine\n"
    same, changed = folder.unchanged(known)
    assert changed == (tmp_path / "train.py",)
    assert len(same) == len(TRAIN.files) - 1


def test_a_file_that_was_there_before_is_the_persons(tmp_path: Path) -> None:
    (tmp_path / "job.yaml").write_text("kind: Pod\n")
    files, sums = folder.write(TRAIN, IMAGE, tmp_path, {})
    assert states(files)["job.yaml"] == "yours"
    assert str(tmp_path / "job.yaml") not in sums


def test_another_image_is_written_into_files_that_nobody_changed(tmp_path: Path) -> None:
    _, sums = folder.write(TRAIN, IMAGE, tmp_path, {})
    files, _ = folder.write(TRAIN, "localhost/mine:2", tmp_path, sums)
    assert states(files)["job.yaml"] == "written"
    assert states(files)["train.py"] == "there"
    assert "localhost/mine:2" in (tmp_path / "job.yaml").read_text()


def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "own.txt").write_text("mine")
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / "train.py").symlink_to(tmp_path / "own.txt")
    files, _ = folder.write(TRAIN, IMAGE, tmp_path / "train", {})
    assert states(files)["train.py"] == "yours"
    assert (tmp_path / "own.txt").read_text() == "mine"
    (tmp_path / "own.txt").unlink()
    with pytest.raises(KubetuiError):
        folder.write(TRAIN, IMAGE, tmp_path / "train", {})
    assert not (tmp_path / "own.txt").exists()


def test_a_folder_in_place_of_a_file_is_kept(tmp_path: Path) -> None:
    _, sums = folder.write(TRAIN, IMAGE, tmp_path, {})
    (tmp_path / "train.py").unlink()
    (tmp_path / "train.py").mkdir()
    assert folder.unchanged(sums)[1] == (tmp_path / "train.py",)


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "train").write_text("")
    with pytest.raises(UsageError):
        folder.write(TRAIN, IMAGE, tmp_path / "train", {})


def test_removing_takes_empty_folders_along_and_no_others(tmp_path: Path) -> None:
    place = tmp_path / "lessons" / "train"
    _, sums = folder.write(TRAIN, IMAGE, place, {})
    (place / "notes.txt").write_text("mine")
    folder.remove(folder.unchanged(sums)[0])
    assert [each.name for each in place.iterdir()] == ["notes.txt"]
    (place / "notes.txt").unlink()
    _, sums = folder.write(TRAIN, IMAGE, place, {})
    folder.remove(folder.unchanged(sums)[0])
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_another_name_keeps_the_one_above_it(tmp_path: Path) -> None:
    _, sums = folder.write(TRAIN, IMAGE, tmp_path / "work" / "mine", {})
    folder.remove(folder.unchanged(sums)[0])
    assert [each.name for each in tmp_path.iterdir()] == ["work"]


def test_a_missing_file_is_neither_kept_nor_removed(tmp_path: Path) -> None:
    _, sums = folder.write(TRAIN, IMAGE, tmp_path, {})
    (tmp_path / "train.py").unlink()
    same, changed = folder.unchanged(sums)
    assert (len(same), changed) == (len(TRAIN.files) - 1, ())


def test_a_record_is_read_as_it_was_written(cluster: Cluster) -> None:
    assert record.read(cluster) == Record()
    made = Record(
        "mine:1", {"train": Entry(Begun(5.0, "serve", 2, "serve-1", ("uid",), "1 2"), "/some", {"a": "b"}, 7)}
    )
    record.write(cluster, made)
    assert record.read(cluster) == made
    record.write(cluster, made.without(("train", "batch")))
    assert not cluster.lessons.exists()


def test_a_record_that_cannot_be_read_is_an_error_and_not_nothing(cluster: Cluster) -> None:
    cluster.lessons.write_text("{")
    with pytest.raises(RunError, match=r"lessons\.json cannot be read") as refused:
        record.read(cluster)
    assert "Move it away" in refused.value.fix


def test_those_that_stand_on_a_lesson_follow_it() -> None:
    assert record.from_on("train") == tuple(CATALOGUE)
    assert record.from_on("break") == ("break", "rollout")
