"""`kubetui image` as a person types it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kubetui.base.errors import ExitCode
from kubetui.cli import audience
from kubetui.cli.extras.images import Bars
from kubetui.cli.main import main
from kubetui.cluster.folder import Cluster
from kubetui.operations.extras.images import load, local, remove
from kubetui.operations.extras.images.load import Loaded, Outcome
from kubetui.operations.extras.images.remove import Found
from kubetui.operations.extras.images.stored import Row
from kubetui.profile.files import file as profilefile
from kubetui.profile.schema.profile import Profile
from tests.imagefiles import docker, layer

NAME = "docker.io/library/m:1"
ID = f"sha256:{'a' * 64}"


def kubetui(*words: str) -> Result:
    return CliRunner().invoke(main, ["image", *words])


@pytest.fixture(autouse=True)
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    made = Cluster("lab")
    made.create()
    made.profile.write_text(profilefile.dump(Profile(name="lab")))
    return made


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return docker(tmp_path / "m.tar", [layer(1)], "m:1")


def outcomes(monkeypatch: pytest.MonkeyPatch, loaded: Mapping[str, Loaded], troubles: Mapping[str, str]) -> None:
    async def answer(*_: object) -> Outcome:
        return Outcome((NAME,), loaded, troubles)

    monkeypatch.setattr(load, "load", answer)


def test_what_each_machine_got_and_how_a_pod_names_it(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes(monkeypatch, {"kubmaster": Loaded(0, 0, {NAME: ID}), "kubnode1": Loaded(3, 5_000_000, {NAME: ID})}, {})
    said = kubetui("load", "lab", str(archive))
    assert said.exit_code == 0
    assert said.output.splitlines() == [
        "kubmaster        has it already",
        "kubnode1         5 MB in 3 pieces",
        f"{NAME} is the same on 2 machines: {ID}",
        "  In a pod: image: m:1",
    ]


def test_a_machine_without_it_is_named_and_the_exit_code_says_so(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes(monkeypatch, {"kubmaster": Loaded(0, 0, {NAME: ID})}, {"kubnode1": "kubnode1 is stopped."})
    said = kubetui("load", "lab", str(archive))
    assert said.exit_code == ExitCode.PARTLY
    assert "kubnode1: kubnode1 is stopped." in said.output
    outcomes(monkeypatch, {}, {"kubnode1": "kubnode1 is stopped."})
    assert kubetui("load", "lab", str(archive)).exit_code == ExitCode.RUN


def test_json_has_all_of_it(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes(monkeypatch, {"kubnode1": Loaded(3, 5_000_000, {NAME: ID})}, {"kubnode2": "off"})
    document = json.loads(kubetui("load", "lab", str(archive), "--json").stdout)
    assert document == {
        "cluster": "lab",
        "images": [NAME],
        "loaded": [{"machine": "kubnode1", "pieces": 3, "sent": 5_000_000, "ids": {NAME: ID}}],
        "failed": {"kubnode2": "off"},
    }


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    said = kubetui("load", "lab", str(tmp_path / "gone.tar"))
    assert said.exit_code == ExitCode.USAGE
    assert "There is no file" in said.output


def test_a_rehearsal_has_no_images(cluster: Cluster, archive: Path) -> None:
    cluster.profile.write_text(profilefile.dump(Profile(name="lab", provider="rehearsal")))
    for words in (("load", "lab", str(archive)), ("list", "lab"), ("remove", "lab", "m:1")):
        said = kubetui(*words)
        assert said.exit_code == ExitCode.USAGE
        assert "is a rehearsal, and its machines have no images" in said.output


ENGINE = """#!/bin/bash
case "$1 $2" in
  "image inspect") [[ ${*: -1} == m:1 ]] || { echo "Error: No such image: ${*: -1}" >&2; exit 1; } ;;
  save*) while [[ $1 != --output ]]; do shift; done; cp %s "$2" ;;
esac
"""


@pytest.mark.parametrize("name", local.ENGINES)
def test_an_image_is_taken_from_docker_or_podman_here(
    name: str, archive: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / name).write_text(ENGINE % archive)
    (programs / name).chmod(0o755)
    (programs / "cp").symlink_to("/bin/cp")
    (programs / "bash").symlink_to("/bin/bash")
    monkeypatch.setenv("PATH", str(programs))
    outcomes(monkeypatch, {"kubnode1": Loaded(0, 0, {NAME: ID})}, {})
    said = kubetui("load", "lab", "m:1")
    assert said.exit_code == 0, said.output
    assert f"Saving m:1 from {name}" in said.output
    assert list(cluster.folder.glob("images-*")) == []
    said = kubetui("load", "lab", "n:1")
    assert said.exit_code == ExitCode.HOST
    assert f"{name}: Error: No such image: n:1" in said.output


def test_a_host_without_either_is_told_to_name_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    said = kubetui("load", "lab", "m:1")
    assert said.exit_code == ExitCode.HOST
    assert "neither Docker nor Podman" in said.output


ROWS = (
    Row(NAME, ID, 5_000_000, ("kubmaster", "kubnode1"), own=False),
    Row("registry.k8s.io/pause:3.10.2", "sha256:b", 300_000, ("kubmaster",), own=True),
)


def finds(monkeypatch: pytest.MonkeyPatch, name: str, troubles: Mapping[str, str]) -> None:
    async def answer(*_: object) -> Found:
        return Found(ROWS, troubles, 2)

    monkeypatch.setattr(remove, name, answer)


def test_the_list_leaves_the_clusters_own_out_unless_all_are_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    finds(monkeypatch, "listed", {})
    assert kubetui("list", "lab").output.splitlines() == [
        "IMAGE                  SIZE    ID            MACHINES  BROUGHT BY",
        f"{NAME}  5.0 MB  aaaaaaaaaaaa  all       you",
        "1 image of the cluster itself not shown; --all shows them.",
    ]
    said = kubetui("list", "lab", "--all").output
    assert "0.3 MB  b             kubmaster  the cluster" in said


def test_a_list_that_is_not_whole_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    finds(monkeypatch, "listed", {"kubnode2": "kubnode2 is stopped."})
    assert kubetui("list", "lab").exit_code == ExitCode.UNHEALTHY


def test_a_removal_says_where_from(monkeypatch: pytest.MonkeyPatch) -> None:
    async def answer(*_: object) -> Found:
        return Found(ROWS[:1], {}, 2)

    monkeypatch.setattr(remove, "remove", answer)
    assert kubetui("remove", "lab", "m:1").output == f"Removed {NAME} from kubmaster, kubnode1.\n"


def test_progress_is_a_line_for_each_quarter_of_each_machine(capsys: pytest.CaptureFixture[str]) -> None:
    with Bars(plain=True) as bars:
        for have in range(0, 101, 5):
            bars("kubnode1", have * 10**6, 100 * 10**6)
        bars("kubnode2", 10**6, 10**6)
    assert capsys.readouterr().err.splitlines() == [
        "  kubnode1 25 %, 25 of 100 MB",
        "  kubnode1 50 %, 50 of 100 MB",
        "  kubnode1 75 %, 75 of 100 MB",
        "  kubnode1 100 %, 100 of 100 MB",
        "  kubnode2 100 %, 1 of 1 MB",
    ]


def test_on_a_terminal_it_is_one_line_that_is_written_over(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(audience, "_REFRESH", 0.0)
    with Bars(plain=False) as bars:
        bars("kubnode1", 1_000_000, 4_000_000)
        bars("kubnode2", 4_000_000, 4_000_000)
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.endswith("\r  kubnode1 25 %  kubnode2 100 %  5 of 8 MB\x1b[K\n")
