"""When this computer's disk runs full during a run, kubetui says so, and nothing is lost: the same command resumes."""

import errno
from pathlib import Path

import pytest

from kubetui.base.errors import HostError
from kubetui.base.files import room
from kubetui.record.journal import Journal, Record, read
from tests.machines.rehearsal.conftest import Theatre


@pytest.mark.parametrize("records", [0, 1, 2, 40])
async def test_nothing_begins_before_it_is_on_disk(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch, records: int
) -> None:
    """The journal's own write fails, from some record on, as on a disk that is full."""
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


def test_other_errors_stay_unchanged(tmp_path: Path) -> None:
    with pytest.raises(PermissionError), room(tmp_path):
        raise PermissionError(errno.EACCES, "Permission denied")
    with pytest.raises(HostError, match="MiB are free"), room(tmp_path / "not" / "there"):
        raise OSError(errno.EDQUOT, "Disk quota exceeded")
