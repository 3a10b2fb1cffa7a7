"""A cluster's context comes on request, never from a rehearsal, and goes with the cluster."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from kubetui.base.errors import UsageError
from kubetui.cluster import kubeconfig
from kubetui.cluster.folder import Cluster
from kubetui.operations import destroy as destroying
from kubetui.operations.context import holding, merge
from kubetui.operations.destroy import destroy
from kubetui.profile.files import file as profilefile
from kubetui.profile.schema.profile import Profile
from tests.cluster.test_kubeconfig import THEIRS, kubeadms
from tests.fakes import FakeProvider


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setattr(destroying, "make", lambda *_: FakeProvider())
    return tmp_path


def made(provider: str = "lxc") -> Cluster:
    cluster = Cluster("lab")
    cluster.create()
    cluster.profile.write_text(profilefile.dump(Profile(name="lab", provider=provider)))
    kubeadms(cluster.folder)
    return cluster


def contexts(path: Path) -> list[str]:
    return [each["name"] for each in yaml.safe_load(path.read_text())["contexts"]]


async def test_destroy_takes_the_context_out_of_every_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = made()
    default, other, listed = home / ".kube" / "config", home / "other", home / "listed"
    other.write_text(THEIRS)
    merge(cluster)
    merge(cluster, other)
    monkeypatch.setenv("KUBECONFIG", str(listed))
    merge(cluster)
    monkeypatch.delenv("KUBECONFIG")
    assert (contexts(default), contexts(other), contexts(listed)) == (["lab"], ["work", "lab"], ["lab"])
    assert yaml.safe_load(default.read_text())["current-context"] == "lab"
    said: list[str] = []
    await destroy(cluster, said.append)
    assert (contexts(default), contexts(other), contexts(listed)) == ([], ["work"], [])
    assert yaml.safe_load(default.read_text())["current-context"] == ""
    assert yaml.safe_load(other.read_text())["current-context"] == "work"
    assert said == [f"{path} no longer has the context lab" for path in (default, other, listed)]
    assert not cluster.folder.exists()


async def test_a_rehearsal_is_refused_with_the_reason_and_one_merged_before_goes(home: Path) -> None:
    cluster = made("rehearsal")
    default = home / ".kube" / "config"
    with pytest.raises(UsageError, match="is a rehearsal: its API server answers only while kubetui runs") as caught:
        merge(cluster)
    assert caught.value.id == "REHEARSAL"
    assert not default.exists()
    # an older kubetui merged it, and wrote down nowhere that it did
    kubeconfig.merge(cluster.kubeconfig, "lab", default)
    await destroy(cluster, lambda _line: None)
    assert contexts(default) == []


async def test_a_file_that_cannot_be_read_keeps_no_cluster_from_going(home: Path) -> None:
    cluster = made()
    path = home / "broken"
    merge(cluster, path)
    text = path.read_text()
    path.write_text(f"{text}: [")
    said: list[str] = []
    await destroy(cluster, said.append)
    assert not cluster.folder.exists()
    (line,) = said
    assert line.startswith(f"{path} may keep the context lab: {path} cannot be read as a kubeconfig")
    assert path.read_text() == f"{text}: ["


def test_a_cluster_without_a_kubeconfig_is_not_merged(home: Path) -> None:
    cluster = made()
    cluster.kubeconfig.unlink()
    with pytest.raises(UsageError, match="has never been ready"):
        merge(cluster)
    assert not cluster.merged.exists()


def test_a_clusters_own_kubeconfig_is_no_target(home: Path) -> None:
    cluster = made()
    with pytest.raises(UsageError, match="the cluster's own kubeconfig"):
        merge(cluster, cluster.kubeconfig)


async def test_no_file_keeps_a_current_context_that_is_gone(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`kubectl config use-context` writes into the first file, and the context may lie in another one."""
    cluster = made()
    first, second = home / "first", home / "second"
    first.write_text("apiVersion: v1\nkind: Config\n")
    monkeypatch.setenv("KUBECONFIG", f"{first}:{second}")
    merge(cluster, second)
    first.write_text("apiVersion: v1\nkind: Config\ncurrent-context: lab\n")
    said: list[str] = []
    await destroy(cluster, said.append)
    assert yaml.safe_load(first.read_text())["current-context"] == ""
    assert f"{first} no longer has the current context lab" in said


async def test_a_current_context_that_another_file_still_has_stays(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = made()
    first, second = home / "first", home / "second"
    first.write_text("apiVersion: v1\nkind: Config\ncurrent-context: lab\n")
    second.write_text(THEIRS.replace("work", "lab"))
    monkeypatch.setenv("KUBECONFIG", f"{first}:{second}")
    third = home / "third"
    merge(cluster, third)
    await destroy(cluster, lambda _line: None)
    assert yaml.safe_load(first.read_text())["current-context"] == "lab"


def test_what_a_removal_lists_is_what_goes(home: Path) -> None:
    cluster = made()
    other = home / "other"
    merge(cluster)
    merge(cluster, other)
    assert holding(cluster) == (home / ".kube" / "config", other)
    other.unlink()
    assert holding(cluster) == (home / ".kube" / "config",)
