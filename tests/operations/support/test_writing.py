"""Writing the support report: it lists its contents, asks, and creates a new file."""

from __future__ import annotations

import errno
import io
import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from kubetui.base.errors import StoppedError
from kubetui.cli.look import support
from kubetui.cli.main import main
from kubetui.cluster.folder import Cluster
from tests.operations.support.planted import report, run


def test_only_the_owner_can_read_the_report(cluster: Cluster) -> None:
    del cluster
    before = os.umask(0)
    try:
        report()
    finally:
        os.umask(before)
    assert stat.S_IMODE(Path("report.tar.gz").stat().st_mode) == 0o600


def test_without_a_terminal_it_lists_the_contents_and_requires_yes(cluster: Cluster) -> None:
    del cluster
    done = run()
    assert done.exit_code == 2
    assert "Nobody can answer here" in done.output
    assert "logs/kubmaster.log" in done.output
    assert not list(Path().iterdir())


def test_answering_no_writes_nothing(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    del cluster
    asked: list[str] = []

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    def no(question: str, *, err: bool) -> bool:
        assert err
        asked.append(question)
        return False

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("click.confirm", no)
    with pytest.raises(StoppedError):
        support.report("lab", to="report.tar.gz", yes=False)
    assert asked == ["Write report.tar.gz?"]
    assert not list(Path().iterdir())


@pytest.mark.parametrize("what", ["file", "link", "dangling link", "no folder"])
def test_no_file_is_replaced_and_no_link_is_followed(cluster: Cluster, what: str) -> None:
    del cluster
    target = Path("report.tar.gz")
    match what:
        case "file":
            target.write_text("theirs")
        case "link":
            Path("theirs").write_text("theirs")
            target.symlink_to("theirs")
        case "dangling link":
            target.symlink_to("theirs")
        case _:
            target = Path("missing", "report.tar.gz")
    done = run("--yes", "--to", str(target))
    assert done.exit_code == 2
    assert "--to" in done.output
    if what in {"file", "link"}:
        assert target.read_text() == "theirs"
    else:
        assert not Path("theirs").exists()


def test_a_full_disk_leaves_no_partial_report(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    del cluster

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("tarfile.TarFile.addfile", full)
    done = run("--yes")
    assert done.exit_code == 2
    assert "No space left on device" in done.output
    assert not list(Path().iterdir())


def test_the_default_file_name_has_the_cluster_and_the_time(cluster: Cluster) -> None:
    del cluster
    assert run("--yes").exit_code == 0
    (path,) = Path().iterdir()
    assert path.name.startswith("lab-support-2")
    assert path.name.endswith(".tar.gz")


def test_an_unknown_cluster_has_no_report(cluster: Cluster) -> None:
    del cluster
    done = CliRunner().invoke(main, ["support", "other", "--yes"])
    assert done.exit_code == 2
    assert "Clusters: lab." in done.output
