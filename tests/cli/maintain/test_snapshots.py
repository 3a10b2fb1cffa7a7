"""`kubetui snapshot` and `--checkpoints` as a person types them: asked, refused in words, shown."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kubetui.base.errors import ExitCode
from kubetui.cli.main import main
from kubetui.cli.maintain import snapshots as command
from kubetui.cluster import snapshots
from kubetui.cluster.folder import Cluster
from kubetui.cluster.snapshots import Snapshot
from kubetui.profile.files import file as profilefile
from kubetui.profile.schema.profile import Profile
from tests.containers import PLAN, Host, host

__all__ = ["host"]
HOSTS = [{"name": "kubmaster", "role": "control plane", "address": "192.0.2.1"}]


def kubetui(*words: str) -> Result:
    return CliRunner().invoke(main, [*words])


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path))
    cluster = Cluster("lab")
    cluster.create()
    cluster.profile.write_text(profilefile.dump(PLAN.profile.model_copy(update={"name": "lab"})))
    for machine in PLAN.machines:
        folder = cluster.folder / ".vagrant/machines" / machine.name / "lxc"
        folder.mkdir(parents=True)
        (folder / "id").write_text(machine.name)
    return cluster


@pytest.fixture
def healed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note the clusters that are started, in place of starting them."""
    started: list[str] = []

    def run(_plan: object, name: str, _options: object) -> ExitCode:
        started.append(name)
        return ExitCode.OK

    monkeypatch.setattr(command, "settled", lambda *_: None)
    monkeypatch.setattr(command, "run", run)
    return started


def recorded(lab: Cluster, label: str, at: float, **more: Any) -> None:
    machines = dict(snapshots.identities(lab.folder))
    snapshots.begin(lab, label)
    snapshots.complete(lab, Snapshot(label, at, "0.1.0", "1.37", "lxc", machines, **more))


@pytest.mark.usefixtures("host")
def test_a_cluster_is_saved_listed_restored_and_removed(lab: Cluster, host: Host, healed: list[str]) -> None:
    said = kubetui("snapshot", "save", "lab", "one")
    assert said.exit_code == 0, said.output
    assert re.search(r"\nlab: its snapshot is saved, after \d:\d\d\.\n", said.output)
    assert "Bring it back with: kubetui snapshot restore lab one\n" in said.output
    assert healed == []
    _, listed = kubetui("snapshot", "list", "lab", "-o", "wide").output.splitlines()
    assert re.fullmatch(r"one    20\d\d-\d\d-\d\d \d\d:\d\d:\d\d  \d+ MiB +1\.\d+ +saved +kubmaster, kubnode1", listed)
    host.write("after!")
    said = kubetui("snapshot", "restore", "lab", "one", "--yes")
    assert said.exit_code == 0, said.output
    assert "what happened on kubmaster, kubnode1 since then is lost" in said.output
    assert "lab: its machines are brought back" in said.output
    assert host.read() == "before"
    assert healed == ["lab"]
    assert kubetui("snapshot", "remove", "lab", "one", "--yes").output.endswith("The snapshot one of lab is gone.\n")
    assert kubetui("snapshot", "list", "lab").output.startswith("lab has no snapshots.")


def test_nothing_is_lost_without_an_answer(lab: Cluster, host: Host) -> None:
    kubetui("snapshot", "save", "lab", "one")
    host.called.clear()
    for words in (("restore", "lab", "one"), ("remove", "lab", "one")):
        said = kubetui("snapshot", *words)
        assert said.exit_code == ExitCode.USAGE
        assert "Nobody can answer here" in said.output
    assert not host.called


def test_a_checkpoint_is_gone_back_to_and_not_gone_on_from(
    lab: Cluster, healed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []

    def watched(_options: object, _run: Callable[..., object]) -> ExitCode:
        taken.append("restored")
        return ExitCode.OK

    monkeypatch.setattr(command, "watched", watched)
    recorded(lab, "after-images", 1.0, after="images")
    recorded(lab, "after-init", 2.0, after="init")
    said = kubetui("snapshot", "restore", "lab", "--before", "init", "--yes")
    assert said.exit_code == 0, said.output
    assert "lab is as it was after the step images. Go on with: kubetui start lab\n" in said.output
    assert (taken, healed) == (["restored"], [])


def test_the_list_as_json_has_what_cannot_be_read_too(lab: Cluster) -> None:
    recorded(lab, "one", 1.0, bytes=5)
    recorded(lab, "two", 2.0)
    (lab.snapshots / "one" / "snapshot.json").write_text("{")
    found = json.loads(kubetui("snapshot", "list", "lab", "--json").output)
    assert found["cluster"] == "lab"
    assert [each["label"] for each in found["snapshots"]] == ["two"]
    assert list(found["damaged"]) == ["one"]
    assert re.search(r"^one .*  cannot be read: ", kubetui("snapshot", "list", "lab").output, re.MULTILINE)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("save", "lab", "UPPER"), "cannot be a snapshot's label"),
        (("save", "lab", "../x"), "cannot be a snapshot's label"),
        (("save", "lab", "one"), "lab has a snapshot one"),
        (("save", "other"), "There is no cluster other"),
        (("restore", "lab"), "Name a snapshot, or a step with --before"),
        (("restore", "lab", "one", "--before", "init"), "Name a snapshot, or a step with --before"),
        (("restore", "lab", "onee"), "Did you mean one"),
        (("restore", "lab", "--before", "innit"), "Did you mean init"),
        (("restore", "lab", "--before", "init"), "no checkpoint from before init"),
        (("remove", "lab", "two"), "There is no snapshot two"),
    ],
)
def test_what_cannot_be_is_refused_in_words(lab: Cluster, words: tuple[str, ...], said: str) -> None:
    recorded(lab, "one", 1.0)
    done = kubetui("snapshot", *words)
    assert done.exit_code == ExitCode.USAGE
    assert said in done.output


@pytest.mark.parametrize("fields", [{"provider": "rehearsal"}, {"provider": "hosts", "hosts": HOSTS}])
def test_machines_without_snapshots_are_refused(lab: Cluster, fields: dict[str, Any]) -> None:
    lab.profile.write_text(profilefile.dump(Profile.model_validate({"name": "lab", **fields})))
    assert kubetui("snapshot", "save", "lab").exit_code == ExitCode.USAGE


def test_the_command_that_goes_on_is_named(lab: Cluster) -> None:
    lab.reverting.write_text("one")
    done = kubetui("stop", "lab")
    assert "The snapshot one of lab is not restored yet" in done.output
    assert "Go on with: kubetui snapshot restore lab one" in done.output
    assert "SNAPSHOT-PENDING" in done.output


def test_snapshots_are_named_before_they_go_with_their_cluster(lab: Cluster) -> None:
    recorded(lab, "one", 1.0, bytes=2**31)
    said = kubetui("destroy", "lab")
    assert "Destroy lab with its machines and everything in them, and 1 snapshot (2048 MiB) of it?" in said.output


@pytest.mark.parametrize("provider", ["virtualbox", "rehearsal"])
def test_checkpoints_are_refused_where_there_are_none(lab: Cluster, tmp_path: Path, provider: str) -> None:
    path = tmp_path / "other.yaml"
    path.write_text(profilefile.dump(Profile.model_validate({"name": "other", "provider": provider})))
    done = kubetui("up", str(path), "--checkpoints", "--yes")
    assert done.exit_code == ExitCode.USAGE
    assert "--checkpoints does not work with" in done.output
