"""Signals to `kubetui` as a process: a run lands or stops at once, a destroy ends in order, nothing stays behind."""

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from kubetui.record.journal import LastRun, read
from tests.machines.vagrant.standin import built

KUBETUI = (sys.executable, "-m", "kubetui")


@contextmanager
def started(home: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    environment = {
        "PATH": f"{home}:{os.environ['PATH']}",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "FAKE_VAGRANT": str(home),
    }
    pipe = subprocess.PIPE
    with subprocess.Popen(words, env=environment, cwd=home, stdout=pipe, stderr=subprocess.STDOUT, text=True) as run:
        yield run
        run.kill()


def until(run: subprocess.Popen[str], words: str) -> None:
    assert run.stdout
    assert any(words in line for line in run.stdout), f"it never said {words!r}"


def ended(run: subprocess.Popen[str]) -> tuple[int, str]:
    said, _ = run.communicate(timeout=300)
    assert "Traceback" not in said, said
    return run.returncode, said


def last_run(home: Path) -> LastRun:
    last = read(home / ".local/state/kubetui/clusters/rehearsal/journal")
    assert last
    return last


UP = (*KUBETUI, "up", "rehearsal", "--yes", "--speed", "5")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_lets_running_steps_finish(tmp_path: Path, number: int) -> None:
    with started(tmp_path, *UP) as run:
        until(run, "base: ")
        run.send_signal(number)
        code, _ = ended(run)
    assert code == 130
    assert last_run(tmp_path).ended
    assert last_run(tmp_path).in_flight == ()


def test_a_second_signal_stops_at_once(tmp_path: Path) -> None:
    with started(tmp_path, *UP) as run:
        until(run, "base: ")
        run.send_signal(signal.SIGTERM)
        until(run, "press Ctrl+C again")
        run.send_signal(signal.SIGTERM)
        code, _ = ended(run)
    assert code == 130
    assert last_run(tmp_path).ended


def test_nohup_ignores_a_closed_terminal(tmp_path: Path) -> None:
    with started(tmp_path, "nohup", *KUBETUI, "up", "rehearsal", "--yes", "--speed", "100") as run:
        until(run, "base: ")
        run.send_signal(signal.SIGHUP)
        code, said = ended(run)
    assert code == 0, said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_destroy_can_be_repeated(tmp_path: Path, number: int) -> None:
    """Vagrant is interrupted as by Ctrl+C and waited for; the cluster's folder stays until its machines are gone."""
    cluster, record = built(tmp_path)
    working = "trap 'echo interrupted; exit 1' INT\necho working $$\nfor i in {1..600}; do sleep 0.1; done\n"
    (tmp_path / "destroy.sh").write_text(working)
    with started(tmp_path, *KUBETUI, "destroy", "lab", "--yes") as run:
        assert run.stdout
        working = next(line for line in run.stdout if "working" in line)
        run.send_signal(number)
        code, said = ended(run)
    assert code == 130, said
    assert "Run the same command again to continue." in said
    pid = re.search(r"\d+", working)
    assert pid
    assert not psutil.pid_exists(int(pid[0]))
    (tmp_path / "destroy.sh").write_text(f"rm {shlex.quote(str(record))}\n")
    with started(tmp_path, *KUBETUI, "destroy", "lab", "--yes") as run:
        assert ended(run)[0] == 0
    assert not cluster.exists()
