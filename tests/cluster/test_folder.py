"""A cluster's folder and its lock, with other processes that hold the lock and die."""

import fcntl
import shutil
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from kubetui.base.errors import BusyError, UsageError
from kubetui.cluster.folder import Cluster, all_names, existing, state_home

HOLD = """
import sys, time
from kubetui.cluster.folder import Cluster
with Cluster("lab").lock():
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "kubetui"


def test_a_second_process_is_refused_until_the_first_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD], stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout
            assert holder.stdout.readline() == "held\n"
            with (
                pytest.raises(BusyError, match=rf"\(process {holder.pid}\) is working on lab") as caught,
                Cluster("lab").lock(),
            ):
                pass
            assert caught.value.exit_code == 6
            with Cluster("other").lock():
                pass
        finally:
            holder.send_signal(signal.SIGKILL)
            holder.wait()
    with Cluster("lab").lock():
        pass


def test_the_same_process_cannot_lock_twice(state: Path) -> None:
    with Cluster("lab").lock(), pytest.raises(BusyError), Cluster("lab").lock():
        pass
    with pytest.raises(RuntimeError, match="broken"), Cluster("lab").lock():
        raise RuntimeError("broken")
    with Cluster("lab").lock():
        assert stat.S_IMODE((state / "locks" / "lab").stat().st_mode) == 0o600
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    # the lock file is never removed: another process may already have it open
    assert (state / "locks" / "lab").exists()


def test_a_readers_short_shared_lock_does_not_block_a_run(state: Path) -> None:
    with Cluster("lab").lock():
        pass
    with (state / "locks" / "lab").open() as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        glance = threading.Timer(0.05, fcntl.flock, (file, fcntl.LOCK_UN))
        glance.start()
        with Cluster("lab").lock():
            pass
        glance.join()


def test_a_surviving_child_does_not_hold_the_lock() -> None:
    with Cluster("lab").lock():
        child = subprocess.Popen(["sleep", "60"])
    try:
        with Cluster("lab").lock():
            pass
    finally:
        child.kill()
        child.wait()


def test_only_the_owner_can_read_folders(state: Path) -> None:
    cluster = Cluster("lab")
    assert not cluster.exists
    assert not state.exists()
    cluster.create()
    cluster.create()
    for folder in (state, state / "clusters", cluster.folder, cluster.logs):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not cluster.exists
    cluster.profile.touch()
    assert cluster.exists
    assert all_names() == ("lab",)
    assert existing("lab").folder == cluster.folder


def test_an_unknown_cluster_lists_the_known_ones(state: Path) -> None:
    assert all_names() == ()
    with pytest.raises(UsageError, match="There is no cluster lab") as caught:
        existing("lab")
    assert caught.value.fix == "Clusters: there are none yet."
    for name in ("two", "one"):
        Cluster(name).create()
        Cluster(name).profile.touch()
    (state / "clusters" / "half-made").mkdir()
    with pytest.raises(UsageError) as caught:
        existing("lab")
    assert caught.value.fix == "Clusters: one, two."


@pytest.mark.parametrize("name", ["", "..", "a/b", "../lab", "Lab", "a" * 41, "-a", "lab\n"])
def test_names_that_could_leave_the_folder_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match="cannot name a cluster"):
        Cluster(name)


def test_the_state_folder_follows_the_specification(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for value in ("", "relative/path"):
        monkeypatch.setenv("XDG_STATE_HOME", value)
        assert state_home() == tmp_path / ".local" / "state" / "kubetui"


def test_an_interrupted_removal_can_be_repeated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    cluster = Cluster("lab")
    cluster.create()
    (tmp_path / "theirs").mkdir()
    (cluster.folder / "link").symlink_to(tmp_path / "theirs")
    for path in (cluster.profile, cluster.host_keys, cluster.logs / "kubmaster.log"):
        path.write_text("")

    def cut_off(_path: Path) -> None:
        raise KeyboardInterrupt

    remove = shutil.rmtree
    monkeypatch.setattr(shutil, "rmtree", lambda path: cut_off(path) if path == cluster.folder else remove(path))
    with pytest.raises(KeyboardInterrupt):
        cluster.remove()
    assert [path.name for path in cluster.folder.iterdir()] == ["profile.yaml"]
    assert cluster.exists
    monkeypatch.setattr(shutil, "rmtree", remove)
    cluster.remove()
    assert not cluster.folder.exists()
    assert (tmp_path / "theirs").is_dir()
