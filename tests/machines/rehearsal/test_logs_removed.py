"""Logs deleted during a run: reported as a file error, and the same command recreates them."""

import asyncio
import shutil
from functools import partial

import pytest

from kubetui.base.files import refusal
from kubetui.engine.events import Line, TaskFinished
from kubetui.record.logs import Logs
from tests.machines.rehearsal.conftest import Theatre


@pytest.mark.parametrize("after", [Line, TaskFinished])
async def test_deleted_logs_are_reported_as_a_file_error_not_a_bug(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch, after: type[Line | TaskFinished]
) -> None:
    # head=0: all output overflows into tail files of its own
    with monkeypatch.context() as patch:
        patch.setattr("kubetui.operations.up.Logs", partial(Logs, head=0))
        running = asyncio.create_task(theatre.up(speed=50.0))
        while not any(isinstance(event, after) for event in theatre.events):  # noqa: ASYNC110 - as in test_run
            await asyncio.sleep(0.005)
        shutil.rmtree(theatre.cluster.logs)
        with pytest.raises(FileNotFoundError) as caught:
            await running
    known = refusal(caught.value)
    assert known is not None
    assert (known.id, known.exit_code) == ("HOST-FILE", 3)
    assert f"{theatre.cluster.logs}/" in known.message
    assert {failed.error_id for failed in theatre.failures} <= {"HOST-FILE"}
    assert (await theatre.up()).ok
