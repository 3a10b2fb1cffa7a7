"""A run that fills this computer's disk reports it and loses nothing: the same command resumes."""

import errno
from pathlib import Path

import pytest

from kubetui.base.errors import HostError
from kubetui.base.files import room
from kubetui.record.journal import Journal, Record, read
from tests.machines.rehearsal.conftest import Theatre


@pytest.mark.parametrize("records", [0, 1, 2, 40])
async def test_no_task_starts_before_its_journal_record_is_on_disk(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch, records: int
) -> None:
    """From a given record on, the journal's writes fail as on a full disk."""
    write, left = Journal._write, records

    def full(self: Journal, at: float, record: Record) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(self, at, record)

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "_write", full)
        with pytest.raises(HostError, match=r"The disk of .* is full") as caught:
            await theatre.up()
    assert caught.value.id == "HOST-DISK"
    assert "run the same command again to resume" in caught.value.fix
    last = read(theatre.cluster.journal)
    assert last is None or not last.ended
    assert (await theatre.up()).ok


def test_errors_other_than_a_full_disk_stay_unchanged(tmp_path: Path) -> None:
    with pytest.raises(PermissionError), room(tmp_path):
        raise PermissionError(errno.EACCES, "Permission denied")
    with pytest.raises(HostError, match="MiB are free"), room(tmp_path / "not" / "there"):
        raise OSError(errno.EDQUOT, "Disk quota exceeded")
