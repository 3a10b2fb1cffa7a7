"""The journal after runs that ended, were interrupted, or left an incomplete line."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubetui.base.errors import BusyError, KubetuiError
from kubetui.engine.events import Outcome, RunFinished, RunStarted, TaskFinished, TaskId, TaskStarted
from kubetui.record import journal as journals
from kubetui.record.journal import Journal, begun, parse, read, spared

INIT, JOIN = TaskId("init", "kubmaster"), TaskId("join", "kubnode1")
BLOCKED = TaskId("check", "kubmaster")
BEGUN = (
    RunStarted(1.0, "lab", ("kubmaster", "kubnode1"), (INIT, JOIN)),
    TaskStarted(2.0, INIT, "kubeadm init", "", ""),
    TaskFinished(3.0, INIT, Outcome.DONE, 1.0),
    TaskStarted(4.0, JOIN, "kubeadm join", "", ""),
)


def written(path: Path, *events: object) -> bytes:
    journal = Journal(path)
    for event in events:
        journal(event)  # type: ignore[arg-type]  # strange events are what is tested
    journal.close()
    return path.read_bytes()


def test_an_empty_journal_has_no_run(tmp_path: Path) -> None:
    assert read(tmp_path / "journal") is None


def test_an_interrupted_run_names_its_tasks_in_flight(tmp_path: Path) -> None:
    written(tmp_path / "journal", *BEGUN)
    last = read(tmp_path / "journal")
    assert last is not None
    assert (last.ended, last.ok, last.in_flight, last.failed) == (False, False, ("kubnode1/join",), ())


def test_a_failed_run_names_its_failed_tasks(tmp_path: Path) -> None:
    failed = TaskFinished(5.0, JOIN, Outcome.FAILED, 1.0, "no", "STEP")
    written(
        tmp_path / "journal", *BEGUN, failed, RunFinished(6.0, "lab", 5.0, ok=False, changed=1, failed=1, blocked=0)
    )
    last = read(tmp_path / "journal")
    assert last is not None
    assert (last.ended, last.ok, last.in_flight, last.failed) == (True, False, (), ("kubnode1/join",))


def test_only_the_last_run_counts(tmp_path: Path) -> None:
    written(tmp_path / "journal", *BEGUN)
    done = RunFinished(9.0, "lab", 5.0, ok=True, changed=0, failed=0, blocked=0)
    written(tmp_path / "journal", BEGUN[0], done)
    last = read(tmp_path / "journal")
    assert last is not None
    assert (last.at, last.ended, last.ok, last.in_flight) == (9.0, True, True, ())


@given(cut=st.integers(min_value=1))
def test_an_incomplete_last_line_is_moved_away(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    path = tmp_path_factory.mktemp("journal") / "journal"
    whole = written(path, *BEGUN)
    last = whole.rstrip(b"\n").rfind(b"\n") + 1
    end = last + cut % (len(whole) - last)
    path.write_bytes(whole[:end])
    again = written(path, *BEGUN)
    assert again.startswith(whole[:last])
    assert len(parse(again, "journal")[0]) == 2 * len(BEGUN) - 1


def test_a_full_disk_leaves_no_half_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, write, left = tmp_path / "journal", os.write, [30]

    def fills_up(descriptor: int, data: bytes) -> int:
        taken = write(descriptor, data[: left[0]])
        left[0] -= taken
        if not taken:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return taken

    journal = Journal(path)
    journal(BEGUN[0])
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", fills_up)
        with pytest.raises(OSError, match="No space left"):
            journal(BEGUN[1])
    journal(BEGUN[2])
    journal.close()
    records, torn = parse(path.read_bytes(), "journal")
    assert ([record["event"] for record in records], torn) == (["run", "end"], b"")


@pytest.mark.parametrize("change", [lambda lines: lines[1:], lambda lines: [*lines[:1], b"{", *lines[1:]]])
def test_a_missing_record_is_an_error(tmp_path: Path, change: Callable[[list[bytes]], list[bytes]]) -> None:
    path = tmp_path / "journal"
    lines = written(path, *BEGUN).splitlines()
    path.write_bytes(b"\n".join([*change(lines), b""]))
    with pytest.raises(KubetuiError, match=r"journal:\d: this is not the expected record"):
        Journal(path)


@pytest.mark.parametrize(
    ("at", "change"),
    [
        (0, {"event": None}),
        (0, {"event": ["run"]}),
        (0, {"at": "1"}),
        (0, {"at": None}),
        (0, {"at": float("nan")}),
        (0, {"at": 10**400}),
        (1, {"task": None}),
        (1, {"task": ["kubmaster/init"]}),
        (2, {"task": 1}),
        (2, {"outcome": None}),
        (4, {"ok": "yes"}),
        (4, {"ok": None}),
    ],
)
def test_an_incomplete_record_is_an_error(tmp_path: Path, at: int, change: dict[str, object]) -> None:
    path = tmp_path / "journal"
    done = RunFinished(9.0, "lab", 5.0, ok=True, changed=0, failed=0, blocked=0)
    lines = written(path, *BEGUN, done).splitlines()
    record = {**json.loads(lines[at]), **change}
    whole = {field: value for field, value in record.items() if value is not None}
    for damaged in (record, whole):
        path.write_bytes(b"\n".join([*lines[:at], json.dumps(damaged).encode(), *lines[at + 1 :], b""]))
        with pytest.raises(KubetuiError, match=rf"journal:{at + 1}: this is not the expected record") as caught:
            read(path)
        assert caught.value.id == "JOURNAL"


def test_only_the_owner_can_read_the_journal(tmp_path: Path) -> None:
    written(tmp_path / "journal", *BEGUN)
    assert (tmp_path / "journal").stat().st_mode & 0o777 == 0o600


def test_one_run_locks_the_journal_and_readers_do_not_wait(tmp_path: Path) -> None:
    path = tmp_path / "lab" / "journal"
    path.parent.mkdir()
    with spared(path), spared(path):
        pass
    with closing(Journal(path)) as journal:
        journal(BEGUN[0])
        path.write_bytes(before := path.read_bytes() + b"half")
        with pytest.raises(BusyError, match="Another kubetui is working on lab"):
            Journal(path)
        with pytest.raises(BusyError), spared(path):
            pass
        # the refused writer neither truncated the file nor moved it away
        assert (path.read_bytes(), read(path) is None) == (before, False)
    with spared(path), pytest.raises(BusyError):
        Journal(path)
    assert written(path, BEGUN[0]).count(b"\n") == 2


def test_a_large_journal_is_moved_away_and_stays_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "journal"
    whole = written(path, *BEGUN)
    monkeypatch.setattr(journals, "MAX_BYTES", len(whole) - 1)
    with closing(Journal(path)) as journal:
        with pytest.raises(BusyError):
            Journal(path)
        journal(BEGUN[0])
    assert path.with_suffix(".old").read_bytes() == whole
    assert path.with_suffix(".old").stat().st_mode & 0o777 == 0o600
    assert len(parse(path.read_bytes(), "journal")[0]) == 1


def test_begun_tasks_are_remembered_across_runs(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    assert begun(path) is None
    path.touch()
    assert begun(path) is None
    written(path, *BEGUN)
    written(path, RunStarted(5.0, "lab", ("kubmaster",), ()), TaskFinished(6.0, BLOCKED, Outcome.BLOCKED, 0.0))
    assert begun(path) == frozenset({INIT, JOIN})


def test_tasks_begun_before_a_changed_profile_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    written(path, *BEGUN)
    with closing(Journal(path)) as journal:
        journal.revised(5.0)
        assert begun(path) == frozenset()
        journal(TaskStarted(6.0, JOIN, "kubeadm join", "", ""))
    assert begun(path) == frozenset({JOIN})
    assert read(path) is not None


def test_after_a_journal_is_moved_away_the_begun_tasks_are_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "journal"
    written(path, *BEGUN)
    monkeypatch.setattr(journals, "MAX_BYTES", 10)
    written(path, BEGUN[0])
    assert begun(path) is None
    monkeypatch.undo()
    with closing(Journal(path)) as journal:
        journal.revised(5.0)
    assert begun(path) == frozenset()
