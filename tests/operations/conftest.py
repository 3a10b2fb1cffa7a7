"""A cluster's folder, and a stand-in for Vagrant, for tests of what is done with clusters."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubetui.cluster.folder import Cluster
from tests.machines.vagrant.standin import Fake, standing_in


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    cluster = Cluster("lab")
    cluster.create()
    return cluster


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    return standing_in(tmp_path, monkeypatch)
