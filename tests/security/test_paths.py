"""Files that kubetui writes are private whatever the umask, and never written through a symbolic link."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from kubetui.base.errors import KubetuiError, UsageError
from kubetui.cluster import folder as clusters
from kubetui.cluster import kubeconfig
from kubetui.cluster.folder import Cluster, all_names, existing
from kubetui.engine.events import Line
from kubetui.profile.files import file as profilefile
from kubetui.profile.schema.profile import Profile
from kubetui.record.journal import Journal
from kubetui.record.logs import Logs
from kubetui.remote.host_keys import HostKeys


def rehearse(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "XDG_STATE_HOME": str(home / "deep" / "state"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "HOME": str(home),
    }
    return subprocess.run(
        [sys.executable, "-m", "kubetui", *words],
        env=environment,
        umask=0,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@contextmanager
def without_umask() -> Iterator[None]:
    before = os.umask(0)
    try:
        yield
    finally:
        os.umask(before)


def test_a_whole_run_with_umask_0_leaves_only_private_files(tmp_path: Path) -> None:
    with without_umask():
        profilefile.save(Profile(name="lab"), tmp_path / "config" / "kubetui" / "profiles" / "lab.yaml")
    done = rehearse(tmp_path, "up", "lab", "--yes", "--rehearse", "--speed", "1000")
    assert done.returncode == 0, done.stderr
    folder = next((tmp_path / "deep" / "state" / "kubetui" / "clusters").iterdir())
    merged = tmp_path / ".kube" / "config"
    with without_umask():
        # a rehearsal's is refused on the command line
        kubeconfig.merge(folder / "kubeconfig", folder.name, merged)
    assert rehearse(tmp_path, "plan", "lab", "--script", str(tmp_path / "deep" / "scripts")).returncode == 0
    found = {path: stat.S_IMODE(path.lstat().st_mode) for path in tmp_path.rglob("*")}
    assert merged in found
    assert sum(path.is_file() for path in found) > 10
    scripts = tmp_path / "deep" / "scripts"
    for path, mode in found.items():
        if path.suffix == ".sh" or path == scripts:
            assert mode & 0o777 in {0o700, 0o777}
            continue
        assert mode == (0o700 if path.is_dir() else 0o600), f"{path} has the mode {mode:o}"


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "kubetui"


def write_all(name: str) -> None:
    """Write the files that a run writes in its cluster's folder."""
    cluster = Cluster(name)
    with cluster.lock():
        cluster.create()
        HostKeys(cluster.host_keys).pin("kubmaster", "ssh-ed25519 A")
        with closing(Journal(cluster.journal)), closing(Logs(cluster.logs)) as logs:
            logs(Line(0.0, "kubmaster", "facts", "hello"))
        profilefile.save(Profile(name=name), cluster.profile, overwrite=True)


PLACES: dict[str, Callable[[Path], Path]] = {
    "the state folder": lambda state: state,
    "all clusters": lambda state: state / "clusters",
    "the cluster": lambda state: state / "clusters" / "lab",
    "logs": lambda state: state / "clusters" / "lab" / "logs",
    "a log": lambda state: state / "clusters" / "lab" / "logs" / "kubmaster.log",
    "the journal": lambda state: state / "clusters" / "lab" / "journal",
    "the torn end of a journal": lambda state: state / "clusters" / "lab" / "journal.torn",
    "host keys": lambda state: state / "clusters" / "lab" / "host-keys",
    "the profile": lambda state: state / "clusters" / "lab" / "profile.yaml",
    "locks": lambda state: state / "locks",
    "the lock": lambda state: state / "locks" / "lab",
}


@pytest.mark.parametrize("place", PLACES)
def test_nothing_is_written_through_a_symbolic_link(tmp_path: Path, state: Path, place: str) -> None:
    path = PLACES[place](state)
    target = tmp_path / "theirs"
    folder = place in {"the state folder", "all clusters", "the cluster", "logs", "locks"}
    if folder:
        target.mkdir(mode=0o755)
    else:
        target.write_text("")
        target.chmod(0o644)
    path.parent.mkdir(parents=True, exist_ok=True)
    if "torn" in place:
        (path.parent / "journal").write_text("half a rec")
    path.symlink_to(target)
    with pytest.raises(KubetuiError, match="symbolic link") as caught:
        write_all("lab")
    assert str(path) in caught.value.message
    assert stat.S_IMODE(target.stat().st_mode) == (0o755 if folder else 0o644)
    if folder:
        assert list(target.iterdir()) == []
    else:
        assert target.read_text() == ""


def test_a_symlinked_cluster_folder_is_rejected(tmp_path: Path, state: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "profile.yaml").write_text("name: lab\n")
    (state / "clusters").mkdir(parents=True)
    (state / "clusters" / "lab").symlink_to(theirs)
    assert all_names() == ()
    with pytest.raises(KubetuiError, match="symbolic link"):
        existing("lab")


@pytest.mark.parametrize("name", ["..", ".", "../theirs", "/etc", "a/b", "", "a\nb", "-a", "\x1b[2J", "A", "a" * 41])
def test_no_cluster_name_escapes_the_clusters_folder(tmp_path: Path, state: Path, name: str) -> None:
    (state / "clusters").mkdir(parents=True)
    (state / "theirs").mkdir()
    (state / "theirs" / "profile.yaml").write_text("name: theirs\n")
    (state / "profile.yaml").write_text("name: theirs\n")
    with pytest.raises(UsageError) as caught:
        existing(name)
    assert "\x1b" not in str(caught.value)
    assert (state / "theirs" / "profile.yaml").exists()


def test_folders_with_invalid_cluster_names_are_not_listed(state: Path) -> None:
    for name in ("lab", "\x1b]52;c;eA==\x07", "UPPER"):
        (state / "clusters" / name).mkdir(parents=True)
        (state / "clusters" / name / "profile.yaml").write_text("name: lab\n")
    assert all_names() == ("lab",)
    assert clusters.is_name("lab")


def test_created_parent_folders_are_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "a" / "b"))
    before = os.umask(0)
    try:
        Cluster("lab").create()
    finally:
        os.umask(before)
    for path in (tmp_path / "a", tmp_path / "a" / "b"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
