"""The last checks of a cluster, kept in its folder."""

from pathlib import Path

import pytest

from kubetui.base.check import Check
from kubetui.cluster.folder import Cluster
from kubetui.record import checks

MADE = (Check("dns", "ok", "fine"), Check("pods", "not checked", "why"), Check("api", "failed", "silent", "look"))


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    made = Cluster("lab")
    made.create()
    return made


def test_what_is_kept_is_read_back(cluster: Cluster) -> None:
    assert checks.read(cluster) is None
    checks.keep(cluster, MADE)
    found = checks.read(cluster)
    assert found is not None
    assert found.checks == MADE
    assert (cluster.folder / "checks.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"at": 1}',
        '{"at": 1, "checks": [{"name": "x", "status": "odd"}]}',
        '{"at": 1, "checks": [1]}',
    ],
)
def test_something_else_in_the_file_counts_as_no_checks(cluster: Cluster, text: str) -> None:
    (cluster.folder / "checks.json").write_text(text)
    assert checks.read(cluster) is None
