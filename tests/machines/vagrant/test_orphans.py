"""Orphaned Vagrant processes: found by their working folder, waited for, or interrupted."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from kubetui.machines.vagrant import orphans

FAKE = "#!/bin/sh\ntrap 'exit 130' INT\nwhile [ -e running ]; do sleep 0.05; done\n"


@pytest.fixture
def orphan(tmp_path: Path) -> Iterator[psutil.Process]:
    """A `vagrant up` whose parent has exited."""
    (tmp_path / "vagrant").write_text(FAKE)
    (tmp_path / "running").touch()
    # without job control (set -m), the shell makes background jobs ignore SIGINT
    start = "set -m; sh ./vagrant up kubmaster >/dev/null 2>&1 </dev/null & echo $!"
    pid = subprocess.run(["bash", "-c", start], cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    process = psutil.Process(int(pid))
    # until it execs sh, it shows the command line of the bash that forked it
    end = time.monotonic() + 60
    while "./vagrant" not in process.cmdline():
        assert time.monotonic() < end
        time.sleep(0.01)
    yield process
    if process.is_running():
        process.send_signal(signal.SIGKILL)


def test_an_orphan_is_found_by_its_folder(tmp_path: Path, orphan: psutil.Process) -> None:
    # no exact match: its child shows the same command line until it execs sleep
    assert orphan in orphans.working_in(tmp_path)
    assert orphans.working_in(tmp_path / "other") == []


def test_an_orphan_is_found_behind_a_symbolic_link(tmp_path: Path, orphan: psutil.Process) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    assert orphan in orphans.working_in(link)


async def test_waiting_ends_when_the_orphan_exits(tmp_path: Path, orphan: psutil.Process) -> None:
    lines: list[str] = []
    waiting = asyncio.create_task(orphans.wait_for(tmp_path, lines.append))
    async with asyncio.timeout(60):
        while not lines:  # noqa: ASYNC110 - the log has no event to wait for
            await asyncio.sleep(0.01)
    assert str(orphan.pid) in lines[0]
    assert not waiting.done()
    (tmp_path / "running").unlink()
    await waiting
    assert orphans.working_in(tmp_path) == []


async def test_interrupting_ends_the_orphan(tmp_path: Path, orphan: psutil.Process) -> None:
    lines: list[str] = []
    await orphans.interrupt(tmp_path, lines.append)
    assert orphans.working_in(tmp_path) == []
    assert len(lines) >= 1


def test_our_own_child_is_not_an_orphan(tmp_path: Path) -> None:
    (tmp_path / "vagrant").write_text(FAKE)
    (tmp_path / "running").touch()
    with subprocess.Popen(["sh", "./vagrant", "up"], cwd=tmp_path) as process:
        assert orphans.working_in(tmp_path) == []
        process.kill()


@pytest.mark.parametrize(
    "error", [FileNotFoundError("/proc/4711/cwd"), psutil.NoSuchProcess(4711), psutil.AccessDenied()]
)
def test_a_process_that_ends_meanwhile_is_none_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    class Ending:
        def cmdline(self) -> list[str]:
            return ["ruby", "/usr/bin/vagrant", "up"]

        def cwd(self) -> str:
            raise error

    monkeypatch.setattr(psutil, "process_iter", lambda: iter([Ending()]))
    assert orphans.working_in(tmp_path) == []
