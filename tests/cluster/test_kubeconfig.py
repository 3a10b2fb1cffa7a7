"""Merging a cluster's kubeconfig into the user's: keeps all other entries and honours kubectl's lock."""

from __future__ import annotations

import base64
import os
import shutil
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubetui.base.errors import BusyError, KubetuiError, UsageError
from kubetui.cluster.kubeconfig import files, lock, merge, target, unmerge

THEIRS = """\
# written by hand
apiVersion: v1
kind: Config
current-context: work
preferences: {}
my-own-field: 0o17
clusters:
- name: work
  cluster: {server: "https://work:6443", insecure-skip-tls-verify: true, extra: 1.40}
users:
- name: kubernetes-admin
  user:
    token: abc # keep it
    expires: 2024-01-01T00:00:00Z
contexts:
- context: {cluster: work, user: kubernetes-admin}
  name: work
"""


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def kubeadms(folder: Path, server: str = "https://192.168.56.101:6443", ca: str = "first") -> Path:
    path = folder / "kubeconfig"
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "lab", "cluster": {"server": server, "certificate-authority-data": encoded(ca)}}],
        "users": [
            {
                "name": "kubernetes-admin",
                "user": {"client-certificate-data": encoded(f"cert {ca}"), "client-key-data": encoded(f"key {ca}")},
            }
        ],
        "contexts": [
            {"name": "kubernetes-admin@lab", "context": {"cluster": "lab", "user": "kubernetes-admin"}},
        ],
        "current-context": "kubernetes-admin@lab",
    }
    path.write_text(yaml.safe_dump(config))
    return path


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "lab").mkdir()
    return kubeadms(tmp_path / "lab")


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "config"
    path.write_text(THEIRS)
    path.chmod(0o644)
    return path


def load(path: Path) -> Any:
    return yaml.load(path.read_text(), Loader=yaml.BaseLoader)  # noqa: S506 - strings only, so that nothing is lost


def named(config: Any, kind: str) -> dict[str, Any]:
    return {entry["name"]: entry for entry in config[kind]}


def test_a_merge_adds_a_context_with_the_clusters_name(source: Path, mine: Path) -> None:
    before = load(mine)
    done = merge(source, "lab", mine)
    after = load(mine)
    assert done.changed
    for kind in ("clusters", "users", "contexts"):
        assert after[kind][: len(before[kind])] == before[kind]
    assert named(after, "contexts")["lab"]["context"] | {"extensions": 0} == {
        "cluster": "lab",
        "user": "lab-admin",
        "extensions": 0,
    }
    assert named(after, "users")["lab-admin"]["user"]["client-key-data"] == encoded("key first")
    assert {key: value for key, value in after.items() if key not in {"clusters", "users", "contexts"}} == {
        key: value for key, value in before.items() if key not in {"clusters", "users", "contexts"}
    }
    assert "expires: 2024-01-01T00:00:00Z" in mine.read_text()
    assert "0o17" in mine.read_text()
    assert stat.S_IMODE(mine.stat().st_mode) == 0o600
    assert done.backup is not None
    assert done.backup.read_text() == THEIRS
    assert stat.S_IMODE(done.backup.stat().st_mode) == 0o600
    assert not mine.with_name("config.lock").exists()


def test_a_second_merge_changes_nothing(source: Path, mine: Path) -> None:
    merge(source, "lab", mine)
    before, files = mine.read_bytes(), sorted(mine.parent.iterdir())
    assert not merge(source, "lab", mine).changed
    assert mine.read_bytes() == before
    assert sorted(mine.parent.iterdir()) == files


def test_a_missing_file_is_created(source: Path, tmp_path: Path) -> None:
    path = tmp_path / "home" / ".kube" / "config"
    done = merge(source, "lab", path)
    assert done.backup is None
    assert load(path)["current-context"] == "lab"
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    for text in ("", "apiVersion: v1\nkind: Config\nclusters: null\nusers:\ncontexts: []\ncurrent-context: ''\n"):
        path.write_text(text)
        merge(source, "lab", path)
        assert load(path)["current-context"] == "lab"
        assert list(named(load(path), "clusters")) == ["lab"]


def test_a_rebuilt_cluster_replaces_only_its_own_entries(source: Path, mine: Path) -> None:
    merge(source, "lab", mine)
    kubeadms(source.parent, ca="new")
    assert merge(source, "lab", mine).changed
    after = load(mine)
    assert named(after, "clusters")["lab"]["cluster"]["certificate-authority-data"] == encoded("new")
    assert len(after["clusters"]) == 2
    assert len(after["users"]) == 2
    assert after["current-context"] == "work"


@pytest.mark.parametrize(
    ("kind", "entry"),
    [
        (
            "clusters",
            {"name": "lab", "cluster": {"server": "https://other:6443", "certificate-authority-data": "T1Q="}},
        ),
        ("users", {"name": "lab-admin", "user": {"token": "theirs"}}),
        ("contexts", {"name": "lab", "context": {"cluster": "work", "user": "kubernetes-admin"}}),
    ],
)
def test_an_entry_of_another_cluster_is_never_replaced(source: Path, mine: Path, kind: str, entry: Any) -> None:
    config = load(mine)
    config[kind].append(entry)
    mine.write_text(yaml.safe_dump(config))
    before = mine.read_bytes()
    with pytest.raises(UsageError, match=f" {entry['name']}.* belongs to another cluster"):
        merge(source, "lab", mine)
    assert mine.read_bytes() == before
    assert not list(mine.parent.glob("config.*"))


def test_merging_another_cluster_of_the_same_name_is_refused(source: Path, mine: Path, tmp_path: Path) -> None:
    merge(source, "lab", mine)
    (tmp_path / "other").mkdir()
    with pytest.raises(UsageError, match=r"https://192\.168\.56\.101:6443"):
        merge(kubeadms(tmp_path / "other", "https://10.0.0.1:6443", "other"), "lab", mine)


@pytest.mark.parametrize(
    "text",
    ["- a\n", "a: [", "clusters: text\n", "clusters: {a: 1}\n", "\x00", "a: 1\n---\nb: 2\n", "[" * 5000, "!!x y"],
    ids=range(8),
)
def test_an_invalid_file_is_not_changed(source: Path, mine: Path, text: str) -> None:
    mine.write_text(text)
    with pytest.raises(UsageError, match="cannot be read as a kubeconfig"):
        merge(source, "lab", mine)
    assert mine.read_text() == text
    assert not list(mine.parent.glob("config.*"))


def test_a_symbolic_link_is_refused(source: Path, mine: Path) -> None:
    link = mine.with_name("link")
    link.symlink_to(mine)
    with pytest.raises(KubetuiError, match="symbolic link"):
        merge(source, "lab", link)
    assert mine.read_text() == THEIRS
    assert link.is_symlink()


def test_an_error_about_a_stale_lock_names_the_lock_file(mine: Path) -> None:
    held = mine.with_name("config.lock")
    held.touch()
    with pytest.raises(BusyError, match=r"config\.lock has existed"), lock(mine, seconds=0.1):
        pass
    assert held.exists()


def test_a_merge_waits_for_kubectls_lock(source: Path, mine: Path) -> None:
    held = mine.with_name("config.lock")
    held.touch()
    threading.Timer(0.3, held.unlink).start()
    assert merge(source, "lab", mine).changed


def test_no_reader_ever_sees_half_a_file(source: Path, mine: Path) -> None:
    stop = threading.Event()
    seen: list[int] = []

    def reader() -> None:
        while not stop.is_set():
            seen.append(len(load(mine)["contexts"]))

    thread = threading.Thread(target=reader)
    thread.start()
    for number in range(10):
        merge(kubeadms(source.parent, ca=f"{number}"), "lab", mine)
    stop.set()
    thread.join()
    assert set(seen) <= {1, 2}


WRITER = """
import os, sys, time, yaml
path, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
for number in range(count):
    while True:
        try:
            os.close(os.open(path + ".lock", os.O_CREAT | os.O_EXCL, 0))
            break
        except FileExistsError:
            time.sleep(0.001)
    config = yaml.load(open(path), Loader=yaml.BaseLoader)
    config["clusters"].append({"name": f"{name}{number}", "cluster": {"server": "https://x"}})
    with open(path, "w") as file:
        file.write(yaml.safe_dump(config))
    os.remove(path + ".lock")
"""


def test_writers_that_honour_the_lock_lose_nothing(source: Path, mine: Path, tmp_path: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(mine), name, "15"]) for name in ("a", "b")]
    merges = 0
    while any(writer.poll() is None for writer in writers):
        merges += merge(kubeadms(source.parent, ca=f"{merges}"), "lab", mine).changed
    assert [writer.wait() for writer in writers] == [0, 0]
    assert merges > 1
    names = set(named(load(mine), "clusters"))
    assert {"work", "lab", *(f"{name}{number}" for name in ("a", "b") for number in range(15))} <= names


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_kubectl_can_read_and_change_the_merged_file(source: Path, mine: Path) -> None:
    def kubectl(*words: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "KUBECONFIG": str(mine)}
        return subprocess.run(["kubectl", *words], env=environment, capture_output=True, text=True, check=False)

    failed: list[str] = []

    def writer(name: str) -> None:
        for number in range(12):
            # kubectl fails at once if the lock is held; a user would run it again
            for _ in range(50):
                said = kubectl("config", "set", f"clusters.{name}{number}.server", f"https://{name}{number}")
                if said.returncode == 0:
                    break
                time.sleep(0.02)
            else:
                failed.append(said.stderr)

    # only one: kubectl reads without the lock what another kubectl has written half, and loses the rest
    other = threading.Thread(target=writer, args=("a",))
    other.start()
    tries = 0
    while other.is_alive():
        merge(source, "lab", mine)
        tries += 1
        time.sleep(0.05)
    assert not failed
    assert tries > 1
    # kubectl reads before it locks and may undo a merge in between; the next merge restores it
    merge(source, "lab", mine)
    assert not merge(source, "lab", mine).changed
    assert kubectl("config", "view", "-o", "jsonpath={.contexts[?(@.name=='lab')].context.user}").stdout == "lab-admin"
    assert kubectl("config", "use-context", "lab").returncode == 0
    # kubectl keeps kubetui's mark, so a rebuilt cluster still finds its own entries
    assert merge(kubeadms(source.parent, ca="new"), "lab", mine).changed
    config = load(mine)
    assert "work" in named(config, "clusters")
    assert config["current-context"] == "lab"
    assert kubectl("config", "view", "--raw").returncode == 0


def listed(monkeypatch: pytest.MonkeyPatch, *paths: Path) -> None:
    monkeypatch.setenv("KUBECONFIG", os.pathsep.join(map(str, paths)))


def test_the_file_is_chosen_as_kubectl_chooses_it(
    source: Path, mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing, last = tmp_path / "missing", tmp_path / "last"
    assert target(source, "lab") == tmp_path / "home" / ".kube" / "config"
    listed(monkeypatch, missing)
    assert target(source, "lab") == missing
    monkeypatch.setenv("KUBECONFIG", f"{missing}::{mine}:{mine}:{last}")
    assert files() == (missing, mine, last)
    assert target(source, "lab") == mine
    listed(monkeypatch, missing, last)
    assert target(source, "lab") == last
    # where its context is, it stays
    merge(source, "lab", last)
    listed(monkeypatch, mine, last)
    assert target(source, "lab") == last


def test_a_relative_file_of_the_list_is_the_one_in_this_folder(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KUBECONFIG", "config")
    assert target(source, "lab") == tmp_path / "config"


def test_files_that_kubectl_reads_together_count_as_one(
    source: Path, mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = tmp_path / "first"
    listed(monkeypatch, first, mine)
    merge(source, "lab", first)
    # the other file has a current context
    assert not load(first).get("current-context")
    (tmp_path / "other").mkdir()
    theirs = kubeadms(tmp_path / "other", "https://10.0.0.1:6443", "other")
    with pytest.raises(UsageError, match=f"{first} has a cluster lab .* belongs to another cluster"):
        merge(theirs, "lab", mine)
    assert mine.read_text() == THEIRS


def test_unmerge_takes_exactly_what_merge_put_there(source: Path, mine: Path) -> None:
    before = load(mine)
    merge(source, "lab", mine)
    config = load(mine)
    config["contexts"].append({"name": "lab-dev", "context": {"cluster": "lab", "user": "lab-admin"}})
    config["contexts"][1]["context"]["namespace"] = "mine"
    mine.write_text(yaml.safe_dump(config))
    assert unmerge(source, "lab", mine)
    before["contexts"].append(config["contexts"][2])
    assert load(mine) == before
    assert stat.S_IMODE(mine.stat().st_mode) == 0o600
    assert not unmerge(source, "lab", mine)


@pytest.mark.parametrize(("current", "left"), [("lab", ""), ("work", "work")])
def test_the_current_context_goes_if_it_is_the_clusters(source: Path, mine: Path, current: str, left: str) -> None:
    merge(source, "lab", mine)
    mine.write_text(mine.read_text().replace("current-context: work", f"current-context: {current}"))
    unmerge(source, "lab", mine)
    assert load(mine)["current-context"] == left


def test_unmerge_leaves_another_clusters_entries_of_the_same_name(source: Path, mine: Path, tmp_path: Path) -> None:
    merge(source, "lab", mine)
    (tmp_path / "other").mkdir()
    before = mine.read_bytes()
    assert not unmerge(kubeadms(tmp_path / "other"), "lab", mine)
    assert not unmerge(source, "other", mine)
    assert not unmerge(source, "lab", tmp_path / "missing")
    assert mine.read_bytes() == before


def test_a_file_with_a_layout_of_its_own_is_backed_up_before_entries_go(source: Path, mine: Path) -> None:
    merge(source, "lab", mine)
    for backup in mine.parent.glob("config.before-*"):
        backup.unlink()
    kept = mine.read_text()
    mine.write_text(f"# mine\n{kept}")
    unmerge(source, "lab", mine)
    (backup,) = mine.parent.glob("config.before-*")
    assert backup.read_text() == f"# mine\n{kept}"
    backup.unlink()
    mine.write_text(kept)
    unmerge(source, "lab", mine)
    assert not list(mine.parent.glob("config.before-*"))


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_kubectl_writes_where_kubetui_merges(
    source: Path, mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing, last = tmp_path / "missing", tmp_path / "last"
    for paths in ([missing], [missing, last], [missing, mine, last], [mine, last], [last, mine]):
        listed(monkeypatch, *paths)
        chosen = target(source, "lab")
        said = subprocess.run(
            ["kubectl", "config", "set", "clusters.new.server", "https://x"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert said.returncode == 0, said.stderr
        assert [path for path in paths if path.exists() and "new" in path.read_text()] == [chosen]
        mine.write_text(THEIRS)
        for path in (missing, last):
            path.unlink(missing_ok=True)


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_kubectl_reads_what_unmerge_leaves(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "config"
    listed(monkeypatch, path)
    merge(source, "lab", path)
    assert subprocess.run(["kubectl", "config", "use-context", "lab"], check=False).returncode == 0
    assert unmerge(source, "lab", path)
    said = subprocess.run(
        ["kubectl", "config", "get-contexts", "-o", "name"], capture_output=True, text=True, check=True
    )
    assert said.stdout == ""
    current = subprocess.run(["kubectl", "config", "current-context"], capture_output=True, text=True, check=False)
    assert current.returncode == 1
