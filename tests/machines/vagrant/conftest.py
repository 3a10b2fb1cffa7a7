"""Fixtures: a stand-in for Vagrant in PATH, and a cluster's folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.machines.vagrant.standin import Fake, standing_in


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    return standing_in(tmp_path, monkeypatch)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "clusters" / "lab"
